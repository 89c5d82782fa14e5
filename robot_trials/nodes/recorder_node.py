"""Writes the bag: every control tick from the shared ring, everything else as it passes over the graph.

Each goal of a graph has a bag of its own: the first one's is begun at the start, the next ones' by `~/begin`.
It goes on through SIGINT and SIGTERM until the control process has ended, which it does when the robot is safe, then
closes the bag. When the disk is full it says so on `~/status`, and the trial ends safely.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.serialization import deserialize_message

from robot_trials.config import TrialSetup, load_trial_setup
from robot_trials.config.goal import GoalFacts
from robot_trials.exceptions import ConfigError, TelemetryFault
from robot_trials.nodes.common.beat import start_beating
from robot_trials.nodes.common.diagnostics import make_status
from robot_trials.nodes.common.message_types import find_message_type
from robot_trials.nodes.common.node_main import EXIT_FAULT, run_node
from robot_trials.nodes.common.parameters import attach_channel, declare, declare_channel, declare_setup
from robot_trials.nodes.common.qos import STATUS, to_rclpy, topic_qos
from robot_trials.nodes.common.raw_messages import ENCAPSULATION_BYTES, TRANSFORM_OFFSET, read_parent_frame, read_stamp
from robot_trials.nodes.common.sample_messages import make_frame_names
from robot_trials.nodes.trial.recorded_run import RecordedRun
from robot_trials.runtime.ending import is_host_gone
from robot_trials.telemetry import topics
from robot_trials_control.records import Record, control_sample_dtype
from robot_trials_msgs.msg import TrialPhase
from robot_trials_msgs.srv import BeginRecording

DRAIN_PERIOD_S = 0.2
"""A hundred control ticks at 500 Hz: encoding is cheaper by the block, and the ring holds 16 s."""
HEARTBEAT_PERIOD_S = 1.0
BLOCK = 100
LINGER_S = 0.5
"""How long after the control process's end the last messages of the other nodes are waited for [s]."""
STAMP_LEAD_NS = 60_000_000_000
"""A stamp may lie so far ahead of the newest control sample [ns]."""
PASSED_ON = (
    *(topics.TRIAL_PHASE, topics.TRIAL_EVENTS, topics.DIAGNOSTICS, topics.CAMERA),
    *(topics.FIDUCIALS, topics.MOTION_COMMAND, topics.STOP_REQUESTS),
)
"""Topics whose messages go into the bag as they are."""


class RecorderNode(Node):
    """Drains the log ring into a bag and adds what the graph says.

    Attributes:
        finished: the bag is closed.
    """

    def __init__(self) -> None:
        super().__init__("recorder_node")
        self.finished = False
        self.exit_code = 0
        channel_name = declare_channel(self)
        setup = self._base = declare_setup(self)
        self._report = declare(self, "report", False, "write report.html beside the bag when it is closed")
        if setup.output is None:
            raise TelemetryFault("recorder_node: parameter setup: output: must name a folder")
        self._channel = attach_channel(self, channel_name)
        info = self._channel.info
        self._ring = self._channel.log
        self._state = self._channel.state  # attached now: its file goes when the control process ends
        start_beating(self, self._channel, "recorder_node", setup)
        self._start_time_ns = info.start_time_ns
        self._map_frame = make_frame_names(info).map
        self._run = self._begin_run(setup.output / "bag", setup)
        self._settling: list[threading.Thread] = []
        self._newest_ns = 0
        self._block = np.zeros(BLOCK, dtype=control_sample_dtype(len(info.joint_names)))
        self._rows = [Record(self._block[i : i + 1]) for i in range(BLOCK)]
        self._ended_at: float | None = None
        self._reported_fault = False
        self._status = self.create_publisher(DiagnosticStatus, "~/status", to_rclpy(STATUS))
        self._subscribe()
        self.create_service(BeginRecording, "~/begin", self._begin)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(DRAIN_PERIOD_S, self._drain, clock=steady)
        self.create_timer(HEARTBEAT_PERIOD_S, self._publish_status, clock=steady)
        self._publish_status()

    def request_end(self) -> None:
        """A signal: the recording goes on until the control process has ended."""
        self.get_logger().info("told to end: recording until the robot is safe")

    def release(self) -> None:
        """Close the bag if that has not been done; detach."""
        try:
            self._run.recorder.close()
        except TelemetryFault as error:
            self.get_logger().error(str(error))
            self.exit_code = EXIT_FAULT
        for thread in self._settling:
            thread.join()
        self._channel.close()

    def _begin_run(self, bag: Path, setup: TrialSetup, begun_ns: int = 0) -> RecordedRun:
        try:
            return RecordedRun(bag, setup, self._channel.info, begun_ns)
        except OSError as error:
            raise TelemetryFault(f"{bag}: {error.strerror or error}") from error

    def _begin(self, request: BeginRecording.Request, answer: BeginRecording.Response) -> BeginRecording.Response:
        """A new goal: what has come so far belongs to the bag before."""
        while self._write_block() == BLOCK:
            pass
        ended = self._run
        try:
            if ended.phase:
                raise TelemetryFault(f"a trial is running, in phase {ended.phase}")
            if self._ended_at is not None or self.finished:
                raise TelemetryFault("the control process has ended")
            goal = GoalFacts(**json.loads(request.goal))
            if Path(request.folder) == ended.recorder.folder.resolve():  # begun with the graph, before anybody asked
                ended.recorder.add_identity(goal.to_metadata())
                answer.success = True
                return answer
            setup = load_trial_setup(**json.loads(request.setup), moment=self._base.start_time)
            setup = replace(setup, goal=goal, start_time=self._base.start_time)
            self._run = self._begin_run(Path(request.folder), setup, self._newest_ns)
        except (TelemetryFault, ConfigError, ValueError, TypeError) as error:
            answer.success, answer.message = False, str(error)
            return answer
        self._reported_fault = False
        self._finish_run(ended, in_background=True)
        answer.success = True
        self._publish_status()
        return answer

    def _subscribe(self) -> None:
        for topic in PASSED_ON:
            self.create_subscription(
                find_message_type(topic.type_name),
                topic.relative_name,
                self._pass_on(topic.name),
                topic_qos(topic),
                raw=True,
            )
        tf = topics.TF
        self.create_subscription(
            find_message_type(tf.type_name), tf.relative_name, self._pass_on_tf, topic_qos(tf), raw=True
        )

    def _pass_on(self, name: str) -> Callable[[bytes], None]:
        def write(data: bytes) -> None:
            if name == topics.TRIAL_PHASE.name:
                self._run.enter_phase(deserialize_message(data, TrialPhase).phase)
            self._write_raw(name, read_stamp(data, ENCAPSULATION_BYTES), data)

        return write

    def _pass_on_tf(self, data: bytes) -> None:
        """Only map → odom: the recorder itself makes odom → base from the control ticks."""
        if read_parent_frame(data) == self._map_frame:
            self._write_raw(topics.TF.name, read_stamp(data, TRANSFORM_OFFSET), data)

    def _write_raw(self, name: str, civil_ns: int, data: bytes) -> None:
        """Write a message at its stamp; one that is stamped by another clock, or not at all, counts as of now."""
        time_ns = civil_ns - self._start_time_ns
        plausible = 0 <= time_ns <= self._newest_ns + STAMP_LEAD_NS
        self._run.recorder.write_raw(name, time_ns if plausible else self._newest_ns, data)

    def _drain(self) -> None:
        """Move everything from the ring into the bag; end when nothing more can come."""
        ended = self._channel.ended
        while self._write_block() == BLOCK:
            pass
        if self._run.recorder.fault is not None and not self._reported_fault:
            self._reported_fault = True
            self._publish_status()
        if not ended:
            return
        self._ended_at = self._ended_at or time.monotonic()
        if time.monotonic() - self._ended_at > LINGER_S:
            self._finish()

    def _write_block(self) -> int:
        count = 0
        while count < BLOCK and self._ring.pop_into(self._rows[count].data):
            count += 1
        if count:
            self._run.recorder.write_samples(self._block[:count])
            self._newest_ns = int(self._block["state"]["time_ns"][count - 1])
        return count

    def _finish(self) -> None:
        lost = self._ring.overruns
        if lost:
            self.get_logger().warning(f"{lost} control ticks were lost: the ring was full")
        self._finish_run(self._run)
        self.finished = True

    def _finish_run(self, run: RecordedRun, in_background: bool = False) -> None:
        """Close a bag; the rest takes seconds, in which the next bag may have to be written."""
        log = self.get_logger()
        if not run.close(log):
            self.exit_code = EXIT_FAULT

        def settle() -> None:
            if not run.settle(log, self._report or is_host_gone()):
                self.exit_code = EXIT_FAULT

        if in_background:
            self._settling.append(threading.Thread(target=settle, name="settle"))
            self._settling[-1].start()
        else:
            settle()

    def _publish_status(self) -> None:
        """Say that the recorder lives, and whether it can still record."""
        fault = self._run.recorder.fault
        level = DiagnosticStatus.OK if fault is None else DiagnosticStatus.ERROR
        message = "recording" if fault is None else f"recording failed: {fault}"
        values: dict[str, object] = {"bag": self._run.recorder.folder, "lost_ticks": self._ring.overruns}
        self._status.publish(make_status("recorder", level, message, values))


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `recorder_node`."""
    return run_node(RecorderNode, arguments)


if __name__ == "__main__":
    sys.exit(main())
