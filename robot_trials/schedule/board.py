"""Places, robots and marshals as counts on the grid of starts: what is free is read off at once.

What a trial blocks is rounded up to whole steps, so that a start that is free here is free to the second; some that are
free to the second are missed where buffers are no multiples of the step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_trials.schedule.bound import Bound
from robot_trials.schedule.classes import Choice, Grouped
from robot_trials.schedule.columns import first_instant

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Span:
    """A range of starts of a task [steps from the origin], with all lengths in whole steps.

    Attributes:
        shifts: index of the shift's resource, first and last start within that shift.
        cost: of each start at the bound's prices, marshals at the cheapest shift.
    """

    task: int
    first: int
    last: int
    place: int
    crew: int
    before: int
    after: int
    duration: int
    block: int
    shifts: tuple[tuple[int, int, int], ...]
    cost: Floats


class Board:
    """Who is taken when.

    Args:
        grouped: the problem; its promised trials are entered.
        bound: its prices decide between free starts.
    """

    def __init__(self, grouped: Grouped, bound: Bound) -> None:
        self.grouped = grouped
        self.step = grouped.step
        places = {place.name: i for i, place in enumerate(grouped.problem.places)}
        self._first_crew, self._first_shift = len(places), len(places) + len(grouped.robots)
        crews = (*grouped.robots, *grouped.shifts)
        self.limits = [1] * len(places) + [len(crew.names) for crew in crews]
        lead = max((-(-b.buffer_before // self.step) for b in grouped.bookings), default=0)
        self.origin = first_instant(grouped) // self.step - lead
        self._worth = _PriceTable(bound)
        self.spans = [self._list_spans(b, places) for b in range(len(grouped.bookings))]
        ends = [span.last + max(span.block, span.after) for spans in self.spans for span in spans]
        self.length = max(ends, default=0) + 2
        self._counts = [np.zeros(self.length, np.int32) for _ in self.limits]
        self._sums: list[dict[int, NDArray[np.int32]]] = [{} for _ in self.limits]
        self._enter_fixed(places)

    def _list_spans(self, b: int, places: dict[str, int]) -> list[Span]:
        """All ranges of starts of a booking."""
        booking, step = self.grouped.bookings[b], self.step
        spans = []
        for t, task in enumerate(self.grouped.tasks[b]):
            place, crew = places[task.place], self._first_crew + task.robots
            for low, high in task.starts:
                shifts = []
                for i, group in enumerate(self.grouped.shifts if booking.marshals else ()):
                    assert group.shift is not None
                    since = max(low, -(-group.shift.start // step))
                    until = min(high, (group.shift.end - task.duration) // step)
                    if since <= until:
                        shifts.append((self._first_shift + i, since - self.origin, until - self.origin))
                starts = np.arange(low, high + 1) * step
                cost = self._worth.cost(
                    place, starts - booking.buffer_before, task.duration + booking.buffer_after, booking.buffer_before
                )
                cost = cost + self._worth.cost(crew, starts, task.block, 0)
                if shifts:
                    each = [self._worth.cost(i, starts, task.duration, 0) for i, _, _ in shifts]
                    cost = cost + booking.marshals * np.minimum.reduce(each)
                spans.append(
                    Span(
                        task=t,
                        first=low - self.origin,
                        last=high - self.origin,
                        place=place,
                        crew=crew,
                        before=-(-booking.buffer_before // step),
                        after=-(-(task.duration + booking.buffer_after) // step),
                        duration=-(-task.duration // step),
                        block=-(-task.block // step),
                        shifts=tuple(shifts),
                        cost=cost,
                    )
                )
        return spans

    def _enter_fixed(self, places: dict[str, int]) -> None:
        """Promised trials take what they need."""
        bookings = {booking.name: booking for booking in self.grouped.problem.bookings}
        for a in self.grouped.fixed:
            booking = bookings[a.booking]
            self._take_seconds(places[a.place], a.start - booking.buffer_before, a.end + booking.buffer_after)
        for i, crew in enumerate((*self.grouped.robots, *self.grouped.shifts)):
            for begin, end, _ in crew.taken:
                self._take_seconds(self._first_crew + i, begin, end)

    def _take_seconds(self, resource: int, begin: int, end: int) -> None:
        """Take one of a resource for every step that an interval touches."""
        first, last = begin // self.step - self.origin, -(-end // self.step) - self.origin
        self._counts[resource][max(first, 0) : max(last, 0)] += 1
        self._sums[resource].clear()

    def _full(self, resource: int, wanted: int) -> NDArray[np.int32]:
        """Steps up to each at which fewer than `wanted` are left."""
        known = self._sums[resource]
        if wanted not in known:
            sums = np.zeros(self.length + 1, np.int32)
            np.cumsum(self._counts[resource] > self.limits[resource] - wanted, out=sums[1:])
            known[wanted] = sums
        return known[wanted]

    def free_starts(self, b: int, span: Span) -> Mask:
        """Whether each start of a span is free."""
        first, count = span.first, span.last - span.first + 1
        place, crew = self._full(span.place, 1), self._full(span.crew, 1)
        a, z = first - span.before, first + span.after
        free = place[z : z + count] == place[a : a + count]
        free &= crew[first + span.block : first + span.block + count] == crew[first : first + count]
        need = self.grouped.bookings[b].marshals
        if need and free.any():
            free &= self._count_marshals(span, need) >= need
        return free

    def _count_marshals(self, span: Span, need: int) -> Ints:
        """How many marshals are there and free at each start, counted up to the need in each shift."""
        there = np.zeros(span.last - span.first + 1, np.int64)
        for resource, since, until in span.shifts:
            for wanted in range(1, min(need, self.limits[resource]) + 1):
                full = self._full(resource, wanted)
                ends = full[since + span.duration : until + span.duration + 1]
                there[since - span.first : until - span.first + 1] += ends == full[since : until + 1]
        return there

    def find_start(self, b: int, noise: np.random.Generator | None = None) -> tuple[Span, int] | None:
        """The cheapest free start that touches something, so that what is left free stays in one piece.

        Args:
            b: index of a booking that is not on the board.
            noise: blurs the costs, for variety.
        """
        best: tuple[float, Span, int] | None = None
        for span in self.spans[b]:
            free = self.free_starts(b, span)
            if not free.any():
                continue
            inner = free.copy()
            inner[0] = inner[-1] = False
            inner[1:-1] &= free[:-2] & free[2:]
            edges = np.flatnonzero(free & ~inner)
            costs = span.cost[edges]
            if noise is not None:
                costs = (costs + 0.01) * noise.uniform(0.7, 1.3, len(edges))
            at = int(np.argmin(costs))
            if best is None or costs[at] < best[0]:
                best = float(costs[at]), span, int(edges[at])
        return None if best is None else (best[1], best[2])

    def place(self, b: int, span: Span, index: int) -> Choice:
        """Put a booking at a free start of a span."""
        start, need = span.first + index, self.grouped.bookings[b].marshals
        shifts = []
        for resource, since, until in sorted(span.shifts, key=lambda shift: shift[2]):
            if need and since <= start <= until:
                busiest = int(self._counts[resource][start : start + span.duration].max())
                number = min(need, self.limits[resource] - busiest)
                if number > 0:
                    shifts.append((resource - self._first_shift, number))
                    need -= number
        choice = Choice(b, span.task, (start + self.origin) * self.step, tuple(shifts))
        self.change(choice, span, 1)
        return choice

    def change(self, choice: Choice, span: Span, sign: int) -> None:
        """Take what a choice needs (1) or give it back (-1)."""
        start = choice.start // self.step - self.origin
        self._counts[span.place][start - span.before : start + span.after] += sign
        self._counts[span.crew][start : start + span.block] += sign
        self._sums[span.place].clear()
        self._sums[span.crew].clear()
        for shift, number in choice.shifts:
            self._counts[self._first_shift + shift][start : start + span.duration] += sign * number
            self._sums[self._first_shift + shift].clear()

    def span_of(self, choice: Choice) -> Span:
        """The span in which a choice lies."""
        start = choice.start // self.step - self.origin
        return next(s for s in self.spans[choice.booking] if s.task == choice.task and s.first <= start <= s.last)


class _PriceTable:
    """Prices summed up over time, to read the cost of any interval."""

    def __init__(self, bound: Bound) -> None:
        columns = bound.columns
        self._edges = columns.origin + columns.bucket * np.arange(columns.buckets + 1)
        summed = np.cumsum(bound.prices * columns.bucket, axis=1)
        self._summed = np.concatenate([np.zeros((len(summed), 1)), summed], axis=1)

    def cost(self, resource: int, begins: Ints, length: int, lead: int) -> Floats:
        """Of one unit over [begin, begin + lead + length) for each begin [s]."""
        summed = self._summed[resource]
        return np.interp(begins + lead + length, self._edges, summed) - np.interp(begins, self._edges, summed)
