"""Events of nodes beside the trial, for the bag and the verdict, and requests for stops."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from rclpy.node import Node

from robot_trials.nodes.common.raw_messages import RawPublishers
from robot_trials.nodes.common.stamps import to_stamp
from robot_trials.runtime.channel.channel import Channel
from robot_trials.telemetry.messages.said import StopRequest, make_event, make_stop_request
from robot_trials.telemetry.topics import STOP_REQUESTS, TRIAL_EVENTS, Topic
from robot_trials_msgs.msg import TrialEvent


class EventTopic:
    """Says what happened on `trial/events` and in the log.

    Args:
        node: owner; its name is the source.
        channel: of the robot, whose newest control tick is the time.
        others: further topics on which something will be said.
    """

    def __init__(self, node: Node, channel: Channel, *others: Topic) -> None:
        self._node, self._channel = node, channel
        self._sample = channel.make_sample()
        self._publishers = RawPublishers(node, TRIAL_EVENTS, *others)

    def say(self, severity: int, text: str, **values: float | str) -> None:
        """Publish one sentence, with the numbers behind it."""
        self._log(severity, text)
        self._publishers.publish(make_event(self._civil_ns(), severity, self._node.get_name(), text, values))

    def now(self) -> Time:
        """The newest control tick's civil time."""
        return to_stamp(self._civil_ns())

    def close(self) -> None:
        """Say nothing more."""
        self._publishers.close()

    def _civil_ns(self) -> int:
        self._channel.state.read_into(self._sample.data)
        return self._channel.info.start_time_ns + int(self._sample.state.time_ns)

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


class StopRequestTopic(EventTopic):
    """Says besides what people and buttons ask for, on `stop_requests`."""

    def __init__(self, node: Node, channel: Channel) -> None:
        super().__init__(node, channel, STOP_REQUESTS)

    def tell(self, request: StopRequest) -> None:
        """Publish one request."""
        self._publishers.publish(make_stop_request(self._civil_ns(), request))
