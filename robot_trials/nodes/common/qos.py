"""Quality of service by topic, as rclpy wants it, from the one table that the bag uses too."""

from __future__ import annotations

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

from robot_trials.telemetry.topics import QosProfile, Topic

RELIABILITY = {"reliable": ReliabilityPolicy.RELIABLE, "best_effort": ReliabilityPolicy.BEST_EFFORT}
DURABILITY = {"volatile": DurabilityPolicy.VOLATILE, "transient_local": DurabilityPolicy.TRANSIENT_LOCAL}
CLOCK = QosProfile(depth=1, reliability="best_effort")
COMMAND = QosProfile(depth=1)
VELOCITY = QosProfile(depth=1, reliability="best_effort")
"""Hears every publisher, reliable or not; a command that is lost is repeated."""
STOP = QosProfile(depth=10)
STOPS = (
    STOP,
    QosProfile(depth=10, reliability="best_effort"),
    QosProfile(depth=1, durability="transient_local"),
)
"""Together they hear every publisher: what a reliable one says, what one on best effort says, what was said before."""
BUTTONS = QosProfile(depth=50, reliability="best_effort")
"""Hears every publisher; a single subscription, for a sign of life that comes twice is suspicious."""
STATUS = QosProfile(depth=1, durability="transient_local")


def to_rclpy(profile: QosProfile) -> QoSProfile:
    """The profile as rclpy's type."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=profile.depth,
        reliability=RELIABILITY[profile.reliability],
        durability=DURABILITY[profile.durability],
    )


def topic_qos(topic: Topic) -> QoSProfile:
    """Quality of service with which `topic` is published and subscribed."""
    return to_rclpy(topic.qos)
