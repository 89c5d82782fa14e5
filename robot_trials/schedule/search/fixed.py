"""Trials that run already or are promised: they stay as they are, provided that they can."""

from __future__ import annotations

from collections.abc import Iterable

from robot_trials.schedule.explain import tell_span
from robot_trials.schedule.problem.occupancy import Occupancy
from robot_trials.schedule.problem.statement import Assignment, Problem


def check_fixed(problem: Problem, fixed: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """The promised trials, by start.

    Raises:
        ValueError: for an unknown name, a trial that ends before it starts, one promised twice, or two that need the
            same place, robot or marshal at a time.
    """
    known = {
        kind: {item.name for item in getattr(problem, kind)} for kind in ("bookings", "robots", "places", "marshals")
    }
    promised = sorted(fixed, key=lambda a: (a.start, a.booking))
    seen: set[str] = set()
    for a in promised:
        names = [("bookings", a.booking), ("robots", a.robot), ("places", a.place)]
        for kind, name in names + [("marshals", marshal) for marshal in a.marshals]:
            if name not in known[kind]:
                raise ValueError(f"fixed '{a.booking}': {kind[:-1]}: {name}: must be one of the problem's {kind}")
        if a.end <= a.start:
            raise ValueError(f"fixed '{a.booking}': end: {a.end}: must be > {a.start}, its start")
        if a.booking in seen:
            raise ValueError(f"fixed '{a.booking}': booking: {a.booking}: must appear only once")
        seen.add(a.booking)
    occupancy = Occupancy(problem, 1)
    for a in promised:
        occupancy.add(a)
    for kind, busy_of in (
        ("place", occupancy.place_busy),
        ("robot", occupancy.robot_busy),
        ("marshal", occupancy.marshal_busy),
    ):
        for name, busy in busy_of.items():
            for (start, end, first), (later, _, second) in zip(busy, busy[1:], strict=False):
                if later < end:
                    held = f"must be free, but {first} holds it {tell_span(start, end)}"
                    raise ValueError(f"fixed '{second}': {kind}: {name}: {held}")
    return tuple(promised)
