"""Who is busy when, and which starts that leaves to a trial.

Sets of starts are sorted lists of closed ranges [s]; a start is then taken on a grid.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from robot_trials.schedule.problem.statement import Assignment, Booking, Interval, Marshal, Option, Problem

Ranges = list[tuple[int, int]]
"""Sorted, disjoint, both ends included."""
Busy = list[tuple[int, int, str]]
"""From, until (not included), by which booking; sorted."""


@dataclass(frozen=True)
class Slot:
    """A start that is free for an option, with the marshals to take."""

    option: Option
    start: int
    marshals: tuple[str, ...]


class Occupancy:
    """What the assignments made so far leave free.

    Args:
        problem: names and numbers.
        step: starts are multiples of it [s].
    """

    def __init__(self, problem: Problem, step: int) -> None:
        self.problem = problem
        self.step = step
        self.bookings = {booking.name: booking for booking in problem.bookings}
        self.robots = {robot.name: robot for robot in problem.robots}
        self.assignments: dict[str, Assignment] = {}
        self.place_busy: dict[str, Busy] = {place.name: [] for place in problem.places}
        self.robot_busy: dict[str, Busy] = {robot.name: [] for robot in problem.robots}
        self.marshal_busy: dict[str, Busy] = {marshal.name: [] for marshal in problem.marshals}
        self._marshal_cache: dict[tuple[int, int], Ranges] = {}

    def add(self, assignment: Assignment) -> None:
        """Take what an assignment needs."""
        for busy, entry in self._entries(assignment):
            insort(busy, entry)
        self.assignments[assignment.booking] = assignment
        self._marshal_cache.clear()

    def remove(self, name: str) -> Assignment:
        """Free what a booking's assignment took."""
        assignment = self.assignments.pop(name)
        for busy, entry in self._entries(assignment):
            busy.remove(entry)
        self._marshal_cache.clear()
        return assignment

    def _entries(self, assignment: Assignment) -> list[tuple[Busy, tuple[int, int, str]]]:
        """What an assignment blocks, resource by resource."""
        booking = self.bookings[assignment.booking]
        start, end, name = assignment.start, assignment.end, assignment.booking
        free_again = end + self.robots[assignment.robot].blocked_after(find_energy(self.problem, booking, assignment))
        entries = [
            (self.place_busy[assignment.place], (start - booking.buffer_before, end + booking.buffer_after, name)),
            (self.robot_busy[assignment.robot], (start, free_again, name)),
        ]
        return entries + [(self.marshal_busy[marshal], (start, end, name)) for marshal in assignment.marshals]

    def is_within_battery(self, option: Option) -> bool:
        """Whether a full battery is enough, its reserve untouched."""
        return option.energy <= self.robots[option.robot].usable_energy

    def window_starts(self, option: Option) -> Ranges:
        """Starts that keep the trial inside a window."""
        return ranges_within(option.windows, option.duration)

    def without_place(self, booking: Booking, option: Option, starts: Ranges) -> Ranges:
        """Starts at which the place is free."""
        after = option.duration + booking.buffer_after
        return exclude(starts, self.place_busy[option.place], after, booking.buffer_before)

    def without_robot(self, option: Option, starts: Ranges) -> Ranges:
        """Starts at which the robot is free."""
        length = option.duration + self.robots[option.robot].blocked_after(option.energy)
        return exclude(starts, self.robot_busy[option.robot], length, 0)

    def marshal_starts(self, count: int, duration: int) -> Ranges:
        """Starts at which so many marshals are there, and free, for so long."""
        key = (count, duration)
        if key not in self._marshal_cache:
            free = [self.starts_of_marshal(marshal, duration) for marshal in self.problem.marshals]
            self._marshal_cache[key] = covered_by(free, count)
        return self._marshal_cache[key]

    def starts_of_marshal(self, marshal: Marshal, duration: int) -> Ranges:
        """Starts at which one marshal is there and free."""
        return exclude(ranges_within(marshal.shifts, duration), self.marshal_busy[marshal.name], duration, 0)

    def find_starts(self, booking: Booking, option: Option, relaxed: str = "") -> Ranges:
        """Starts at which everything is free, but for what is `relaxed`: `place`, `robot` or `marshals`."""
        starts = self.window_starts(option)
        if relaxed != "place":
            starts = self.without_place(booking, option, starts)
        if relaxed != "robot" and starts:
            starts = self.without_robot(option, starts)
        if relaxed != "marshals" and starts and booking.marshals:
            starts = intersect(starts, self.marshal_starts(booking.marshals, option.duration))
        return starts

    def find_earliest(self, booking: Booking, before: int | None = None) -> Slot | None:
        """The earliest free start over all options; the first listed option where several share it.

        Args:
            booking: not in the plan now.
            before: only starts before this one are of use.
        """
        best: tuple[int, Option] | None = None
        for option in booking.options:
            if not self.is_within_battery(option):
                continue
            limit = best[0] if best else before
            starts = self.window_starts(option)
            if limit is not None and (not starts or starts[0][0] >= limit):
                continue
            start = first_on_grid(self.find_starts(booking, option), self.step)
            if start is not None and (limit is None or start < limit):
                best = start, option
        if best is None:
            return None
        start, option = best
        return Slot(option, start, self.pick_marshals(booking.marshals, start, start + option.duration))

    def pick_marshals(self, count: int, start: int, end: int) -> tuple[str, ...]:
        """The first marshals who are there and free; those who leave soonest first, so that late ones are kept."""
        free = []
        for marshal in self.problem.marshals if count else ():
            shift = next((s for s in marshal.shifts if s.start <= start and end <= s.end), None)
            busy = any(a < end and start < b for a, b, _ in self.marshal_busy[marshal.name])
            if shift is not None and not busy:
                free.append((shift.end, marshal.name))
        return tuple(sorted(name for _, name in sorted(free)[:count]))

    def assign(self, booking: Booking, slot: Slot) -> Assignment:
        """Put a booking into a free slot."""
        option, start = slot.option, slot.start
        assignment = Assignment(booking.name, option.robot, option.place, start, start + option.duration, slot.marshals)
        self.add(assignment)
        return assignment


def find_energy(problem: Problem, booking: Booking, assignment: Assignment) -> float:
    """Energy of an assignment's option [Wh].

    A promised trial whose option is gone counts with the most that it could take: its robot's usable energy.
    """
    for option in booking.options:
        if option.robot == assignment.robot and option.place == assignment.place:
            return option.energy
    return next(robot.usable_energy for robot in problem.robots if robot.name == assignment.robot)


def ranges_within(intervals: Iterable[Interval], duration: int) -> Ranges:
    """Starts from which a duration lies wholly inside one of the intervals."""
    found = sorted((i.start, i.end - duration) for i in intervals if i.end - i.start >= duration)
    merged: Ranges = []
    for low, high in found:
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(merged[-1][1], high)
        else:
            merged.append((low, high))
    return merged


def exclude(starts: Ranges, busy: Busy, reach: int, lead: int) -> Ranges:
    """Starts whose block [start - lead, start + reach) touches nothing busy.

    The busy intervals are disjoint and sorted, so that one pass is enough.
    """
    left: Ranges = []
    position = 0
    for low, high in starts:
        while position < len(busy) and busy[position][1] + lead <= low:
            position += 1
        at = position
        while at < len(busy) and low <= high:
            begin, end, _ = busy[at]
            if begin - reach >= high:
                break
            if low <= begin - reach:
                left.append((low, begin - reach))
            low = max(low, end + lead)
            at += 1
        if low <= high:
            left.append((low, high))
    return left


def intersect(first: Ranges, second: Ranges) -> Ranges:
    """Starts in both."""
    both: Ranges = []
    i = j = 0
    while i < len(first) and j < len(second):
        low, high = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if low <= high:
            both.append((low, high))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return both


def covered_by(sets: Sequence[Ranges], count: int) -> Ranges:
    """Starts that lie in at least `count` of the sets."""
    events = sorted(event for ranges in sets for low, high in ranges for event in ((low, 1), (high + 1, -1)))
    covered: Ranges = []
    level, since = 0, 0
    for time, change in events:
        before, level = level, level + change
        if before < count <= level:
            since = time
        elif level < count <= before:
            if covered and covered[-1][1] == since - 1:
                covered[-1] = covered[-1][0], time - 1
            elif time > since:
                covered.append((since, time - 1))
    return covered


def first_on_grid(starts: Ranges, step: int) -> int | None:
    """The first start that is a multiple of the step."""
    for low, high in starts:
        start = -(-low // step) * step
        if start <= high:
            return start
    return None
