"""Every start worth looking at when time is cut into buckets, and what it would cost at given prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_trials.schedule.problem.statement import Booking, reward
from robot_trials.schedule.search.classes import Grouped, Task

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

USES = 3
"""Place, robots, marshals."""


@dataclass(frozen=True)
class Use:
    """What a column takes of one resource: `amount` of it over [begin, end) [s]."""

    resource: Ints
    begin: Ints
    end: Ints
    amount: Ints


class Columns:
    """Starts of all tasks with the capacities they share.

    Places, classes of robots and shifts are the resources, in this order. Within a bucket only the sum of what is
    taken counts, so that each start lies between two at which something begins or ends with a bucket, at a cost between
    theirs: only such starts are listed.

    Args:
        grouped: the problem.
        bucket: length of a bucket [s].
    """

    def __init__(self, grouped: Grouped, bucket: int) -> None:
        self.grouped = grouped
        self.bucket = bucket
        self.rewards = np.array([reward(b.priority) for b in grouped.bookings], dtype=float)
        self.place_index = {place.name: i for i, place in enumerate(grouped.problem.places)}
        self.origin = first_instant(grouped)
        rows = self._list_rows()
        table = np.array(rows, dtype=np.int64).reshape(-1, 10)
        self.booking, self.task = table[:, 0], table[:, 1]
        place, crew, shift, start, before, after, block, marshals = table[:, 2:].T
        end = start + np.array([grouped.tasks[b][t].duration for b, t in table[:, :2]], dtype=np.int64)
        self.start = start
        one = np.ones_like(start)
        self.uses = (
            Use(place, start - before, end + after, one),
            Use(crew, start, start + block, one),
            Use(shift, start, end, marshals),
        )
        last = max((int(use.end.max()) for use in self.uses if len(start)), default=self.origin)
        self.buckets = max(1, -(-(last - self.origin) // bucket))
        self.capacity = self._measure_capacity()
        self._ends = [self._locate(use, use.end) for use in self.uses]
        self._begins = [self._locate(use, use.begin) for use in self.uses]
        self._firsts = np.searchsorted(self.booking, np.unique(self.booking))

    def _list_rows(self) -> list[tuple[int, ...]]:
        """Booking, task, three resources, start, buffers, block, marshals, column by column."""
        grouped, places = self.grouped, len(self.place_index)
        first_shift = places + len(grouped.robots)
        shifts = [(first_shift + i, crew.shift) for i, crew in enumerate(grouped.shifts)]
        no_shift = [(0, None)]  # of the first resource nothing is taken
        rows: list[tuple[int, ...]] = []
        for b, (booking, tasks) in enumerate(zip(grouped.bookings, grouped.tasks, strict=True)):
            for t, task in enumerate(tasks):
                head = (b, t, self.place_index[task.place], places + task.robots)
                tail = (booking.buffer_before, booking.buffer_after, task.block, booking.marshals)
                for low, high in task.starts:
                    first, last = low * grouped.step, high * grouped.step
                    for i, shift in shifts if booking.marshals else no_shift:
                        since = max(first, shift.start) if shift else first
                        until = min(last, shift.end - task.duration) if shift else last
                        rows += [(*head, i, start, *tail) for start in self._pick_starts(booking, task, since, until)]
        return rows

    def _pick_starts(self, booking: Booking, task: Task, first: int, last: int) -> list[int]:
        """Starts at which something begins or ends with a bucket, beside the first and the last."""
        if first > last:
            return []
        starts = {first, last}
        after = task.duration + booking.buffer_after
        for offset in (0, -booking.buffer_before, task.duration, after, task.block):
            wait = (self.origin - first - offset) % self.bucket
            starts.update(range(first + wait, last + 1, self.bucket))
        return sorted(starts)

    def _measure_capacity(self) -> Floats:
        """What each resource offers in each bucket [s], shape (resources, buckets)."""
        grouped, places = self.grouped, len(self.place_index)
        edges = self.origin + self.bucket * np.arange(self.buckets + 1)
        full = np.full(self.buckets, float(self.bucket))
        rows = [full.copy() for _ in range(places)] + [full * len(crew.names) for crew in grouped.robots]
        for crew in grouped.shifts:
            assert crew.shift is not None
            rows.append(overlap(edges, crew.shift.start, crew.shift.end) * len(crew.names))
        bookings = {booking.name: booking for booking in grouped.problem.bookings}
        for a in grouped.fixed:
            booking = bookings[a.booking]
            rows[self.place_index[a.place]] -= overlap(
                edges, a.start - booking.buffer_before, a.end + booking.buffer_after
            )
        for i, crew in enumerate((*grouped.robots, *grouped.shifts)):
            for begin, end, _ in crew.taken:
                rows[places + i] -= overlap(edges, begin, end)
        return np.maximum(np.array(rows or [full]), 0.0)

    def _locate(self, use: Use, instants: Ints) -> tuple[Ints, Floats]:
        """Where instants lie in the flattened table of prices summed up over time."""
        exact = (instants - self.origin) / self.bucket
        index = np.minimum(exact.astype(np.int64), self.buckets - 1)
        return use.resource * (self.buckets + 1) + index, exact - index

    def reduced_rewards(self, prices: Floats) -> Floats:
        """Reward less cost of each column, shape (columns,).

        Args:
            prices: per second of each resource in each bucket, shape (resources, buckets).
        """
        summed = np.zeros((prices.shape[0], self.buckets + 1))
        np.cumsum(prices * self.bucket, axis=1, out=summed[:, 1:])
        flat = summed.ravel()
        rise = np.append(np.diff(flat), 0.0)
        result = self.rewards[self.booking]
        for use, (end, end_part), (begin, begin_part) in zip(self.uses, self._ends, self._begins, strict=True):
            cost = flat[end] + end_part * rise[end] - flat[begin] - begin_part * rise[begin]
            result = result - use.amount * cost
        return result

    def bound(self, prices: Floats, reduced: Floats) -> float:
        """What no plan can exceed: the worth of all capacity, and what each booking gains at best beyond its cost."""
        best = np.maximum.reduceat(reduced, self._firsts) if len(reduced) else np.zeros(0)
        return float((prices * self.capacity).sum() + np.maximum(best, 0.0).sum())

    def find_improving(self, reduced: Floats, worth: Floats) -> Ints:
        """The best column of each task among those that beat what their booking already gains."""
        excess = reduced - worth[self.booking]
        candidates = np.flatnonzero(excess > 1e-6)
        key = self.booking[candidates] * (1 + int(self.task.max(initial=0))) + self.task[candidates]
        order = np.lexsort((-excess[candidates], key))
        first = np.append(True, np.diff(key[order]) != 0) if len(order) else np.zeros(0, bool)
        return candidates[order][first]

    def taken(self, column: int) -> list[tuple[int, int, float]]:
        """Resource, bucket and amount [buckets] of all that a column takes."""
        entries = []
        for use in self.uses:
            amount = int(use.amount[column])
            begin, end = int(use.begin[column]) - self.origin, int(use.end[column]) - self.origin
            for k in range(begin // self.bucket, -(-end // self.bucket) if amount else 0):
                part = min(end, (k + 1) * self.bucket) - max(begin, k * self.bucket)
                entries.append((int(use.resource[column]), k, amount * part / self.bucket))
        return entries


def first_instant(grouped: Grouped) -> int:
    """Before anything that is still to be planned takes hold [s]."""
    starts = [
        task.starts[0][0] * grouped.step - booking.buffer_before
        for booking, tasks in zip(grouped.bookings, grouped.tasks, strict=True)
        for task in tasks
    ]
    return min(starts, default=0)


def overlap(edges: Ints, begin: int, end: int) -> Floats:
    """How much of an interval lies in each bucket [s]."""
    return np.clip(np.minimum(edges[1:], end) - np.maximum(edges[:-1], begin), 0, None).astype(float)
