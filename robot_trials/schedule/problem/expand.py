"""From a programme to what is planned: every occurrence of every trial with the ways in which it can be held."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from robot_trials.config.calendar import HoursSpec, LocalWindows, list_starts, localise
from robot_trials.config.programme import Occurrence, Programme, RobotSpec, TrialRequest, Wanted, ZoneSpec
from robot_trials.exceptions import ConfigError
from robot_trials.schedule.problem.coverage import find_fault
from robot_trials.schedule.problem.spans import Spans, at_least, intersect, merge, subtract
from robot_trials.schedule.problem.statement import (
    Booking,
    Interval,
    Marshal,
    Option,
    Place,
    Problem,
    Refusal,
    RobotUnit,
)
from robot_trials.schedule.problem.zone_caps import find_excess

HISTORY_MIN = 5
"""Durations on record from which their 95th percentile replaces the duration model."""
SLOWEST = 0.1
"""Speed of a trial that is not known: it will not be held [m/s]."""
STAMP = "%Y%m%dT%H%M"
"""Local start of an occurrence in the name of its booking."""


@dataclass(frozen=True)
class Circumstances:
    """What is known beside the programme when it is planned.

    Attributes:
        durations: of past trials by request [s].
        refused_permits: names of permits that were refused or revoked → why.
        out_of_service: robots → why.
        done: occurrences that are not planned any more.
        promised: occurrences that keep their time, also one that has begun before the span.
    """

    durations: Mapping[str, Sequence[float]] = field(default_factory=dict)
    refused_permits: Mapping[str, str] = field(default_factory=dict)
    out_of_service: Mapping[str, str] = field(default_factory=dict)
    done: frozenset[str] = frozenset()
    promised: frozenset[str] = frozenset()


class BookingSource(NamedTuple):
    """An occurrence of a request.

    Attributes:
        name: of the booking, unique in the programme: request and local start.
        request: name in `trials.yaml`; `spec` what stands there.
        earliest_start, latest_start, latest_finish: with zone.
    """

    name: str
    request: str
    spec: TrialRequest
    earliest_start: datetime
    latest_start: datetime
    latest_finish: datetime


def list_occurrences(programme: Programme, start: datetime, end: datetime) -> list[BookingSource]:
    """Occurrences that could start within a span of time."""
    found = []
    for name, spec in programme.trials.value.trials.items():
        slack = spec.latest_start - spec.earliest_start
        for opening in list_starts(spec.earliest_start, spec.recurrence, programme.timezone, start - slack, end):
            source = _make_source(programme, name, opening.replace(tzinfo=None))
            if source.latest_start >= start:
                found.append(source)
    return sorted(found, key=lambda source: (source.earliest_start, source.name))


def find_source(programme: Programme, booking: str) -> BookingSource:
    """The occurrence that a booking is of.

    Raises:
        ConfigError: the programme has no such trial any more.
    """
    name, _, stamp = booking.rpartition("_")
    try:
        local = datetime.strptime(stamp, STAMP)
        return _make_source(programme, name, local)
    except (ValueError, KeyError):
        known = ", ".join(programme.trials.value.trials)
        raise ConfigError([programme.trials.problem("trials", booking, f"must be an occurrence of {known}")]) from None


def _make_source(programme: Programme, name: str, local: datetime) -> BookingSource:
    """An occurrence from its local start."""
    spec, zone = programme.trials.value.trials[name], programme.timezone
    first = spec.earliest_start
    return BookingSource(
        name=f"{name}_{local.strftime(STAMP)}",
        request=name,
        spec=spec,
        earliest_start=localise(local, zone),
        latest_start=localise(local + (spec.latest_start - first), zone),
        latest_finish=localise(local + (spec.latest_finish - first), zone),
    )


def expand(
    programme: Programme, start: datetime, end: datetime, circumstances: Circumstances | None = None
) -> tuple[Problem, dict[str, BookingSource]]:
    """The problem of a span of time, and where each booking comes from.

    Args:
        programme: a site's.
        start, end: span to plan, with zones; nothing starts before it.
        circumstances: what is known beside the programme; nothing when omitted.
    """
    expansion = _Expansion(programme, start, end, circumstances or Circumstances())
    known = expansion.circumstances
    found = {source.name: source for source in list_occurrences(programme, start, end)}
    found |= {name: find_source(programme, name) for name in sorted(known.promised) if name not in found}
    sources = {name: source for name, source in found.items() if name not in known.done}
    problem = Problem(
        places=tuple(Place(name, zone.title) for name, zone in programme.site.value.zones.items()),
        robots=tuple(_make_unit(name, robot) for name, robot in programme.fleet.value.robots.items()),
        marshals=tuple(
            Marshal(name, expansion.spans_of(spec.shifts)) for name, spec in programme.marshals.value.marshals.items()
        ),
        bookings=tuple(expansion.make_booking(source) for source in sources.values()),
    )
    return problem, sources


class _Expansion:
    """Spans of one programme, each worked out once."""

    def __init__(self, programme: Programme, start: datetime, end: datetime, circumstances: Circumstances) -> None:
        self.circumstances = circumstances
        self._programme, self._zone = programme, programme.timezone
        latest = max(spec.latest_finish - spec.earliest_start for spec in programme.trials.value.trials.values())
        self._start, self._end = start, end + latest
        self._horizon = (Interval(math.ceil(start.timestamp()), math.ceil(self._end.timestamp())),)
        self._there = {
            name: self.spans_of(robot.availability) if robot.availability else None
            for name, robot in programme.fleet.value.robots.items()
        }
        self._open = {name: self.spans_of(zone.windows) for name, zone in programme.site.value.zones.items()}

    def spans_of(self, windows: Iterable[LocalWindows | HoursSpec]) -> Spans:
        """Windows within the horizon."""
        found = (each for window in windows for each in window.occurrences(self._zone, self._start, self._end))
        return intersect(merge(_to_interval(each) for each in found), self._horizon)

    def make_booking(self, source: BookingSource) -> Booking:
        """An occurrence with its options and why others are none."""
        spec, clearance = source.spec, self._programme.site.value.clearance
        options: list[Option] = []
        refusals: dict[Refusal, None] = {}
        for robot in spec.robots or self._programme.fleet.value.robots:
            for zone in spec.zones:
                made = self._make_option(source, robot, zone)
                if isinstance(made, Option):
                    options.append(made)
                else:
                    refusals[made] = None
        return Booking(
            name=source.name,
            title=spec.title,
            priority=spec.priority,
            marshals=max(self._programme.site.value.zones[zone].marshals for zone in spec.zones),
            options=tuple(options),
            buffer_before=math.ceil(clearance.set_up),
            buffer_after=math.ceil(clearance.clear + clearance.distance / self._find_speed(source)),
            refusals=tuple(refusals),
        )

    def _make_option(self, source: BookingSource, robot: str, zone: str) -> Option | Refusal:
        """How a robot could hold the trial in a zone, or what refuses it."""
        spec, programme = source.spec, self._programme
        unit, place = programme.fleet.value.robots[robot], programme.site.value.zones[zone]
        if robot in self.circumstances.out_of_service:
            return Refusal("availability", f"{robot} is out of service: {self.circumstances.out_of_service[robot]}")
        if fault := find_fault(programme, source.request, robot, zone) or self._find_revocation(spec):
            return fault
        wanted = programme.wanted[source.request, zone]
        if (heaviest := wanted.demands.heaviest_load) > unit.payload_max:
            detail = f"{heaviest:g} kg with tolerance is more than the {unit.payload_max:g} kg of {robot}"
            return Refusal("payload", detail)
        duration = self.compute_duration(source.request, spec, wanted)
        energy = unit.energy.of(duration, spec.distance)
        usable = _make_unit(robot, unit).usable_energy
        if energy > usable:
            return Refusal("battery", f"{energy:.0f} Wh is more than the {usable:.0f} Wh that {robot} may use")
        spans = self._find_windows(source, robot, zone, place, duration)
        return spans if isinstance(spans, Refusal) else Option(robot, zone, duration, energy, spans)

    def _find_windows(
        self,
        source: BookingSource,
        robot: str,
        zone: str,
        place: ZoneSpec,
        duration: int,
    ) -> Spans | Refusal:
        """The option's windows, narrowed step by step; the step that leaves none is the refusal."""
        wanted = self._programme.wanted[source.request, zone]
        latest = min(source.latest_finish.timestamp(), source.latest_start.timestamp() + duration)
        asked = (Interval(math.ceil(source.earliest_start.timestamp()), math.floor(latest)),)
        permit = self._programme.permits[source.spec.permit].value
        longest = max(wanted.demands.duration, timedelta(seconds=duration))  # which its permit has to last for
        valid = Interval(
            math.ceil(permit.window.start.timestamp()),
            math.floor((permit.ends - longest).timestamp()) + duration,
        )
        steps: list[tuple[str, Spans | None, Spans, str]] = [
            ("window", self._horizon, (), "lies before the time that is planned"),
            ("window", self._open[zone], (), f"{zone} is not open"),
            (
                "window",
                None,
                self._find_capped(source.spec, wanted, place),
                f"{zone} has lower caps of speed or noise then",
            ),
            ("permit", (valid,), (), f"{permit.number} is not valid then"),
            ("availability", self._there[robot], (), f"{robot} is not there"),
        ]
        spans: Spans = asked
        for constraint, kept, removed, reason in steps:
            spans = at_least(subtract(intersect(spans, kept) if kept is not None else spans, removed), duration)
            if not spans:
                minutes = math.ceil(longest.total_seconds() / 60.0) if constraint == "permit" else duration // 60
                return Refusal(constraint, f"{reason} for {minutes} min")
        return spans

    def compute_duration(self, request: str, spec: TrialRequest, wanted: Wanted) -> int:
        """Time reserved: 95th percentile on record, or of the model while there are few [s], in whole minutes."""
        past = sorted(self.circumstances.durations.get(request, ()))
        if len(past) >= HISTORY_MIN:
            seconds = past[math.ceil(0.95 * len(past)) - 1]
        else:
            modelled = wanted.expect_duration(spec) * spec.duration.spread
            seconds = min(modelled, wanted.demands.duration.total_seconds())
        return max(60, 60 * math.ceil(seconds / 60.0))

    def _find_capped(self, spec: TrialRequest, wanted: Wanted, place: ZoneSpec) -> Spans:
        """Times at which the zone's caps of speed or noise lie below the trial's."""
        capped: list[Interval] = []
        for cap in place.caps:
            if find_excess(cap, wanted.demands.speed, spec.noise):
                capped += self._horizon if cap.hours is None else self.spans_of([cap.hours])
        return merge(capped)

    def _find_revocation(self, spec: TrialRequest) -> Refusal | None:
        why = self.circumstances.refused_permits.get(spec.permit)
        return None if why is None else Refusal("permit", why)

    def _find_speed(self, source: BookingSource) -> float:
        """At which a trial leaves its zone: the lowest of those that it demands in its zones [m/s]."""
        ways = ((source.request, zone) for zone in source.spec.zones)
        known = [self._programme.wanted[way].demands.speed for way in ways if way in self._programme.wanted]
        return min(known, default=SLOWEST)


def _to_interval(window: Occurrence) -> Interval:
    return Interval(math.ceil(window.start.timestamp()), math.floor(window.end.timestamp()))


def _make_unit(name: str, robot: RobotSpec) -> RobotUnit:
    battery = robot.battery
    return RobotUnit(name, battery.capacity, battery.reserve, battery.charge_power, math.ceil(robot.turnaround))
