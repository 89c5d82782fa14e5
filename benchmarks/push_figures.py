"""What the searches of the push benchmark came to: table, figures and the picture's curves."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.harness import Figure, at_least, printed
from benchmarks.polar_picture import Curve

STANDING = -1
"""Phase that stands for standing still."""


@dataclass(frozen=True)
class Place:
    """One moment at which pushes are tried: `STANDING`, or the index of a phase of the step."""

    phase: int
    phases: int

    @property
    def name(self) -> str:
        """As in the table."""
        return "standing" if self.phase == STANDING else f"phase {self.phase / self.phases:.2f}"


@dataclass(frozen=True)
class Outcome:
    """What the search in one direction came to.

    Attributes:
        direction: 0 forward, growing to the left [rad].
        impulse: largest below which every one tried was good [N·s].
        reason: what ended the first bad one.
        touched: whether the robot touched itself in a good one.
    """

    place: Place
    direction: float
    impulse: float
    reason: str
    touched: bool


def format_place(outcomes: Sequence[Outcome]) -> str:
    """What ended the search in each direction, a line for a moment."""
    words = [
        f"{math.degrees(o.direction):.0f}° {o.impulse:g} ({o.reason or 'none'}{', touched' * o.touched})"
        for o in outcomes
    ]
    return f"  {outcomes[0].place.name}: " + ", ".join(words)


def format_table(outcomes: Sequence[Outcome], angles: Sequence[float], bound: Sequence[float]) -> str:
    """A row for each direction: standing, every phase, worst and median of them, and the ankles' bound [N·s]."""
    places = sorted({o.place for o in outcomes}, key=lambda place: place.phase)
    rows = [["direction", *(place.name for place in places), "worst", "median", "ankles"]]
    for angle, limit in zip(angles, bound, strict=True):
        walking = walking_impulses(outcomes, angle)
        cells = [o.impulse for place in places for o in outcomes if o.place == place and o.direction == angle]
        summary = [min(walking), statistics.median(walking)] if walking else [math.nan, math.nan]
        rows.append([f"{math.degrees(angle):.0f}°", *(f"{value:.1f}" for value in (*cells, *summary, limit))])
    return "\n".join("".join(f"{cell:>12}" for cell in row) for row in rows)


def walking_impulses(outcomes: Sequence[Outcome], angle: float) -> list[float]:
    """Of every phase, in one direction [N·s]."""
    return [o.impulse for o in outcomes if o.direction == angle and o.place.phase != STANDING]


def curves(outcomes: Sequence[Outcome], angles: Sequence[float], bound: Sequence[float]) -> list[Curve]:
    """What the picture shows."""
    standing = [o.impulse for angle in angles for o in outcomes if o.direction == angle and o.place.phase == STANDING]
    walking = [walking_impulses(outcomes, angle) for angle in angles]
    drawn = [Curve("ankles alone, pendulum at rest", "#999999", list(bound))]
    if standing:
        drawn.append(Curve("standing", "#1f77b4", standing))
    if all(walking):
        drawn.append(Curve("walking, median phase", "#2ca02c", [statistics.median(values) for values in walking]))
        drawn.append(Curve("walking, worst phase", "#d62728", [min(values) for values in walking]))
    return drawn


def gather_figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    """Standing ahead, back and aside; walking at its worst and at the median phase of its worst direction."""
    figures = []
    standing = {round(math.degrees(o.direction)): o.impulse for o in outcomes if o.place.phase == STANDING}
    aside = [standing[degrees] for degrees in (90, 270) if degrees in standing]
    if standing:
        figures += [
            at_least("standing_forward", standing[0], "N·s", 20.0),
            at_least("standing_back", standing.get(180, math.nan), "N·s", 13.0),
            at_least("standing_side", min(aside) if aside else math.nan, "N·s", 14.0),
            printed("standing_worst", min(standing.values()), "N·s"),
        ]
    walking = [values for angle in {o.direction for o in outcomes} if (values := walking_impulses(outcomes, angle))]
    if walking:
        figures += [
            at_least("walking_worst", min(min(values) for values in walking), "N·s", 12.0),
            at_least("walking_median", min(statistics.median(values) for values in walking), "N·s", 20.0),
        ]
    return [*figures, printed("self_touches", sum(o.touched for o in outcomes), "1")]
