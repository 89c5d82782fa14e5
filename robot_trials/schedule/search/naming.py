"""From classes to names and back: which of the equal robots, which of the marshals of a shift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from robot_trials.schedule.problem.statement import Assignment
from robot_trials.schedule.search.classes import Choice, Crew, Grouped


def name_choices(grouped: Grouped, choices: Sequence[Choice]) -> list[Assignment]:
    """Give every planned trial its robot and its marshals; the promised trials are not among them.

    Taken in the order of their starts, each finds a free name, since no more run at once than there are names.
    """
    robots: dict[int, str] = {}
    marshals: dict[int, list[str]] = {choice.booking: [] for choice in choices}
    for index, crew in enumerate(grouped.robots):
        wanted = []
        for choice in choices:
            task = grouped.tasks[choice.booking][choice.task]
            if task.robots == index:
                wanted.append((choice.start, choice.start + task.block, 1, choice.booking))
        for booking, names in _color(crew, wanted).items():
            robots[booking] = names[0]
    for index, crew in enumerate(grouped.shifts):
        wanted = []
        for choice in choices:
            end = choice.start + grouped.tasks[choice.booking][choice.task].duration
            wanted += [(choice.start, end, number, choice.booking) for i, number in choice.shifts if i == index]
        for booking, names in _color(crew, wanted).items():
            marshals[booking] += names
    return [_assign(grouped, choice, robots[choice.booking], marshals[choice.booking]) for choice in choices]


def _assign(grouped: Grouped, choice: Choice, robot: str, marshals: Iterable[str]) -> Assignment:
    """The assignment of a choice."""
    task = grouped.tasks[choice.booking][choice.task]
    name, end = grouped.bookings[choice.booking].name, choice.start + task.duration
    return Assignment(name, robot, task.place, choice.start, end, tuple(sorted(marshals)))


def _color(crew: Crew, wanted: Iterable[tuple[int, int, int, int]]) -> dict[int, list[str]]:
    """Names for intervals (begin, end, how many, booking); promised trials come first where starts are equal."""
    entries = [(begin, 0, end, 1, -1, name) for begin, end, name in crew.taken]
    entries += [(begin, 1, end, number, booking, "") for begin, end, number, booking in wanted]
    ready = dict.fromkeys(crew.names, 0)
    named: dict[int, list[str]] = {}
    for begin, _, end, number, booking, own in sorted(entries):
        names = [own] if own else [name for name in crew.names if ready[name] <= begin][:number]
        if len(names) < number:
            raise RuntimeError(f"{number} of {len(crew.names)} are wanted at {begin}, {len(names)} are free")
        for name in names:
            ready[name] = max(end, ready[name])
        if not own:
            named[booking] = names
    return named


def choose_classes(grouped: Grouped, assignments: Iterable[Assignment]) -> list[Choice]:
    """The choices behind named assignments; the promised ones are left out."""
    index_of = {booking.name: i for i, booking in enumerate(grouped.bookings)}
    crew_of = {name: i for i, crew in enumerate(grouped.robots) for name in crew.names}
    choices = []
    for a in assignments:
        if a.booking not in index_of:
            continue
        b = index_of[a.booking]
        tasks = grouped.tasks[b]
        task = next(i for i, t in enumerate(tasks) if (t.place, t.robots) == (a.place, crew_of[a.robot]))
        numbers: dict[int, int] = {}
        for name in a.marshals:
            for i, crew in enumerate(grouped.shifts):
                if name in crew.names and crew.shift and crew.shift.start <= a.start and a.end <= crew.shift.end:
                    numbers[i] = numbers.get(i, 0) + 1
        choices.append(Choice(b, task, a.start, tuple(sorted(numbers.items()))))
    return choices
