"""What is planned: trials that were asked for, and the places, robots and marshals that they share.

Times are integer seconds since the epoch (UTC), intervals are half-open. Places, shifts and windows come in civil time
from elsewhere, so that a change of the clocks is settled before anything is planned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from robot_trials.schedule.problem.validation import validate

REWARD_BASE = 4


def reward(priority: int) -> int:
    """What a planned trial counts in the objective: 1, 4, 16 and so on.

    One trial outweighs three of the next lower priority. Strictly lexicographic weights would grow beyond any integer
    with hundreds of trials, and would let a plan that leaves out most of them look near-optimal.
    """
    return int(REWARD_BASE ** (priority - 1))


@dataclass(frozen=True)
class Interval:
    """From `start` up to, not including, `end` [s since the epoch]."""

    start: int
    end: int


@dataclass(frozen=True)
class Place:
    """Where trials happen: one at a time, with its buffers."""

    name: str
    title: str = ""


@dataclass(frozen=True)
class RobotUnit:
    """One robot.

    Attributes:
        energy_capacity: of the battery [Wh].
        reserve: fraction of it that a trial may not touch, 0 to 1.
        charge_power: with which it recharges between trials [W].
        turnaround: from the end of a trial until recharging begins [s].
    """

    name: str
    energy_capacity: float
    reserve: float
    charge_power: float
    turnaround: int

    @property
    def usable_energy(self) -> float:
        """What one trial may take out of the battery [Wh]."""
        return self.energy_capacity * (1.0 - self.reserve)

    def blocked_after(self, energy: float) -> int:
        """Time from the end of a trial that took `energy` [Wh] until the next may start [s].

        It recharges fully each time, which is conservative: a plan never depends on what the battery still held.
        """
        return self.turnaround + math.ceil(3600.0 * energy / self.charge_power)


@dataclass(frozen=True)
class Marshal:
    """A person who accompanies trials, one at a time, within shifts that do not overlap."""

    name: str
    shifts: tuple[Interval, ...]


@dataclass(frozen=True)
class Option:
    """One way to hold a trial: by this robot at this place.

    Attributes:
        duration: [s].
        energy: that the trial takes [Wh].
        windows: the trial lies wholly inside one of them.
    """

    robot: str
    place: str
    duration: int
    energy: float
    windows: tuple[Interval, ...]


@dataclass(frozen=True)
class Refusal:
    """Why a trial, or one way to hold it, is not possible.

    Attributes:
        constraint: one of `validation.CONSTRAINTS`.
        detail: names and numbers behind it; times in ISO 8601, UTC.
    """

    constraint: str
    detail: str


@dataclass(frozen=True)
class Booking:
    """A trial that was asked for. It may be left out.

    Attributes:
        priority: 1 and up; the larger, the more it counts (`reward`).
        marshals: how many accompany it.
        options: at most one for each pair of robot and place.
        buffer_before, buffer_after: for which the place stays empty around the trial [s].
        refusals: why further options were excluded before planning.
    """

    name: str
    title: str
    priority: int
    marshals: int
    options: tuple[Option, ...]
    buffer_before: int
    buffer_after: int
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Everything that is planned together.

    Raises:
        ValueError: naming what holds a senseless value, the value and its bound.
    """

    places: tuple[Place, ...]
    robots: tuple[RobotUnit, ...]
    marshals: tuple[Marshal, ...]
    bookings: tuple[Booking, ...]

    def __post_init__(self) -> None:
        validate(self)


@dataclass(frozen=True)
class Assignment:
    """A trial in a plan: by whom, where and when [s since the epoch]."""

    booking: str
    robot: str
    place: str
    start: int
    end: int
    marshals: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A plan and how good it is.

    Attributes:
        assignments: by start, then by name.
        left_out: name of a booking → why it has no place in the plan.
        objective: sum of the rewards of the planned trials.
        bound: no plan can reach more than this.
        optimal: whether the bound is reached.
        seconds: that planning took.
    """

    assignments: tuple[Assignment, ...]
    left_out: dict[str, Refusal] = field(default_factory=dict)
    objective: int = 0
    bound: int = 0
    optimal: bool = False
    seconds: float = 0.0

    @property
    def gap(self) -> float:
        """How far the objective may be from the best possible, as a fraction of the bound."""
        return (self.bound - self.objective) / max(self.bound, 1)
