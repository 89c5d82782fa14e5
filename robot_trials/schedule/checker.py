"""Whether a plan keeps every rule; shares nothing with what makes plans, and looks at every pair."""

from __future__ import annotations

import math
from collections.abc import Iterable

from robot_trials.schedule.problem.statement import Assignment, Booking, Interval, Plan, Problem, RobotUnit


def check(problem: Problem, plan: Plan, fixed: Iterable[Assignment] = ()) -> list[str]:
    """Every rule that a plan breaks.

    Args:
        problem: what was planned.
        plan: the plan to check.
        fixed: trials that had to stay as they are; windows and shifts do not bind these, exclusive use does.

    Returns:
        One line a violation; empty for a plan that keeps all.
    """
    bookings = {booking.name: booking for booking in problem.bookings}
    robots = {robot.name: robot for robot in problem.robots}
    shifts = {marshal.name: marshal.shifts for marshal in problem.marshals}
    promised = {assignment.booking: assignment for assignment in fixed}
    found = _check_names(problem, plan)
    if found:
        return found
    for assignment in plan.assignments:
        if promised.get(assignment.booking) != assignment:
            found += _check_alone(assignment, bookings[assignment.booking], robots[assignment.robot])
            found += _check_shifts(assignment, shifts)
        if len(set(assignment.marshals)) != len(assignment.marshals):
            found.append(f"{assignment.booking}: a marshal is named twice")
    for name, assignment in promised.items():
        if assignment not in plan.assignments:
            found.append(f"{name}: promised, but moved or left out")
    for i, one in enumerate(plan.assignments):
        for other in plan.assignments[i + 1 :]:
            found += _check_pair(one, other, bookings, robots)
    return found + _check_sums(problem, plan, bookings)


def _check_names(problem: Problem, plan: Plan) -> list[str]:
    """Every name is known, every booking is either planned once or left out."""
    known = {kind: {item.name for item in getattr(problem, kind)} for kind in ("places", "robots", "marshals")}
    names = [booking.name for booking in problem.bookings]
    planned = [assignment.booking for assignment in plan.assignments]
    found = []
    for a in plan.assignments:
        if a.booking not in names:
            found.append(f"{a.booking}: unknown booking")
        if a.place not in known["places"]:
            found.append(f"{a.booking}: unknown place {a.place}")
        if a.robot not in known["robots"]:
            found.append(f"{a.booking}: unknown robot {a.robot}")
        found += [f"{a.booking}: unknown marshal {name}" for name in a.marshals if name not in known["marshals"]]
    for name in names:
        count = planned.count(name) + (name in plan.left_out)
        if count != 1:
            found.append(f"{name}: appears {count} times among the planned and those left out")
    return found + [f"{name}: left out, but unknown" for name in plan.left_out if name not in names]


def _check_alone(a: Assignment, booking: Booking, robot: RobotUnit) -> list[str]:
    """Robot, place, time and number of marshals are what one of the options allows."""
    found = []
    options = [option for option in booking.options if option.robot == a.robot and option.place == a.place]
    if not options:
        return [f"{a.booking}: {a.robot} at {a.place} is none of its options"]
    option = options[0]
    if a.end - a.start != option.duration:
        found.append(f"{a.booking}: lasts {a.end - a.start} s, must last {option.duration} s")
    if not any(window.start <= a.start and a.end <= window.end for window in option.windows):
        found.append(f"{a.booking}: {a.start} to {a.end} lies in none of its windows")
    if option.energy > robot.energy_capacity * (1.0 - robot.reserve):
        found.append(f"{a.booking}: takes {option.energy:g} Wh, more than {a.robot} has above its reserve")
    if len(a.marshals) != booking.marshals:
        found.append(f"{a.booking}: has {len(a.marshals)} marshals, must have {booking.marshals}")
    return found


def _check_shifts(a: Assignment, shifts: dict[str, tuple[Interval, ...]]) -> list[str]:
    """Each marshal is there, within one shift."""
    return [
        f"{a.booking}: {name} is not on shift from {a.start} to {a.end}"
        for name in a.marshals
        if not any(shift.start <= a.start and a.end <= shift.end for shift in shifts[name])
    ]


def _check_pair(
    one: Assignment, other: Assignment, bookings: dict[str, Booking], robots: dict[str, RobotUnit]
) -> list[str]:
    """Two trials do not share a place, a robot or a marshal at a time."""
    found = []
    pair = f"{one.booking} and {other.booking}"
    first, second = bookings[one.booking], bookings[other.booking]
    if (
        one.place == other.place
        and one.start - first.buffer_before < other.end + second.buffer_after
        and other.start - second.buffer_before < one.end + first.buffer_after
    ):
        found.append(f"{pair}: overlap at {one.place}")
    if one.robot == other.robot:
        robot = robots[one.robot]
        if one.start < _ready_again(other, second, robot) and other.start < _ready_again(one, first, robot):
            found.append(f"{pair}: {one.robot} is not ready again")
    if one.start < other.end and other.start < one.end:
        found += [f"{pair}: share {name}" for name in one.marshals if name in other.marshals]
    return found


def _ready_again(a: Assignment, booking: Booking, robot: RobotUnit) -> int:
    """When the robot is turned around and full again [s since the epoch]."""
    energy = robot.energy_capacity * (1.0 - robot.reserve)
    for option in booking.options:
        if option.robot == a.robot and option.place == a.place:
            energy = option.energy
    return a.end + robot.turnaround + math.ceil(3600.0 * energy / robot.charge_power)


def _check_sums(problem: Problem, plan: Plan, bookings: dict[str, Booking]) -> list[str]:
    """The objective is what the planned trials count, and lies within the bound."""
    found = []
    total = sum(4 ** (bookings[a.booking].priority - 1) for a in plan.assignments)
    if plan.objective != total:
        found.append(f"objective is {plan.objective}, the planned trials count {total}")
    if plan.bound < total:
        found.append(f"bound {plan.bound} lies below the objective {total}")
    if plan.optimal and plan.bound != total:
        found.append(f"called optimal with objective {total} and bound {plan.bound}")
    return found
