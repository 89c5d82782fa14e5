"""What of a programme must hold at the moment of a start, beside what the plan has settled before."""

from __future__ import annotations

from datetime import UTC, datetime

from robot_trials.config.programme import CapSpec, Programme, Wanted
from robot_trials.schedule.problem.coverage import list_permit_faults
from robot_trials.schedule.problem.statement import Refusal
from robot_trials.schedule.problem.zone_caps import find_excess


def find_faults(
    programme: Programme, wanted: Wanted, request: str, robot: str, zone: str, now: float, end: float
) -> list[Refusal]:
    """Clauses of permit and site that fail for a start.

    Args:
        programme: a site's.
        wanted: what the request takes at most in the zone, by its trial's file as it is now.
        request: trial, as `trials.yaml` names it.
        robot, zone: by whom and where.
        now, end: of the trial, as planned [s since 1970]; its permit has to last for its longest time.
    """
    spec, place = programme.trials.value.trials[request], programme.site.value.zones[zone]
    start_moment, end_moment = (datetime.fromtimestamp(moment, UTC) for moment in (now, end))
    told = list_permit_faults(programme, wanted, request, robot, start_moment.astimezone(programme.timezone))
    faults = [Refusal("permit", fault) for fault in told]
    timezone = programme.timezone
    windows = [each for window in place.windows for each in window.occurrences(timezone, start_moment, end_moment)]
    if not any(each.start <= start_moment and end_moment <= each.end for each in windows):
        faults.append(Refusal("window", f"{zone} is not open until the trial's end"))
    for cap in find_caps(programme, zone, now, end):
        faults += [Refusal("window", f"{zone} {each}") for each in find_excess(cap, wanted.demands.speed, spec.noise)]
    return faults


def find_caps(programme: Programme, zone: str, now: float, end: float) -> list[CapSpec]:
    """Caps of a zone in force at any moment of a span [s since 1970]."""
    start_moment, end_moment = (datetime.fromtimestamp(moment, UTC) for moment in (now, max(end, now + 1.0)))
    return [
        cap
        for cap in programme.site.value.zones[zone].caps
        if cap.hours is None or any(cap.hours.occurrences(programme.timezone, start_moment, end_moment))
    ]


def find_crowd_cap(programme: Programme, zone: str, now: float, end: float) -> float | None:
    """Most people per m² [1/m²] that a zone allows during a trial; None: it does not say."""
    given = [cap.crowd for cap in find_caps(programme, zone, now, end) if cap.crowd is not None]
    return min(given, default=None)
