"""Places, robots and marshals as counts on the grid of starts: what is free is read off at once.

What a trial blocks is rounded up to whole steps, so that a start that is free here is free to the second; some that are
free to the second are missed where buffers are no multiples of the step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robot_trials.schedule.problem.statement import Booking
from robot_trials.schedule.search import fit
from robot_trials.schedule.search.bound import Bound
from robot_trials.schedule.search.classes import Choice, Grouped, Task
from robot_trials.schedule.search.columns import first_instant

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Board:
    """Who is taken when.

    Args:
        grouped: the problem; its promised trials are entered.
        bound: its prices decide between free starts.
        seed: blurs the prices.

    Attributes:
        spans: a row for each range of starts of each task, in steps from the origin; columns as in `fit`.
        span_task: task of each row.
        first_span: first row of each booking, and the end.
    """

    def __init__(self, grouped: Grouped, bound: Bound, seed: int) -> None:
        self.grouped = grouped
        self.step = grouped.step
        places = {place.name: i for i, place in enumerate(grouped.problem.places)}
        self._first_crew, self._first_shift = len(places), len(places) + len(grouped.robots)
        crews = (*grouped.robots, *grouped.shifts)
        self.limits = np.array([1] * len(places) + [len(crew.names) for crew in crews], dtype=np.int64)
        self.origin = first_instant(grouped) // self.step - 1
        self._prices = _PriceTable(bound)
        self._list_spans(places)
        lasting = np.maximum(self.spans[:, fit.BLOCK], self.spans[:, fit.AFTER])
        length = int((self.spans[:, fit.LAST] + lasting).max(initial=0)) + 2
        self.counts = np.zeros((len(self.limits), length), dtype=np.int32)
        self._state = np.array([seed * 2654435761 % (1 << 62) + 88172645463325252], dtype=np.uint64)
        self._enter_fixed(places)

    def _list_spans(self, places: dict[str, int]) -> None:
        """Tables of spans, shifts and costs."""
        spans: list[list[int]] = []
        shifts: list[list[int]] = []
        costs: list[Floats] = [np.zeros(0)]
        self.span_task: list[int] = []
        self.first_span = [0]
        written = 0
        for booking, tasks in zip(self.grouped.bookings, self.grouped.tasks, strict=True):
            for t, task in enumerate(tasks):
                row = self._measure(booking, task, places[task.place])
                for low, high in task.starts:
                    own = self._list_shifts(booking, task, low, high)
                    cost = self._price(booking, task, row, np.arange(low, high + 1) * self.step, own)
                    pointers = [len(shifts), len(shifts) + len(own), written]
                    spans.append([low - self.origin, high - self.origin, *row, *pointers])
                    shifts += own
                    costs.append(cost)
                    written += len(cost)
                    self.span_task.append(t)
            self.first_span.append(len(spans))
        self.spans = np.array(spans, dtype=np.int64).reshape(-1, 11)
        self._shifts = np.array(shifts, dtype=np.int64).reshape(-1, 3)
        self._costs = np.concatenate(costs)

    def _measure(self, booking: Booking, task: Task, place: int) -> list[int]:
        """Place, crew and all lengths of a task, in whole steps."""
        step = self.step
        seconds = (booking.buffer_before, task.duration + booking.buffer_after, task.duration, task.block)
        return [place, self._first_crew + task.robots, *(-(-length // step) for length in seconds)]

    def _list_shifts(self, booking: Booking, task: Task, low: int, high: int) -> list[list[int]]:
        """Shifts that hold a trial, with its first and last start in each; those that end first come first."""
        found = []
        for i, crew in enumerate(self.grouped.shifts if booking.marshals else ()):
            assert crew.shift is not None
            since = max(low, -(-crew.shift.start // self.step))
            until = min(high, (crew.shift.end - task.duration) // self.step)
            if since <= until:
                found.append((crew.shift.end, self._first_shift + i, since - self.origin, until - self.origin))
        return [list(row[1:]) for row in sorted(found)]

    def _price(self, booking: Booking, task: Task, row: list[int], starts: Ints, shifts: list[list[int]]) -> Floats:
        """What each start costs, marshals from the cheapest shift."""
        around = booking.buffer_before + task.duration + booking.buffer_after
        cost = self._prices.cost(row[0], starts - booking.buffer_before, around)
        cost = cost + self._prices.cost(row[1], starts, task.block)
        if shifts:
            each = [self._prices.cost(shift[0], starts, task.duration) for shift in shifts]
            cost = cost + booking.marshals * np.minimum.reduce(each)
        return cost

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
        self.counts[resource, max(first, 0) : max(last, 0)] += 1

    def find_start(self, b: int, blur: float = 0.0) -> tuple[int, int] | None:
        """Row of a span and a free start, the cheapest that touches something; None when nothing is free.

        Args:
            b: index of a booking that is not on the board.
            blur: of the costs, for variety.
        """
        begin, end, need = self.first_span[b], self.first_span[b + 1], self.grouped.bookings[b].marshals
        tables = (self.spans, self._shifts, self._costs)
        row, start = fit.find_cheapest(self.counts, self.limits, *tables, begin, end, need, blur, self._state)
        return None if row < 0 else (row, start)

    def place(self, b: int, row: int, start: int) -> Choice:
        """Put a booking at a free start of a span."""
        span, need = self.spans[row], self.grouped.bookings[b].marshals
        shifts = []
        for resource, since, until in self._shifts[span[fit.SHIFT_FROM] : span[fit.SHIFT_TO]].tolist():
            if need and since <= start <= until:
                busiest = int(self.counts[resource, start : start + span[fit.DURATION]].max())
                number = min(need, int(self.limits[resource]) - busiest)
                if number > 0:
                    shifts.append((resource - self._first_shift, number))
                    need -= number
        choice = Choice(b, self.span_task[row], (start + self.origin) * self.step, tuple(shifts))
        self.change(choice, row, 1)
        return choice

    def change(self, choice: Choice, row: int, sign: int) -> None:
        """Take what a choice needs (1) or give it back (-1)."""
        start = choice.start // self.step - self.origin
        fit.take(self.counts, self.spans, row, start, sign)
        for shift, number in choice.shifts:
            self.counts[self._first_shift + shift, start : start + self.spans[row, fit.DURATION]] += sign * number

    def span_of(self, choice: Choice) -> int:
        """Row of the span in which a choice lies."""
        start = choice.start // self.step - self.origin
        for row in range(self.first_span[choice.booking], self.first_span[choice.booking + 1]):
            first, last = self.spans[row, : fit.PLACE]
            if self.span_task[row] == choice.task and first <= start <= last:
                return row
        raise LookupError(f"booking {choice.booking} has no start {choice.start}")


class _PriceTable:
    """Prices summed up over time, to read the cost of any interval."""

    def __init__(self, bound: Bound) -> None:
        columns = bound.columns
        self._edges = columns.origin + columns.bucket * np.arange(columns.buckets + 1)
        summed = np.cumsum(bound.prices * columns.bucket, axis=1)
        self._summed = np.concatenate([np.zeros((len(summed), 1)), summed], axis=1)

    def cost(self, resource: int, begins: Ints, length: int) -> Floats:
        """Of one unit over [begin, begin + length) for each begin [s]."""
        summed = self._summed[resource]
        return np.interp(begins + length, self._edges, summed) - np.interp(begins, self._edges, summed)
