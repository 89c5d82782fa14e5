"""A message as it goes into a bag or onto the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robot_trials.telemetry.topics import Topic
from robot_trials.telemetry.wire.cdr import encode
from robot_trials.telemetry.wire.definitions import load_definitions


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes:
        topic: where it is said.
        civil_ns: its stamp, since 1970 [ns].
        data: serialised, as `rclpy` takes it and a bag holds it.
    """

    topic: Topic
    civil_ns: int
    data: bytes


def make_message(topic: Topic, civil_ns: int, values: Mapping[str, Any]) -> Message:
    """Serialise one message.

    Args:
        topic: with the message's type.
        civil_ns: its stamp, since 1970 [ns].
        values: as `cdr.encode` takes them.

    Raises:
        MessageError: a field is unknown, or an array has the wrong length.
    """
    return Message(topic, civil_ns, encode(load_definitions(), topic.type_name, values))
