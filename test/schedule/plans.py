"""What the tests of schedules share: a small site, and plans written by hand."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from robot_trials.schedule.problem.statement import (
    Assignment,
    Booking,
    Interval,
    Marshal,
    Option,
    Place,
    Plan,
    Problem,
    Refusal,
    RobotUnit,
    reward,
)

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, MINUTE = 3600, 60
NINE = int(datetime(2026, 6, 15, 9, tzinfo=BERLIN).timestamp())
DAY = (Interval(NINE, NINE + 8 * HOUR),)
ROBOT = RobotUnit("kuavo-1", energy_capacity=1000.0, reserve=0.2, charge_power=500.0, turnaround=10 * MINUTE)
"""Ready again 10 min + 24 min after a trial of 200 Wh."""


def make_option(robot: str = "kuavo-1", place: str = "square", windows: tuple[Interval, ...] = DAY, **other) -> Option:
    values = {"duration": HOUR, "energy": 200.0, **other}
    return Option(robot, place, windows=windows, **values)


def make_booking(name: str, *options: Option, **other) -> Booking:
    values = {"priority": 1, "marshals": 1, "buffer_before": 10 * MINUTE, "buffer_after": 5 * MINUTE, **other}
    return Booking(name=name, title=name.capitalize(), options=options or (make_option(),), **values)


def make_problem(*bookings: Booking, **other) -> Problem:
    values = {
        "places": (Place("square", "Market square"), Place("park", "City park")),
        "robots": (ROBOT, RobotUnit("kuavo-2", 1000.0, 0.2, 500.0, 10 * MINUTE)),
        "marshals": (Marshal("ada", DAY), Marshal("ben", DAY)),
        **other,
    }
    return Problem(bookings=bookings, **values)


def assign(name: str, start: int, robot: str = "kuavo-1", place: str = "square", marshals=("ada",), duration=HOUR):
    return Assignment(name, robot, place, start, start + duration, tuple(marshals))


def make_plan(problem: Problem, *assignments: Assignment) -> Plan:
    planned = {a.booking for a in assignments}
    left_out = {b.name: Refusal("search", "") for b in problem.bookings if b.name not in planned}
    value = sum(reward(b.priority) for b in problem.bookings if b.name in planned)
    return Plan(assignments, left_out, value, value, True, 0.0)
