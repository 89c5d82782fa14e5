"""Equal robots and equal shifts, planned as a number of each and named afterwards.

Trials at one class are intervals, and as many robots as ever run at once are enough to colour them: a plan that counts
robots is a plan that names them. The same holds for marshals who share a shift. A promised trial that begins after
others may begin binds a name, so that its robot and its marshals count as classes of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from robot_trials.schedule.problem.occupancy import Ranges, find_energy, ranges_within
from robot_trials.schedule.problem.statement import Assignment, Booking, Interval, Problem


@dataclass(frozen=True)
class Task:
    """One way to hold a trial, by any robot of a class.

    Attributes:
        robots: index of the class.
        duration: of the trial [s].
        block: for which the robot is taken: trial, turnaround and recharging [s].
        starts: ranges of the start, on the grid [steps].
    """

    robots: int
    place: str
    duration: int
    block: int
    starts: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Choice:
    """A booking that is planned by class, without names.

    Attributes:
        booking, task: indices.
        start: [s].
        shifts: index of a shift and how many of its marshals come.
    """

    booking: int
    task: int
    start: int
    shifts: tuple[tuple[int, int], ...]


@dataclass
class Crew:
    """Equal robots, or marshals in the same shift.

    Attributes:
        names: who belongs to it.
        shift: of marshals; None for robots.
        taken: intervals of promised trials, with the name that each binds.
    """

    names: list[str]
    shift: Interval | None = None
    taken: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Grouped:
    """A problem with its symmetry taken out.

    Attributes:
        step: of the grid [s].
        bookings: those still to be planned that have a task at all.
        tasks: for each of these.
        robots: classes of equal robots.
        shifts: classes of marshals.
        fixed: promised trials.
    """

    problem: Problem
    step: int
    bookings: tuple[Booking, ...]
    tasks: tuple[tuple[Task, ...], ...]
    robots: tuple[Crew, ...]
    shifts: tuple[Crew, ...]
    fixed: tuple[Assignment, ...]


Row = tuple[int, str, int, int, tuple[tuple[int, int], ...]]
"""Index of a booking, place, duration, block, starts: what one robot can do."""


def group(problem: Problem, step: int, fixed: Sequence[Assignment] = ()) -> Grouped:
    """Find equal robots and equal shifts.

    Args:
        problem: what is planned.
        step: grid of the starts [s].
        fixed: trials that may not move.
    """
    promised = {assignment.booking for assignment in fixed}
    open_bookings = [booking for booking in problem.bookings if booking.name not in promised]
    rows = _list_rows(problem, open_bookings, step)
    first_start = min((row[4][0][0] * step for able in rows.values() for row in able), default=0)
    bound_names = {name for a in fixed if a.start > first_start for name in (f"r {a.robot}", *_marked(a.marshals))}
    robots, tasks = _group_robots(problem, rows, bound_names)
    _take_robots(problem, robots, fixed)
    planned = [(b, tuple(tasks[i])) for i, b in enumerate(open_bookings) if tasks[i]]
    return Grouped(
        problem=problem,
        step=step,
        bookings=tuple(booking for booking, _ in planned),
        tasks=tuple(options for _, options in planned),
        robots=tuple(robots),
        shifts=tuple(_group_shifts(problem, fixed, bound_names)),
        fixed=tuple(fixed),
    )


def _marked(names: Iterable[str]) -> list[str]:
    """Names of marshals, apart from those of robots."""
    return [f"m {name}" for name in names]


def _list_rows(problem: Problem, bookings: Sequence[Booking], step: int) -> dict[str, list[Row]]:
    """What each robot can do, as far as battery, windows and grid go."""
    robots = {robot.name: robot for robot in problem.robots}
    rows: dict[str, list[Row]] = {robot.name: [] for robot in problem.robots}
    known: dict[tuple[int, int], tuple[tuple[int, int], ...]] = {}
    for index, booking in enumerate(bookings):
        for option in booking.options:
            robot = robots[option.robot]
            if option.energy > robot.usable_energy:
                continue
            key = (id(option.windows), option.duration)
            if key not in known:
                known[key] = to_grid(ranges_within(option.windows, option.duration), step)
            if known[key]:
                block = option.duration + robot.blocked_after(option.energy)
                rows[option.robot].append((index, option.place, option.duration, block, known[key]))
    return rows


def to_grid(starts: Ranges, step: int) -> tuple[tuple[int, int], ...]:
    """Ranges in steps of the grid, without those that hold no step."""
    ranges = ((-(-low // step), high // step) for low, high in starts)
    return tuple((low, high) for low, high in ranges if low <= high)


def _group_robots(
    problem: Problem, rows: dict[str, list[Row]], bound_names: set[str]
) -> tuple[list[Crew], dict[int, list[Task]]]:
    """Classes of robots that can do the same, and what each booking can ask of them."""
    members: dict[tuple[str, tuple[Row, ...]], list[str]] = defaultdict(list)
    for robot in problem.robots:
        own = robot.name if f"r {robot.name}" in bound_names else ""
        members[own, tuple(sorted(rows[robot.name]))].append(robot.name)
    crews: list[Crew] = []
    tasks: dict[int, list[Task]] = defaultdict(list)
    for (_, able), names in members.items():
        for index, place, duration, block, starts in able:
            tasks[index].append(Task(len(crews), place, duration, block, starts))
        crews.append(Crew(names))
    return crews, tasks


def _take_robots(problem: Problem, crews: Sequence[Crew], fixed: Sequence[Assignment]) -> None:
    """Enter the promised trials."""
    bookings = {booking.name: booking for booking in problem.bookings}
    robots = {robot.name: robot for robot in problem.robots}
    crew_of = {name: crew for crew in crews for name in crew.names}
    for a in fixed:
        after = robots[a.robot].blocked_after(find_energy(problem, bookings[a.booking], a))
        crew_of[a.robot].taken.append((a.start, a.end + after, a.robot))


def _group_shifts(problem: Problem, fixed: Sequence[Assignment], bound_names: set[str]) -> list[Crew]:
    """Marshals by shift; one with two shifts is in two classes, which is safe because they do not overlap."""
    members: dict[tuple[str, Interval], list[str]] = defaultdict(list)
    for marshal in problem.marshals:
        own = marshal.name if f"m {marshal.name}" in bound_names else ""
        for shift in marshal.shifts:
            members[own, shift].append(marshal.name)
    crews = [Crew(names, shift) for (_, shift), names in members.items()]
    for crew in crews:
        for a in fixed:
            for name in a.marshals:
                if name in crew.names and crew.shift and a.start < crew.shift.end and crew.shift.start < a.end:
                    crew.taken.append((a.start, a.end, name))
    return sorted(crews, key=lambda crew: (crew.shift.start, crew.shift.end, crew.names[0]) if crew.shift else ())


def fits(task: Task, crew: Crew, step: int) -> bool:
    """Whether a task can lie within a crew's shift."""
    assert crew.shift is not None
    low, high = -(-crew.shift.start // step), (crew.shift.end - task.duration) // step
    return any(a <= high and low <= b for a, b in task.starts)
