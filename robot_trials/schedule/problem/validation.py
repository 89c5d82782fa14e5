"""Nonsense in a problem is refused before planning: which thing, which value, which bound."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from robot_trials.schedule.problem.statement import Booking, Interval, Marshal, Option, Problem, RobotUnit

CONSTRAINTS = (
    "trial",
    "permit",
    "window",
    "payload",
    "battery",
    "availability",
    "marshals",
    "place",
    "robot",
    "priority",
    "search",
)
"""What can refuse a trial, in the order in which it is told."""

PRIORITY_MAX = 10
TIME_MAX = 1 << 35
"""Later than any date of a calendar [s since the epoch]; keeps the solver's sums far from overflow."""


def validate(problem: Problem) -> None:
    """Check every value.

    Raises:
        ValueError: for the first problem: name, value and bound.
    """
    for kind in ("places", "robots", "marshals", "bookings"):
        _check_names(kind[:-1], [item.name for item in getattr(problem, kind)])
    for robot in problem.robots:
        _check_robot(robot)
    for marshal in problem.marshals:
        _check_marshal(marshal)
    places = {place.name for place in problem.places}
    robots = {robot.name for robot in problem.robots}
    known_windows: dict[int, tuple[Interval, ...]] = {}
    for booking in problem.bookings:
        _check_booking(booking, places, robots)
        for option in booking.options:
            if id(option.windows) not in known_windows:  # many options share their windows
                _check_intervals(f"booking '{booking.name}': windows", option.windows)
                known_windows[id(option.windows)] = option.windows


def _check_names(kind: str, names: list[str]) -> None:
    """Names are there, and only once."""
    seen: set[str] = set()
    for name in names:
        if not isinstance(name, str) or not name:
            _refuse(f"{kind}: name", name, "must be a name")
        if name in seen:
            _refuse(f"{kind}: name", name, "must appear only once")
        seen.add(name)


def _check_robot(robot: RobotUnit) -> None:
    """Battery, charger and turnaround."""
    who = f"robot '{robot.name}'"
    _check_number(f"{who}: energy_capacity", robot.energy_capacity, above=0.0, unit="Wh")
    _check_number(f"{who}: charge_power", robot.charge_power, above=0.0, unit="W")
    if not 0.0 <= robot.reserve < 1.0:
        _refuse(f"{who}: reserve", robot.reserve, "must be ≥ 0 and < 1")
    _check_seconds(f"{who}: turnaround", robot.turnaround, 0)


def _check_marshal(marshal: Marshal) -> None:
    """Shifts in the calendar, one at a time."""
    _check_intervals(f"marshal '{marshal.name}': shifts", marshal.shifts)
    ordered = sorted(marshal.shifts, key=lambda shift: shift.start)
    for earlier, later in zip(ordered, ordered[1:], strict=False):
        if later.start < earlier.end:
            _refuse(f"marshal '{marshal.name}': shifts", later.start, f"must be ≥ {earlier.end}, the end of another")


def _check_booking(booking: Booking, places: set[str], robots: set[str]) -> None:
    """Numbers of a booking and what its options name."""
    who = f"booking '{booking.name}'"
    _check_count(f"{who}: priority", booking.priority, 1, PRIORITY_MAX)
    _check_count(f"{who}: marshals", booking.marshals, 0, None)
    _check_seconds(f"{who}: buffer_before", booking.buffer_before, 0)
    _check_seconds(f"{who}: buffer_after", booking.buffer_after, 0)
    for refusal in booking.refusals:
        if refusal.constraint not in CONSTRAINTS:
            _refuse(f"{who}: refusals: constraint", refusal.constraint, f"must be one of {', '.join(CONSTRAINTS)}")
    seen: set[tuple[str, str]] = set()
    for option in booking.options:
        _check_option(who, option, places, robots)
        if (option.robot, option.place) in seen:
            pair = f"{option.robot} at {option.place}"
            _refuse(f"{who}: options", pair, "must appear only once; join the windows")
        seen.add((option.robot, option.place))


def _check_option(who: str, option: Option, places: set[str], robots: set[str]) -> None:
    """Numbers of an option and what it names."""
    if option.robot not in robots:
        _refuse(f"{who}: options: robot", option.robot, "must be one of the problem's robots")
    if option.place not in places:
        _refuse(f"{who}: options: place", option.place, "must be one of the problem's places")
    _check_seconds(f"{who}: options: duration", option.duration, 1)
    _check_number(f"{who}: options: energy", option.energy, at_least=0.0, unit="Wh")


def _check_intervals(who: str, intervals: Iterable[Interval]) -> None:
    """Each begins before it ends, in the calendar."""
    for interval in intervals:
        _check_count(f"{who}: start", interval.start, 0, TIME_MAX)
        _check_count(f"{who}: end", interval.end, interval.start + 1, TIME_MAX)


def _check_seconds(what: str, value: int, lowest: int) -> None:
    """Whole seconds."""
    _check_count(what, value, lowest, TIME_MAX)


def _check_count(what: str, value: int, lowest: int, highest: int | None) -> None:
    """An integer within bounds."""
    if not isinstance(value, int) or isinstance(value, bool):
        _refuse(what, value, "must be an integer")
    if value < lowest:
        _refuse(what, value, f"must be ≥ {lowest}")
    if highest is not None and value > highest:
        _refuse(what, value, f"must be ≤ {highest}")


def _check_number(
    what: str, value: float, unit: str, above: float | None = None, at_least: float | None = None
) -> None:
    """A finite number within its bound."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        _refuse(what, value, f"must be a finite number [{unit}]")
    if above is not None and value <= above:
        _refuse(what, value, f"must be > {above:g} [{unit}]")
    if at_least is not None and value < at_least:
        _refuse(what, value, f"must be ≥ {at_least:g} [{unit}]")


def _refuse(what: str, value: object, bound: str) -> NoReturn:
    """Raise the error."""
    raise ValueError(f"{what}: {value}: {bound}")
