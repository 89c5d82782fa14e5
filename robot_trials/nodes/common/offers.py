"""Publishers whose offer a subscription cannot take: another message type, or another quality of service.

DDS says nothing to either side: whoever presses a button that nobody hears must learn it from somewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy


def name_endpoint(endpoint: Any) -> str:
    """A publisher as people find it: its node, and the beginning of its id on the wire."""
    namespace = endpoint.node_namespace.rstrip("/")
    gid = bytes(endpoint.endpoint_gid).hex()
    return f"{namespace}/{endpoint.node_name} ({gid[:32]})"


class OfferWatch:
    """Compares what is offered on a topic with what is heard.

    Args:
        node: owner of the subscriptions.
        topic: relative name.
        type_name: such as `std_msgs/msg/Bool`.
        reliable_only: publishers on best effort are not heard.

    Attributes:
        problems: offers that are not heard now, a sentence each.
    """

    def __init__(self, node: Node, topic: str, type_name: str, reliable_only: bool = False) -> None:
        self.problems: list[str] = []
        self._node, self._topic, self._type = node, topic, type_name
        self._reliable_only = reliable_only
        self._said: set[str] = set()

    def find_new(self) -> list[str]:
        """Offers that are not heard and were not told before."""
        self.problems = [text for text in map(self._judge, self._find_publishers()) if text]
        new = [text for text in self.problems if text not in self._said]
        self._said = set(self.problems)
        return new

    def _find_publishers(self) -> Collection[Any]:
        publishers: Collection[Any] = self._node.get_publishers_info_by_topic(self._topic)
        return publishers

    def _judge(self, endpoint: Any) -> str:
        topic, who = self._topic, name_endpoint(endpoint)
        if endpoint.topic_type != self._type:
            return f"{topic}: {who} offers {endpoint.topic_type}, {self._type} is heard: its messages are lost"
        if self._reliable_only and endpoint.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT:
            return f"{topic}: {who} offers best effort, reliable is heard: its messages are lost"
        return ""
