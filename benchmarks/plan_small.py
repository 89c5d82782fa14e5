"""Problems small enough to try everything, and everything tried."""

from __future__ import annotations

import random
from itertools import combinations

from robot_trials.schedule.problem.statement import (
    Assignment,
    Booking,
    Interval,
    Marshal,
    Option,
    Place,
    Problem,
    RobotUnit,
    reward,
)

EPOCH = 1_800_000_000
"""A whole hour."""
STEP = 1800
"""Coarse, so that all starts can be tried [s]."""


def draw_problem(seed: int) -> Problem:
    """Three to six bookings that are in each other's way."""
    draw = random.Random(f"small {seed}")
    places = tuple(Place(f"place-{i}") for i in range(draw.randint(1, 2)))
    equal = draw.random() < 0.5
    robots = tuple(
        RobotUnit(
            f"robot-{i}",
            energy_capacity=1000.0,
            reserve=0.2,
            charge_power=600.0 if equal else draw.choice((300.0, 600.0, 1200.0)),
            turnaround=600 if equal else draw.choice((0, 600, 1234)),
        )
        for i in range(draw.randint(1, 3))
    )
    marshals = tuple(Marshal(f"marshal-{i}", _draw_shifts(draw)) for i in range(draw.randint(1, 3)))
    bookings = tuple(_draw_booking(draw, i, places, robots, equal) for i in range(draw.randint(3, 6)))
    return Problem(places, robots, marshals, bookings)


def _draw_shifts(draw: random.Random) -> tuple[Interval, ...]:
    """One or two shifts of a day."""
    first = draw.choice((0, 1, 2))
    shifts = [Interval(EPOCH + first * 3600, EPOCH + (first + draw.choice((2, 3))) * 3600)]
    if draw.random() < 0.4:
        later = shifts[0].end + draw.choice((0, 1800))
        shifts.append(Interval(later, later + 2 * 3600))
    return tuple(shifts)


def _draw_booking(
    draw: random.Random, index: int, places: tuple[Place, ...], robots: tuple[RobotUnit, ...], equal: bool
) -> Booking:
    """A booking with an option for some of the pairs."""
    duration = draw.choice((1800, 2700, 3600, 4000))
    windows = tuple(
        Interval(EPOCH + start * 1800, EPOCH + (start + draw.randint(2, 5)) * 1800)
        for start in draw.sample(range(8), draw.choice((1, 1, 2)))
    )
    options = []
    for place in draw.sample(places, draw.randint(1, len(places))):
        for robot in robots if equal else draw.sample(robots, draw.randint(1, len(robots))):
            lasting = duration if equal else duration + draw.choice((0, 0, 600))
            options.append(
                Option(robot.name, place.name, lasting, draw.choice((100.0, 300.0)) if not equal else 200.0, windows)
            )
    if draw.random() < 0.1:
        options = [Option(o.robot, o.place, o.duration, 900.0, o.windows) for o in options]
    return Booking(
        name=f"trial-{index}",
        title=f"Trial {index}",
        priority=draw.choice((1, 1, 2, 3)),
        marshals=draw.choice((0, 1, 1, 2)),
        options=tuple(options),
        buffer_before=draw.choice((0, 300, 900)),
        buffer_after=draw.choice((0, 600)),
    )


def find_optimum(problem: Problem, step: int = STEP) -> int:
    """The best sum of rewards, by trying every option, start and set of marshals of every booking."""
    bookings = sorted(problem.bookings, key=lambda b: -b.priority)
    ways = [_list_ways(problem, booking, step) for booking in bookings]
    rest = [sum(reward(b.priority) for b in bookings[i:]) for i in range(len(bookings) + 1)]
    best = 0

    def descend(i: int, value: int, chosen: list[tuple[Booking, Assignment, int]]) -> None:
        nonlocal best
        best = max(best, value)
        if i == len(bookings) or value + rest[i] <= best:
            return
        for assignment, ready in ways[i]:
            mine = (bookings[i], assignment, ready)
            if not any(_clash(mine, other) for other in chosen):
                descend(i + 1, value + reward(bookings[i].priority), [*chosen, mine])
        descend(i + 1, value, chosen)

    descend(0, 0, [])
    return best


def _list_ways(problem: Problem, booking: Booking, step: int) -> list[tuple[Assignment, int]]:
    """Every assignment that keeps the rules alone, and when its robot is ready again."""
    robots = {robot.name: robot for robot in problem.robots}
    ways = []
    for o in booking.options:
        robot = robots[o.robot]
        if o.energy > robot.energy_capacity * (1 - robot.reserve):
            continue
        starts = {s for w in o.windows for s in range(w.start + (-w.start) % step, w.end - o.duration + 1, step)}
        for s in sorted(starts):
            end = s + o.duration
            there = [m.name for m in problem.marshals if any(t.start <= s and end <= t.end for t in m.shifts)]
            ready = end + robot.turnaround + -(-int(3600 * o.energy) // int(robot.charge_power))
            for crew in combinations(there, booking.marshals):
                ways.append((Assignment(booking.name, o.robot, o.place, s, end, crew), ready))
    return ways


def _clash(one: tuple[Booking, Assignment, int], other: tuple[Booking, Assignment, int]) -> bool:
    """Whether two assignments exclude each other."""
    (b, a, ready), (d, c, again) = one, other
    if a.place == c.place and a.start - b.buffer_before < c.end + d.buffer_after:
        if c.start - d.buffer_before < a.end + b.buffer_after:
            return True
    if a.robot == c.robot and a.start < again and c.start < ready:
        return True
    return a.start < c.end and c.start < a.end and bool(set(a.marshals) & set(c.marshals))
