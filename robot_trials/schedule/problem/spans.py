"""Sets of times as sorted, separate intervals."""

from __future__ import annotations

from collections.abc import Iterable

from robot_trials.schedule.problem.statement import Interval

Spans = tuple[Interval, ...]


def merge(intervals: Iterable[Interval]) -> Spans:
    """The union, with what touches joined."""
    merged: list[Interval] = []
    for each in sorted((each for each in intervals if each.start < each.end), key=lambda each: each.start):
        if merged and each.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, each.end))
        else:
            merged.append(each)
    return tuple(merged)


def intersect(one: Spans, other: Spans) -> Spans:
    """Times in both."""
    return merge(
        Interval(max(first.start, second.start), min(first.end, second.end)) for first in one for second in other
    )


def subtract(spans: Spans, removed: Spans) -> Spans:
    """Times in `spans` that are in none of `removed`."""
    left = list(spans)
    for hole in removed:
        left = [
            piece
            for each in left
            for piece in (
                Interval(each.start, min(each.end, hole.start)),
                Interval(max(each.start, hole.end), each.end),
            )
            if piece.start < piece.end
        ]
    return merge(left)


def at_least(spans: Spans, duration: int) -> Spans:
    """Those that last at least `duration` [s]."""
    return tuple(each for each in spans if each.end - each.start >= duration)
