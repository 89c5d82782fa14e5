"""The way to the robots, and what they say. Nothing here waits: answers come as reports."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from robot_trials.records.models import Booking


class GoalState(enum.IntEnum):
    """What a robot knows of a goal; the numbers are those of GetTrialOutcome."""

    UNKNOWN = 0
    RUNNING = 1
    ENDED = 2
    WITHDRAWN = 3
    REJECTED = 4  # its answer to the sending; it may have taken an earlier sending of the same goal


@dataclass(frozen=True)
class Report:
    """What a robot says of a goal.

    Attributes:
        goal_id: hexadecimal UUID.
        state: what it knows.
        passed: of an ended goal.
        verdict: of an ended goal: pass, fail or aborted.
        reason: of an ended goal; or why it was rejected.
    """

    goal_id: str
    state: GoalState
    passed: bool = False
    verdict: str = ""
    reason: str = ""
    bag_path: str = ""
    report_path: str = ""


class Dispatcher(Protocol):
    """Speaks to robots. Every call returns at once; what a robot answers goes to `Coordinator.take_report`."""

    def find_obstacle(self, robot: str) -> str:
        """Why a robot cannot take a goal now, such as a trial node out of reach; empty when it can."""

    def send(self, goal_id: str, robot: str, booking: Booking) -> None:
        """Send a booking's trial. A robot never takes the same id twice."""

    def query(self, goal_id: str, robot: str, withdraw: bool) -> None:
        """Ask what has become of a goal; with `withdraw`, the robot never takes it from now on."""

    def cancel(self, goal_id: str, robot: str) -> None:
        """Have a running goal end safely."""

    def hold(self, goal_id: str, robot: str) -> None:
        """Have the robot stand."""

    def resume(self, goal_id: str, robot: str) -> None:
        """Have it go on."""
