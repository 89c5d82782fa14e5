"""What a robot is sent for a booking."""

from __future__ import annotations

import pytest

pytest.importorskip("rclpy")

from robot_trials.nodes.site.link_dispatcher import LinkDispatcher
from robot_trials.records.models import Booking

BOOKING = Booking(
    name="relay_1_20251102T0900",
    trial="torch_relay",
    robot="kuavo_1",
    overrides=['trial.permit="shenzhen_demo_relay"', "trial.walking_speed=0.4"],
)


class Link:
    def __init__(self) -> None:
        self.sent: list[tuple[str, object]] = []

    def send(self, goal_id: str, goal: object) -> None:
        self.sent.append((goal_id, goal))


def test_a_goal_carries_what_was_approved_and_for_which_booking() -> None:
    link = Link()
    LinkDispatcher({"kuavo_1": link}).send("0123", "kuavo_1", BOOKING)  # type: ignore[dict-item]
    ((goal_id, goal),) = link.sent
    assert goal_id == "0123"
    assert (goal.trial, list(goal.overrides)) == (BOOKING.trial, BOOKING.overrides)  # type: ignore[attr-defined]
    assert goal.booking == BOOKING.name  # type: ignore[attr-defined]
