"""Random demand for robot trials: cities full of requests, and problems small enough to try everything."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from robot_trials.schedule.problem.statement import Booking, Interval, Marshal, Option, Place, Problem, RobotUnit

ZONE = ZoneInfo("Europe/Berlin")
FIRST_DAY = datetime(2026, 6, 15, tzinfo=ZONE)
HOUR, DAY = 3600, 86400
RESERVE = 0.2
LOAD = 1.3
"""Demand over capacity of the resource that binds."""


@dataclass(frozen=True)
class Kind:
    """A model of robot: how fast, how hungry, how it charges."""

    share: float
    pace: float
    power: float
    energy_capacity: float
    charge_power: float
    turnaround: int


KINDS = (
    Kind(share=0.5, pace=1.0, power=600.0, energy_capacity=1600.0, charge_power=450.0, turnaround=900),
    Kind(share=0.3, pace=1.25, power=450.0, energy_capacity=1200.0, charge_power=350.0, turnaround=600),
    Kind(share=0.2, pace=0.85, power=750.0, energy_capacity=2000.0, charge_power=600.0, turnaround=1200),
)


@dataclass(frozen=True)
class Demand:
    """One request before durations are stretched to the wanted load.

    Attributes:
        minutes: of the trial at pace 1, before stretching.
        kinds, places: indices that would do.
        wishes: (day, from, until), hours of the day.
        buffers: before and after [s].
    """

    minutes: float
    kinds: tuple[int, ...]
    places: tuple[int, ...]
    wishes: tuple[tuple[int, float, float], ...]
    priority: int
    marshals: int
    buffers: tuple[int, int]

    @property
    def shortest_wish(self) -> float:
        """Length of the shortest wish less what a place that opens late or closes early cuts off [h]."""
        return min(until - start for _, start, until in self.wishes) - 2.0


@dataclass(frozen=True)
class Case:
    """A problem and how much of each resource it asks for.

    Attributes:
        loads: resource → demanded over available time.
    """

    problem: Problem
    loads: dict[str, float]

    @property
    def binding(self) -> str:
        """The resource that is asked for most."""
        return max(self.loads, key=lambda name: self.loads[name])


def make_case(seed: int, bookings: int, robots: int, places: int, days: int, flat: bool = False) -> Case:
    """Random demand at `LOAD` times the capacity of the binding resource.

    Args:
        seed: draws everything.
        bookings, robots, places: how many of each.
        days: over which the demand spreads.
        flat: whether all priorities are equal, the hardest case for the gap.
    """
    draw = random.Random(f"plan {seed} {bookings} {robots} {places}")
    robot_kinds = _spread_kinds(robots)
    hours = [(draw.choice((8, 9, 10)), draw.choice((18, 19, 20))) for _ in range(places)]
    demands = [_draw_demand(draw, places, days, flat) for _ in range(bookings)]
    marshal_load = draw.uniform(0.8, 1.2)
    count = max(2, round(sum(d.marshals for d in demands) * 1.4 / (marshal_load * 8.0 * days)))
    shifts = [draw.choice(((8, 16), (10, 18), (12, 20))) for _ in range(count)]
    low, high = 0.05, 3.0
    for _ in range(12):
        stretch = 0.5 * (low + high)
        case = _build(demands, robot_kinds, hours, shifts, days, stretch)
        low, high = (stretch, high) if max(case.loads.values()) < LOAD else (low, stretch)
    return _build(demands, robot_kinds, hours, shifts, days, high)


def _spread_kinds(robots: int) -> list[int]:
    """A kind for each robot, in their shares."""
    kinds: list[int] = []
    for index, kind in enumerate(KINDS):
        kinds += [index] * round(kind.share * robots)
    return (kinds + [0] * robots)[:robots]


def _draw_demand(draw: random.Random, places: int, days: int, flat: bool) -> Demand:
    """One request: some places are asked for much more than others."""
    popular = [1.0 / (1.0 + 0.15 * i) for i in range(places)]
    wishes = []
    for day in sorted(draw.sample(range(days), draw.randint(1, min(2, days)))):
        start = draw.choice((8, 9, 10, 11, 12, 13, 14))
        wishes.append((day, float(start), float(start + draw.choice((4, 5, 6, 8)))))
    priority = draw.choices((1, 2, 3), (6, 3, 1))[0]
    return Demand(
        minutes=draw.uniform(40.0, 120.0),
        kinds=tuple(sorted(draw.sample(range(len(KINDS)), draw.choice((1, 1, 2, 2, 3))))),
        places=tuple(sorted(set(draw.choices(range(places), popular, k=draw.choice((1, 2, 3)))))),
        wishes=tuple(wishes),
        priority=1 if flat else priority,
        marshals=draw.choice((1, 1, 1, 2)),
        buffers=(draw.choice((300, 600, 900)), draw.choice((300, 600))),
    )


def _build(
    demands: list[Demand],
    robot_kinds: list[int],
    hours: list[tuple[int, int]],
    shifts: list[tuple[int, int]],
    days: int,
    stretch: float,
) -> Case:
    """The problem with all durations stretched, and its loads."""
    first = int(FIRST_DAY.timestamp())
    robots = tuple(
        RobotUnit(f"robot-{i:02}", KINDS[k].energy_capacity, RESERVE, KINDS[k].charge_power, KINDS[k].turnaround)
        for i, k in enumerate(robot_kinds)
    )
    bookings = tuple(
        _make_booking(i, demand, robots, robot_kinds, hours, first, stretch) for i, demand in enumerate(demands)
    )
    marshals = tuple(
        Marshal(f"marshal-{i:02}", tuple(_on_day(first, day, *shift) for day in range(days)))
        for i, shift in enumerate(shifts)
    )
    sites = tuple(Place(f"place-{i:02}") for i in range(len(hours)))
    problem = Problem(sites, robots, marshals, bookings)
    return Case(problem, measure_loads(problem, hours, days))


def _make_booking(
    index: int,
    demand: Demand,
    robots: tuple[RobotUnit, ...],
    robot_kinds: list[int],
    hours: list[tuple[int, int]],
    first: int,
    stretch: float,
) -> Booking:
    """One booking with an option for each robot and place that would do."""
    windows = {
        place: tuple(
            _on_day(first, day, max(start, hours[place][0]), min(end, hours[place][1]))
            for day, start, end in demand.wishes
        )
        for place in demand.places
    }
    options = []
    for robot, kind_index in zip(robots, robot_kinds, strict=True):
        kind = KINDS[kind_index]
        longest = min(kind.energy_capacity * (1.0 - RESERVE) / kind.power, demand.shortest_wish) * HOUR
        duration = max(1, int(min(demand.minutes * stretch / kind.pace, longest / 60.0))) * 60
        if kind_index in demand.kinds:
            options += [
                Option(robot.name, f"place-{place:02}", duration, kind.power * duration / HOUR, windows[place])
                for place in demand.places
            ]
    name = f"trial-{index:03}"
    return Booking(
        name, f"Trial {index}", demand.priority, demand.marshals, tuple(options), demand.buffers[0], demand.buffers[1]
    )


def _on_day(first: int, day: int, start: float, end: float) -> Interval:
    """Hours of a day; no clock changes within the horizon."""
    return Interval(first + day * DAY + int(start * HOUR), first + day * DAY + int(end * HOUR))


def measure_loads(problem: Problem, hours: list[tuple[int, int]], days: int) -> dict[str, float]:
    """Demanded over available time of robots, places and marshals.

    A trial counts with its cheapest option. A robot is available from the first opening until the last closing, and
    then for once recharging, which may end after the day; a place while it is open and for a buffer on each side.
    """
    robots = {robot.name: robot for robot in problem.robots}
    robot_time = place_time = marshal_time = tail = buffers = 0.0
    for b in problem.bookings:
        blocks = [o.duration + robots[o.robot].blocked_after(o.energy) for o in b.options]
        shortest = min(o.duration for o in b.options)
        robot_time += min(blocks)
        tail += (min(blocks) - shortest) / len(problem.bookings)
        place_time += shortest + b.buffer_before + b.buffer_after
        buffers += (b.buffer_before + b.buffer_after) / len(problem.bookings)
        marshal_time += b.marshals * shortest
    open_time = HOUR * (max(end for _, end in hours) - min(start for start, _ in hours))
    return {
        "robots": robot_time / (len(problem.robots) * days * (open_time + tail)),
        "places": place_time / sum(days * ((end - start) * HOUR + buffers) for start, end in hours),
        "marshals": marshal_time / sum(s.end - s.start for m in problem.marshals for s in m.shifts),
    }
