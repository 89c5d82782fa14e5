"""Publishes what a trial tells: phases, events, its motion command, where odom lies in the map, what the site is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rclpy.node import Node

from robot_trials.config import TrialSetup
from robot_trials.kinds.common.events import Severity
from robot_trials.kinds.common.events import TrialEvent as Event
from robot_trials.nodes.common.qos import topic_qos
from robot_trials.nodes.common.raw_messages import RawPublishers
from robot_trials.nodes.common.sample_messages import make_frame_names
from robot_trials.nodes.common.stamps import from_stamp
from robot_trials.runtime.channel.info import ChannelInfo
from robot_trials.telemetry import topics
from robot_trials.telemetry.messages import said
from robot_trials.telemetry.messages.trial_ticks import TrialTickMessages
from robot_trials.telemetry.site_description import describe_site
from robot_trials_control.records import Record
from robot_trials_msgs.msg import TrialEvent

WATCHERS = ("stop_node", "safety_node", "control_node")
"""Nodes whose events on the same topic are events of the trial, too."""
SEVERITY_NAMES: Mapping[int, Severity] = {10: "info", 20: "info", 30: "warn", 40: "error", 50: "error"}
SAID = (
    *(topics.TRIAL_PHASE, topics.TRIAL_EVENTS, topics.MOTION_COMMAND, topics.STOP_REQUESTS, topics.TF),
    topics.SITE_DESCRIPTION,
)


class TrialTopics:
    """The trial's listener: turns what it says into messages. Its methods may be called from any thread."""

    def __init__(self, node: Node, info: ChannelInfo, setup: TrialSetup) -> None:
        self._start_time_ns, self._frames = info.start_time_ns, make_frame_names(info)
        self._publishers = RawPublishers(node, *SAID)
        self.begin(setup)

    def begin(self, setup: TrialSetup) -> None:
        """Another trial begins: what follows is of it."""
        self._run_id = setup.trial_id
        self._ticked = TrialTickMessages(self._frames, self._start_time_ns)
        self._publishers.publish(said.make_site(self._start_time_ns, describe_site(setup)))

    def subscribe(self, node: Node, take: Callable[[Event, bool], None]) -> None:
        """Hear what the nodes that watch over the robot tell; `take` gets it, and whether it must end the trial."""

        def pass_on(message: TrialEvent) -> None:
            if message.source in WATCHERS:
                time_ns = from_stamp(message.stamp) - self._start_time_ns
                severity = SEVERITY_NAMES.get(message.severity, "info")
                take(Event(time_ns, severity, message.source, message.text), message.severity >= TrialEvent.FATAL)

        topic = topics.TRIAL_EVENTS
        node.create_subscription(TrialEvent, topic.relative_name, pass_on, topic_qos(topic))

    def on_phase(self, time_ns: int, phase: str, previous: str, detail: str) -> None:
        """The trial has entered a phase."""
        civil_ns = self._start_time_ns + time_ns
        self._publishers.publish(said.make_phase(civil_ns, self._run_id, phase, previous, detail))

    def on_event(self, event: Any) -> None:
        """Something worth a line in the report."""
        civil_ns, severity = self._start_time_ns + event.time_ns, said.SEVERITIES[event.severity]
        self._publishers.publish(said.make_event(civil_ns, severity, event.source, event.text, event.values))

    def on_tick(self, time_ns: int, map_to_odom: tuple[float, float, float], command: Record) -> None:
        """The trial has ticked: where odom lies in the map, x, y [m], yaw [rad], and its motion command."""
        for message in self._ticked.make(time_ns, map_to_odom, command):
            self._publishers.publish(message)
