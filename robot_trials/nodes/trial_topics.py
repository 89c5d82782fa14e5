"""Publishes what a trial tells: phases, events, where odom lies in the map, what the site is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from diagnostic_msgs.msg import KeyValue
from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage

from robot_trials.config import TrialSetup
from robot_trials.kinds.common.events import Severity
from robot_trials.kinds.common.events import TrialEvent as Event
from robot_trials.nodes.qos import topic_qos
from robot_trials.nodes.sample_messages import make_frame_names
from robot_trials.nodes.stamps import from_stamp, to_stamp
from robot_trials.runtime.channel import ChannelInfo
from robot_trials.telemetry.recorder import SEVERITIES
from robot_trials.telemetry.site_description import describe_site
from robot_trials.telemetry.topics import SITE_DESCRIPTION, TF, TRIAL_EVENTS, TRIAL_PHASE
from robot_trials_msgs.msg import TrialEvent, TrialPhase

WATCHERS = ("stop_node", "safety_node", "control_node")
"""Nodes whose events on the same topic are events of the trial, too."""
SEVERITY_NAMES: Mapping[int, Severity] = {10: "info", 20: "info", 30: "warn", 40: "error", 50: "error"}


class TrialTopics:
    """The trial's listener: turns what it says into messages. Its methods may be called from any thread."""

    def __init__(self, node: Node, info: ChannelInfo, setup: TrialSetup) -> None:
        self._info = info
        self._run_id = ""
        self._frames = make_frame_names(info)
        self._phases = node.create_publisher(TrialPhase, TRIAL_PHASE.relative_name, topic_qos(TRIAL_PHASE))
        self._events = node.create_publisher(TrialEvent, TRIAL_EVENTS.relative_name, topic_qos(TRIAL_EVENTS))
        self._transforms = node.create_publisher(TFMessage, TF.relative_name, topic_qos(TF))
        self._site = node.create_publisher(String, SITE_DESCRIPTION.relative_name, topic_qos(SITE_DESCRIPTION))
        self.begin(setup)

    def begin(self, setup: TrialSetup) -> None:
        """Another trial begins: what follows is of it."""
        self._run_id = setup.trial_id
        self._site.publish(String(data=describe_site(setup)))

    def subscribe(self, node: Node, take: Callable[[Event, bool], None]) -> None:
        """Hear what the nodes that watch over the robot tell; `take` gets it, and whether it must end the trial."""

        def pass_on(message: TrialEvent) -> None:
            if message.source in WATCHERS:
                time_ns = from_stamp(message.stamp) - self._info.start_time_ns
                severity = SEVERITY_NAMES.get(message.severity, "info")
                take(Event(time_ns, severity, message.source, message.text), message.severity >= TrialEvent.FATAL)

        node.create_subscription(TrialEvent, TRIAL_EVENTS.relative_name, pass_on, topic_qos(TRIAL_EVENTS))

    def on_phase(self, time_ns: int, phase: str, previous: str, detail: str) -> None:
        """The trial has entered a phase."""
        stamp = to_stamp(self._info.start_time_ns + time_ns)
        message = TrialPhase(stamp=stamp, trial=self._run_id, phase=phase, previous=previous, detail=detail)
        self._phases.publish(message)

    def on_event(self, event: Any) -> None:
        """Something worth a line in the report."""
        values = [KeyValue(key=key, value=f"{value:.9g}") for key, value in event.values.items()]
        stamp = to_stamp(self._info.start_time_ns + event.time_ns)
        severity = SEVERITIES[event.severity]
        message = TrialEvent(stamp=stamp, severity=severity, source=event.source, text=event.text, values=values)
        self._events.publish(message)

    def on_map_to_odom(self, time_ns: int, pose: tuple[float, float, float]) -> None:
        """Where odom lies in the map: x, y [m], yaw [rad]."""
        x, y, yaw = (float(value) for value in pose)
        transform = TransformStamped(child_frame_id=self._frames.odom)
        transform.header.stamp = to_stamp(self._info.start_time_ns + time_ns)
        transform.header.frame_id = self._frames.map
        transform.transform.translation.x = x
        transform.transform.translation.y = y
        transform.transform.rotation.z = math.sin(yaw / 2)
        transform.transform.rotation.w = math.cos(yaw / 2)
        self._transforms.publish(TFMessage(transforms=[transform]))
