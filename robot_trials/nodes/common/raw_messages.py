"""Serialised messages on the graph: published as they are made for the bag, and read without decoding them."""

from __future__ import annotations

import struct
from typing import Any

from rclpy.node import Node

from robot_trials.nodes.common.message_types import find_message_type
from robot_trials.nodes.common.qos import topic_qos
from robot_trials.nodes.common.stamps import NANOSECONDS
from robot_trials.telemetry.messages import Message
from robot_trials.telemetry.topics import Topic

ENCAPSULATION_BYTES = 4
_STAMP = struct.Struct("<iI")
_LENGTH = struct.Struct("<I")


class RawPublishers:
    """Publishers of one node for messages that are serialised already.

    Args:
        node: owner.
        topics: on which something will be said; they are offered at once.
    """

    def __init__(self, node: Node, *topics: Topic) -> None:
        self._node = node
        self._publishers: dict[str, Any] = {
            topic.name: node.create_publisher(find_message_type(topic.type_name), topic.relative_name, topic_qos(topic))
            for topic in topics
        }

    def publish(self, message: Message) -> None:
        """Say one message on its topic."""
        self._publishers[message.topic.name].publish(message.data)

    def close(self) -> None:
        """Say nothing more."""
        for publisher in self._publishers.values():
            self._node.destroy_publisher(publisher)
        self._publishers = {}


def read_stamp(data: bytes, offset: int = ENCAPSULATION_BYTES) -> int:
    """Civil time of a little-endian CDR message whose stamp lies at `offset`, nanoseconds since 1970.

    Messages that begin with a header or a stamp have it right behind the encapsulation.
    """
    seconds, nanoseconds = _STAMP.unpack_from(data, offset)
    return int(seconds) * NANOSECONDS + int(nanoseconds)


TRANSFORM_OFFSET = ENCAPSULATION_BYTES + _LENGTH.size
"""Where the first transform of a tf2_msgs/TFMessage begins, behind the length of its sequence."""


def read_parent_frame(data: bytes) -> str:
    """Parent frame of the first transform of a serialised tf2_msgs/TFMessage; empty when it has none."""
    if _LENGTH.unpack_from(data, ENCAPSULATION_BYTES)[0] == 0:
        return ""
    start = TRANSFORM_OFFSET + _STAMP.size
    (length,) = _LENGTH.unpack_from(data, start)
    return data[start + _LENGTH.size : start + _LENGTH.size + length - 1].decode()
