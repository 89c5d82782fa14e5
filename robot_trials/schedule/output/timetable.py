"""A plan as tables for a terminal, in the local time of a zone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from zoneinfo import ZoneInfo

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from robot_trials.schedule.output.local_time import localize_detail, tell_day, tell_time
from robot_trials.schedule.problem.statement import Assignment, Plan, Problem


def make_timetable(problem: Problem, plan: Plan, zone: ZoneInfo) -> Group:
    """What is held when, day by day, then what is left out and why.

    Args:
        problem: titles and priorities.
        plan: what is shown.
        zone: in whose local time.
    """
    parts = [*_make_days(problem, plan, zone)]
    if plan.left_out:
        parts.append(_make_left_out(problem, plan, zone))
    return Group(*parts, Text(summarize(problem, plan), style="bold"))


def print_timetable(problem: Problem, plan: Plan, zone: ZoneInfo, console: Console | None = None) -> None:
    """Print the tables."""
    (console or Console()).print(make_timetable(problem, plan, zone))


def summarize(problem: Problem, plan: Plan) -> str:
    """`28 of 50 trials planned, gap 3.4 % (objective 142, bound 147), 1.8 s`."""
    quality = "optimal" if plan.optimal else f"gap {100 * plan.gap:.1f} %"
    numbers = f"objective {plan.objective}, bound {plan.bound}"
    count = f"{len(plan.assignments)} of {len(problem.bookings)} trials planned"
    return f"{count}, {quality} ({numbers}), {plan.seconds:.1f} s"


def _make_days(problem: Problem, plan: Plan, zone: ZoneInfo) -> Iterator[Table]:
    """A table for each local day on which a trial begins."""
    bookings = {booking.name: booking for booking in problem.bookings}
    titles = {place.name: place.title or place.name for place in problem.places}

    def day(assignment: Assignment) -> str:
        return tell_day(assignment.start, zone)

    ordered = sorted(plan.assignments, key=lambda a: (a.start, a.booking))
    for name, assignments in groupby(ordered, key=day):
        table = Table(title=f"{name} ({zone.key})", title_justify="left")
        for column in ("time", "trial", "place", "robot", "marshals", "priority"):
            table.add_column(column, justify="right" if column == "priority" else "left")
        for a in assignments:
            booking = bookings[a.booking]
            trial = booking.title or booking.name
            hours = f"{tell_time(a.start, zone)} – {tell_time(a.end, zone, since=a.start)}"
            table.add_row(hours, trial, titles[a.place], a.robot, ", ".join(a.marshals) or "–", str(booking.priority))
        yield table


def _make_left_out(problem: Problem, plan: Plan, zone: ZoneInfo) -> Table:
    """Which trials are not held, and what refused each."""
    table = Table(title="Left out", title_justify="left")
    for column in ("trial", "priority", "refused by", "because"):
        table.add_column(column, justify="right" if column == "priority" else "left", overflow="fold")
    for booking in problem.bookings:
        if refusal := plan.left_out.get(booking.name):
            title = booking.title or booking.name
            detail = localize_detail(refusal.detail, zone)
            table.add_row(title, str(booking.priority), refusal.constraint, detail)
    return table
