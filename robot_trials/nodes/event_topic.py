"""Events of nodes beside the trial, for the bag and the verdict."""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import KeyValue
from rclpy.node import Node

from robot_trials.nodes.qos import topic_qos
from robot_trials.nodes.stamps import to_stamp
from robot_trials.runtime.channel import Channel
from robot_trials.telemetry.topics import TRIAL_EVENTS
from robot_trials_msgs.msg import TrialEvent


class EventTopic:
    """Says what happened on `trial/events` and in the log.

    Args:
        node: owner; its name is the source.
        channel: of the robot, whose newest control tick is the time.
    """

    def __init__(self, node: Node, channel: Channel) -> None:
        self._node, self._channel = node, channel
        self._sample = channel.make_sample()
        self._publisher = node.create_publisher(TrialEvent, TRIAL_EVENTS.relative_name, topic_qos(TRIAL_EVENTS))

    def say(self, severity: int, text: str, **values: Any) -> None:
        """Publish one sentence, with the numbers behind it."""
        self._log(severity, text)
        pairs = [KeyValue(key=key, value=str(value)) for key, value in values.items()]
        source = self._node.get_name()
        event = TrialEvent(stamp=self.now(), severity=severity, source=source, text=text, values=pairs)
        self._publisher.publish(event)

    def now(self) -> Time:
        """The newest control tick's civil time."""
        self._channel.state.read_into(self._sample.data)
        return to_stamp(self._channel.info.start_time_ns + int(self._sample.state.time_ns))

    def close(self) -> None:
        """Say nothing more."""
        self._node.destroy_publisher(self._publisher)

    def _log(self, severity: int, text: str) -> None:
        """A line for each severity: rclpy takes one severity from one line of code only."""
        log = self._node.get_logger()
        if severity >= TrialEvent.FATAL:
            log.fatal(text)
        elif severity >= TrialEvent.ERROR:
            log.error(text)
        elif severity >= TrialEvent.WARN:
            log.warning(text)
        else:
            log.info(text)
