"""Where a trial fits among counts on the grid, compiled: a search asks this thousands of times a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robot_trials_control.numeric.compiled import compiled

Counts = NDArray[np.int32]
Table = NDArray[np.int64]
Floats = NDArray[np.float64]

FIRST, LAST, PLACE, CREW, BEFORE, AFTER, DURATION, BLOCK, SHIFT_FROM, SHIFT_TO, COST_FROM = range(11)
"""Columns of the table of spans; the last three point into the tables of shifts and of costs."""
RESOURCE, SINCE, UNTIL = range(3)
"""Columns of the table of shifts."""


@compiled
def find_cheapest(
    counts: Counts,
    limits: Table,
    spans: Table,
    shifts: Table,
    costs: Floats,
    begin: int,
    end: int,
    need: int,
    blur: float,
    state: NDArray[np.uint64],
) -> tuple[int, int]:
    """The cheapest free start among those that touch something, so that what is left free stays in one piece.

    Args:
        counts: taken of each resource at each step, shape (resources, steps).
        limits: how many there are of each, shape (resources,).
        spans, shifts, costs: tables of `Board`.
        begin, end: the booking's rows of the table of spans.
        need: marshals.
        blur: costs are multiplied by up to 1 ± this, at random.
        state: of the random numbers, shape (1,); changed.

    Returns:
        Row of the span and start within it; (-1, -1) where nothing is free.
    """
    best, best_row, best_start = np.inf, -1, -1
    for row in range(begin, end):
        span = spans[row]
        first, last = span[FIRST], span[LAST]
        place, crew = counts[span[PLACE]], counts[span[CREW]]
        full_place = find_full(place, 1, first - span[BEFORE], first + span[AFTER] - 1, -1)
        full_crew = find_full(crew, limits[span[CREW]], first, first + span[BLOCK] - 1, -1)
        was_free = False
        for start in range(first, last + 1):
            full_place = find_full(place, 1, start + span[AFTER] - 1, start + span[AFTER], full_place)
            full_crew = find_full(crew, limits[span[CREW]], start + span[BLOCK] - 1, start + span[BLOCK], full_crew)
            free = full_place < start - span[BEFORE] and full_crew < start
            if free and need > 0:
                free = count_marshals(counts, limits, shifts, span, start, need) >= need
            at = -1
            if free and (not was_free or start == last):
                at = start
            elif was_free and not free:
                at = start - 1
            if at >= 0:
                cost = costs[span[COST_FROM] + at - first]
                if blur > 0.0:
                    cost = (cost + 0.01) * (1.0 + blur * (2.0 * draw(state) - 1.0))
                if cost < best:
                    best, best_row, best_start = cost, row, at
            was_free = free
    return best_row, best_start


@compiled
def find_full(taken: Counts, limit: int, begin: int, end: int, known: int) -> int:
    """The last step in [begin, end) at which all are taken; what was known before where there is none."""
    for step in range(begin, end):
        if taken[step] >= limit:
            known = step
    return known


@compiled
def count_marshals(counts: Counts, limits: Table, shifts: Table, span: Table, start: int, need: int) -> int:
    """How many marshals are there and free for a trial, at most as many as needed."""
    there = 0
    for row in range(span[SHIFT_FROM], span[SHIFT_TO]):
        shift = shifts[row]
        if start < shift[SINCE] or start > shift[UNTIL]:
            continue
        taken = counts[shift[RESOURCE]]
        busiest = 0
        for step in range(start, start + span[DURATION]):
            busiest = max(busiest, taken[step])
        there += max(0, limits[shift[RESOURCE]] - busiest)
        if there >= need:
            return need
    return there


@compiled
def take(counts: Counts, spans: Table, row: int, start: int, number: int) -> None:
    """Take place and robot of a span from a start on, or give them back where the number is negative."""
    span = spans[row]
    for step in range(start - span[BEFORE], start + span[AFTER]):
        counts[span[PLACE], step] += number
    for step in range(start, start + span[BLOCK]):
        counts[span[CREW], step] += number


@compiled
def draw(state: NDArray[np.uint64]) -> float:
    """A random number in [0, 1): xorshift, 64 bits."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return float(x >> np.uint64(11)) / 9007199254740992.0


def warm_up() -> None:
    """Compile what a search calls, or load it where that was done on this machine before."""
    counts, limits = np.zeros((1, 1), dtype=np.int32), np.ones(1, dtype=np.int64)
    spans, shifts = np.zeros((1, COST_FROM + 1), dtype=np.int64), np.zeros((0, UNTIL + 1), dtype=np.int64)
    find_cheapest(counts, limits, spans, shifts, np.zeros(0), 0, 0, 0, 0.0, np.ones(1, dtype=np.uint64))
    take(counts, spans, 0, 0, 0)
