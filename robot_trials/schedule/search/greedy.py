"""A plan at once: first fit, by priority, then by the earliest deadline."""

from __future__ import annotations

from collections.abc import Iterable

from robot_trials.schedule.problem.occupancy import Occupancy
from robot_trials.schedule.problem.statement import Assignment, Booking, Problem

STEP = 60
"""Starts are multiples of it since the epoch [s]: whole minutes in every time zone in use."""


def plan_greedily(problem: Problem, step: int = STEP, fixed: Iterable[Assignment] = ()) -> list[Assignment]:
    """Give each trial in turn the earliest start that is still free.

    Args:
        problem: what is planned.
        step: grid of the starts [s].
        fixed: trials that may not move.

    Returns:
        Assignments by start, the fixed ones among them.
    """
    occupancy = Occupancy(problem, step)
    for assignment in fixed:
        occupancy.add(assignment)
    insert_where_free(occupancy)
    return sort_assignments(occupancy.assignments.values())


def insert_where_free(occupancy: Occupancy) -> None:
    """Plan every trial that still finds a free start, the most urgent first."""
    for booking in sorted(occupancy.problem.bookings, key=order_of_urgency):
        if booking.name in occupancy.assignments:
            continue
        if slot := occupancy.find_earliest(booking):
            occupancy.assign(booking, slot)


def shift_earlier(occupancy: Occupancy, fixed: Iterable[str] = (), rounds: int = 3) -> None:
    """Move trials to earlier starts while that is possible; which trials are planned does not change."""
    stay = set(fixed)
    for _ in range(rounds):
        moved = False
        for assignment in sort_assignments(occupancy.assignments.values()):
            if assignment.booking in stay:
                continue
            booking = occupancy.bookings[assignment.booking]
            occupancy.remove(booking.name)
            slot = occupancy.find_earliest(booking, before=assignment.start)
            if slot is None:
                occupancy.add(assignment)
            else:
                occupancy.assign(booking, slot)
                moved = True
        if not moved:
            return


def order_of_urgency(booking: Booking) -> tuple[int, int, str]:
    """Highest priority first, then the earliest deadline, then by name."""
    deadline = max((window.end for option in booking.options for window in option.windows), default=0)
    return -booking.priority, deadline, booking.name


def sort_assignments(assignments: Iterable[Assignment]) -> list[Assignment]:
    """By start, then by name."""
    return sorted(assignments, key=lambda assignment: (assignment.start, assignment.booking))
