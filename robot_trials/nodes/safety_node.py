"""Watches what a running trial relies on, says so on /diagnostics, and has the trial aborted when something is silent.

The last line of defence is not here but in the control process, which lets the robot stand when the trial or this
node goes quiet.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_srvs.srv import Trigger

from robot_trials.nodes.beat import start_beating
from robot_trials.nodes.diagnostics import make_status
from robot_trials.nodes.node_main import run_node
from robot_trials.nodes.parameters import attach_channel, declare, declare_channel
from robot_trials.nodes.qos import DETECTIONS, STATUS, to_rclpy, topic_qos
from robot_trials.nodes.stamps import to_stamp
from robot_trials.runtime.channel import HEALTH_DTYPE, HEARTBEAT_DTYPE
from robot_trials.runtime.trial_link import Following
from robot_trials.safety.watchdog import Watchdog
from robot_trials.telemetry.topics import DIAGNOSTICS
from robot_trials_control.records import Record
from robot_trials_msgs.msg import FiducialDetections

BEAT_PERIOD_S = 0.04
"""Between two signs of life: a dozen of them in the half second after which the robot stops."""
CHECK_PERIOD_S = 0.1
CHECKS_PER_MESSAGE = 10


class SafetyNode(Node):
    """Watchdogs over camera, recorder and trial, counted in simulated (or real) time of the control ticks.

    Attributes:
        finished: a signal asked for the end, or the control process has ended.
    """

    def __init__(self) -> None:
        super().__init__("safety_node")
        self.finished = False
        self.exit_code = 0
        channel_name = declare_channel(self)
        camera_text = "longest time without a processed camera frame [s]"
        recorder_text = "longest time without a sign of life from the recorder [s]"
        camera_timeout = declare(self, "camera_timeout", 2.0, camera_text, (0.2, 60.0))
        recorder_timeout = declare(self, "recorder_timeout", 20.0, recorder_text, (1.0, 600.0))
        self._channel = attach_channel(self, channel_name)
        self._state = self._channel.state
        start_beating(self, self._channel, "safety_node")
        self._sample = self._channel.make_sample()
        self._health = Record(np.zeros(1, HEALTH_DTYPE))
        self._beat = Record(np.zeros(1, HEARTBEAT_DTYPE))
        self._channel.heartbeat.read_into(self._beat.data)
        self._camera = Watchdog("camera", camera_timeout)
        self._recorder = Watchdog("recorder", recorder_timeout)
        self._frames = self._heartbeats = self._checks = 0
        self._aborted = self._said_quiet = False
        self.create_subscription(FiducialDetections, "fiducials", self._count_frame, to_rclpy(DETECTIONS))
        self.create_subscription(DiagnosticStatus, "recorder_node/status", self._count_heartbeat, to_rclpy(STATUS))
        self._abort = self.create_client(Trigger, "trial_node/abort")
        self._diagnostics = self.create_publisher(DiagnosticArray, DIAGNOSTICS.relative_name, topic_qos(DIAGNOSTICS))
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(BEAT_PERIOD_S, self._give_beat, clock=steady)
        self.create_timer(CHECK_PERIOD_S, self._check, clock=steady)

    def request_end(self) -> None:
        """A signal: the watch goes on until the control process has ended."""

    def release(self) -> None:
        """Detach."""
        self._channel.close()

    def _count_frame(self, _: FiducialDetections) -> None:
        self._frames += 1

    def _count_heartbeat(self, _: DiagnosticStatus) -> None:
        self._heartbeats += 1

    def _give_beat(self) -> None:
        """The supervisor's sign of life, from the executor that checks."""
        self._beat.count[...] += 1
        self._channel.heartbeat.write(self._beat.data)

    def _check(self) -> None:
        """Feed the watchdogs; abort the trial once when one of them is late."""
        if self._channel.ended:
            self.finished = True
            return
        self._state.read_into(self._sample.data)
        self._channel.health.read_into(self._health.data)
        now = int(self._sample.state.time_ns) * 1e-9
        following = Following(int(self._health.following))
        self._report_quiet(following == Following.SAFE_CONTINUATION)
        running = following == Following.TRIAL
        self._camera.arm(running and self._channel.info.camera_size is not None, now)
        self._recorder.arm(running and self._heartbeats > 0, now)
        late = [
            watchdog.name
            for watchdog, count in ((self._camera, self._frames), (self._recorder, self._heartbeats))
            if watchdog.update(count, now)
        ]
        if late and not self._aborted:
            self._aborted = True
            self.get_logger().error(f"{', '.join(late)} silent: aborting the trial")
            self._abort.call_async(Trigger.Request())
        self._aborted = self._aborted and running
        self._checks += 1
        if self._checks % CHECKS_PER_MESSAGE == 0:
            self._publish(late, now)

    def _report_quiet(self, quiet: bool) -> None:
        """Say it once each time the control process has taken over from a trial that went quiet."""
        if quiet and not self._said_quiet:
            self.get_logger().error("the trial is quiet: the control process lets the robot stand")
        self._said_quiet = quiet

    def _publish(self, late: list[str], now: float) -> None:
        values: dict[str, Any] = {
            f"{watchdog.name}_age": f"{watchdog.age(now):.2f}" if watchdog.armed else "not watched"
            for watchdog in (self._camera, self._recorder)
        }
        level = DiagnosticStatus.ERROR if late else DiagnosticStatus.OK
        message = f"silent: {', '.join(late)}" if late else "all watched parts are alive"
        array = DiagnosticArray(status=[make_status("safety: watchdogs", level, message, values)])
        array.header.stamp = to_stamp(self._channel.info.start_time_ns + int(self._sample.state.time_ns))
        self._diagnostics.publish(array)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `safety_node`."""
    return run_node(SafetyNode, arguments)


if __name__ == "__main__":
    sys.exit(main())
