"""Watches what a robot and its trial rely on, says so on /diagnostics and `trial/events`, and calls for stops.

The last line of defence is not here but in the control process, which stops the robot when this node goes quiet, and
lets it stand when the trial does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from robot_trials.nodes.common.beat import start_beating
from robot_trials.nodes.common.diagnostics import describe_nodes, describe_sources, describe_watchdogs
from robot_trials.nodes.common.event_topic import StopRequestTopic
from robot_trials.nodes.common.node_main import run_node
from robot_trials.nodes.common.parameters import attach_channel, declare, declare_channel
from robot_trials.nodes.common.qos import STATUS, to_rclpy, topic_qos
from robot_trials.nodes.stops.process_events import ProcessEvents
from robot_trials.nodes.stops.source_watch import SourceWatch
from robot_trials.runtime.channel.layout import BEATING, HEALTH_DTYPE, HEARTBEAT_DTYPE, OBSTACLE_BYTES
from robot_trials.runtime.channel.trial_link import Following
from robot_trials.runtime.processes.node_watch import Change, Life, NodeWatch
from robot_trials.safety.stop_triggers import Trigger
from robot_trials.safety.watchdog import Watchdog
from robot_trials.telemetry.messages.said import RequestKind, StopRequest
from robot_trials.telemetry.topics import DIAGNOSTICS, FIDUCIALS
from robot_trials_control.records import Record
from robot_trials_msgs.msg import FiducialDetections, TrialEvent

BEAT_PERIOD_S = 0.04
"""Between two signs of life: a dozen of them in the half second after which the robot stops."""
CHECK_PERIOD_S = 0.1
SOURCES_PERIOD_S = 0.5
MESSAGE_PERIOD_S = 1.0
REPEAT_S = 2.0
"""While a trial runs on all the same, what must end it is said again: who should hear may have begun to listen late."""
ENDS_TRIAL = ("control_node", "perception_node", "recorder_node")
"""Nodes without which a trial must end; the control process itself sees to the others."""
NEEDED = ("control_node", "perception_node")
"""Those of them that every trial needs, recorded or not."""


class SafetyNode(Node):
    """Watches nodes in wall time, camera and recorder in the time of the control ticks.

    Attributes:
        finished: the control process has ended.
    """

    def __init__(self) -> None:
        super().__init__("safety_node")
        self.finished = False
        self.exit_code = 0
        channel_name = declare_channel(self)
        camera_text = "longest time without a processed camera frame, in the time of the control ticks [s]"
        recorder_text = "longest time without a sign of life from the recorder [s]"
        node_text = "longest time without a sign of life from any other node [s]"
        camera_timeout = declare(self, "camera_timeout", 2.0, camera_text, (0.2, 60.0))
        recorder_timeout = declare(self, "recorder_timeout", 20.0, recorder_text, (1.0, 600.0))
        node_timeout = declare(self, "node_timeout", 5.0, node_text, (0.5, 60.0))
        self._channel = attach_channel(self, channel_name)
        self._state = self._channel.state
        start_beating(self, self._channel, "safety_node")
        self._sample = self._channel.make_sample()
        self._health = Record(np.zeros(1, HEALTH_DTYPE))
        self._beat = Record(np.zeros(1, HEARTBEAT_DTYPE))
        self._channel.heartbeat.read_into(self._beat.data)
        timeouts = {node: node_timeout for node in BEATING if node != "safety_node"}
        self._nodes = NodeWatch(self._channel, timeouts | {"recorder_node": recorder_timeout})
        self._camera = Watchdog("camera", camera_timeout)
        self._recorder = Watchdog("recorder", recorder_timeout)
        self._frames = self._statuses = 0
        self._fatal: dict[str, float] = {}
        self._node_timeout, self._idle_at = node_timeout, time.monotonic()
        self._create_interfaces()

    def request_end(self) -> None:
        """A signal: the watch goes on until the control process has ended."""

    def release(self) -> None:
        """Detach."""
        self._channel.close()

    def _create_interfaces(self) -> None:
        self._events = StopRequestTopic(self, self._channel)
        self._process = ProcessEvents(self._events.say)
        self._sources = SourceWatch(self)
        self.create_subscription(FiducialDetections, FIDUCIALS.relative_name, self._count_frame, topic_qos(FIDUCIALS))
        self.create_subscription(DiagnosticStatus, "recorder_node/status", self._count_status, to_rclpy(STATUS))
        self._diagnostics = self.create_publisher(DiagnosticArray, DIAGNOSTICS.relative_name, topic_qos(DIAGNOSTICS))
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(BEAT_PERIOD_S, self._give_beat, clock=steady)
        self.create_timer(CHECK_PERIOD_S, self._check, clock=steady)
        self.create_timer(SOURCES_PERIOD_S, self._check_sources, clock=steady)
        self.create_timer(MESSAGE_PERIOD_S, self._publish, clock=steady)

    def _count_frame(self, _: FiducialDetections) -> None:
        self._frames += 1

    def _count_status(self, _: DiagnosticStatus) -> None:
        self._statuses += 1

    def _give_beat(self) -> None:
        """The supervisor's sign of life, from the executor that checks."""
        self._beat.count[...] += 1
        self._channel.heartbeat.write(self._beat.data)

    def _check(self) -> None:
        """Look at nodes, camera, recorder and the control process's own counters."""
        if self._channel.ended:
            self.finished = True
            return
        self._state.read_into(self._sample.data)
        self._channel.health.read_into(self._health.data)
        for change in self._nodes.update(time.monotonic()):
            self._tell(change)
        self._find_absent(time.monotonic())
        self._process.update(self._health)
        self._watch_data()
        self._repeat_fatal()

    @property
    def _trial_runs(self) -> bool:
        return int(self._health.following) == Following.TRIAL

    def _tell(self, change: Change) -> None:
        """Say that a node has died, fallen silent, or is back."""
        node, life = change.node, change.life
        if life == Life.DEAD or change.restarted:
            self._sources.forget(node)
        if life in (Life.DEAD, Life.SILENT):
            if self._health.ending:  # nodes end then
                self.get_logger().info(change.text)
            elif node in ENDS_TRIAL:
                self._say_fatal(change.text)
            else:
                self._events.say(TrialEvent.ERROR, change.text)
            return
        self._fatal = {text: at for text, at in self._fatal.items() if not text.startswith(f"{node} ")}
        if change.text != f"{node} is alive":
            self._events.say(TrialEvent.INFO, change.text)

    def _find_absent(self, now: float) -> None:
        """Nodes that have not come up although a trial runs."""
        if not self._trial_runs:
            self._idle_at = now
        elif now - self._idle_at > self._node_timeout:
            for node in self._nodes.find(Life.ABSENT):
                text = f"{node} is not there"
                if node in NEEDED and text not in self._fatal:
                    self._say_fatal(text)

    def _watch_data(self) -> None:
        """Frames and the recorder's words while a trial runs, in the time of the control ticks."""
        now = int(self._sample.state.time_ns) * 1e-9
        self._camera.arm(self._trial_runs and self._channel.info.camera_size is not None, now)
        self._recorder.arm(self._trial_runs and self._statuses > 0, now)
        for watchdog, count in ((self._camera, self._frames), (self._recorder, self._statuses)):
            text = f"{watchdog.name} silent for more than {watchdog.timeout:g} s"
            if not watchdog.update(count, now):
                self._fatal.pop(text, None)
            elif text not in self._fatal:
                self._say_fatal(text)

    def _say_fatal(self, text: str) -> None:
        """Say what must end a trial; whoever runs one aborts it."""
        self._fatal[text] = time.monotonic()
        self._events.say(TrialEvent.FATAL, text)

    def _repeat_fatal(self) -> None:
        """As long as a trial runs on."""
        for text, at in list(self._fatal.items()):
            if self._trial_runs and time.monotonic() - at > REPEAT_S:
                self._say_fatal(text)

    def _check_sources(self) -> None:
        """More than one source of a topic: no trial may start, and one that runs is stopped."""
        if self._channel.ended:
            return
        for problem in self._sources.update(time.monotonic()):
            self._events.say(TrialEvent.ERROR, problem)
        problems = self._sources.problems
        self._beat.obstacle[...] = "; ".join(problems).encode()[:OBSTACLE_BYTES]
        if not problems:
            self._beat.asked[...] = 0
        elif self._trial_runs and not self._beat.asked:
            self._beat.asked[...] = int(Trigger.SOURCES)
            self._events.tell(StopRequest(RequestKind.STOP, "supervisor", triggers=int(Trigger.SOURCES)))

    def _publish(self) -> None:
        now = int(self._sample.state.time_ns) * 1e-9
        array = DiagnosticArray()
        array.header.stamp = self._events.now()
        array.status = [
            describe_nodes(self._nodes, time.monotonic()),
            describe_watchdogs((self._camera, self._recorder), now),
            describe_sources(self._sources.problems),
        ]
        self._diagnostics.publish(array)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `safety_node`."""
    return run_node(SafetyNode, arguments)


if __name__ == "__main__":
    sys.exit(main())
