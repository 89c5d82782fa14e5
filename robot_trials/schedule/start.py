"""What of a programme must hold at the moment of a start, beside what the plan has settled before."""

from __future__ import annotations

from datetime import UTC, datetime

from robot_trials.config.programme import CapSpec, Programme
from robot_trials.schedule.coverage import find_permit_fault
from robot_trials.schedule.problem import Refusal


def find_faults(programme: Programme, request: str, robot: str, zone: str, now: float, end: float) -> list[Refusal]:
    """Clauses of permit and site that fail for a start.

    Args:
        programme: a site's.
        request: trial, as `trials.yaml` names it.
        robot, zone: by whom and where.
        now, end: of the trial [s since 1970].
    """
    spec, faults = programme.trials.value.trials[request], []
    permit, place = programme.permits[spec.permit].value, programme.site.value.zones[zone]
    start_moment, end_moment = (datetime.fromtimestamp(moment, UTC) for moment in (now, end))
    if fault := find_permit_fault(programme, request, robot, zone):
        faults.append(Refusal("permit", fault))
    until = min(permit.window.end, permit.expires)
    if not (permit.window.start <= start_moment and end_moment <= until):
        span = f"{permit.window.start.isoformat()} to {until.isoformat()}"
        faults.append(Refusal("permit", f"{permit.number} is valid from {span} only"))
    timezone = programme.timezone
    windows = [each for window in place.windows for each in window.occurrences(timezone, start_moment, end_moment)]
    if not any(each.start <= start_moment and end_moment <= each.end for each in windows):
        faults.append(Refusal("window", f"{zone} is not open until the trial's end"))
    for cap in find_caps(programme, zone, now, end):
        faults += _check_cap(cap, zone, spec.walking_speed, spec.noise)
    return faults


def find_caps(programme: Programme, zone: str, now: float, end: float) -> list[CapSpec]:
    """Caps of a zone in force at any moment of a span [s since 1970]."""
    start_moment, end_moment = (datetime.fromtimestamp(moment, UTC) for moment in (now, max(end, now + 1.0)))
    return [
        cap
        for cap in programme.site.value.zones[zone].caps
        if cap.hours is None or any(cap.hours.occurrences(programme.timezone, start_moment, end_moment))
    ]


def find_crowd_cap(programme: Programme, request: str, zone: str, now: float, end: float) -> float | None:
    """Most people per m² [1/m²] that zone and permit allow during a trial; None: neither says."""
    permit = programme.permits[programme.trials.value.trials[request].permit].value
    caps = [cap.crowd for cap in find_caps(programme, zone, now, end)] + [permit.caps.crowd]
    given = [cap for cap in caps if cap is not None]
    return min(given) if given else None


def _check_cap(cap: CapSpec, zone: str, speed: float, noise: float) -> list[Refusal]:
    """Speed and noise of a trial against one cap."""
    reason = f" ({cap.reason})" if cap.reason else ""
    faults = []
    if cap.speed is not None and speed > cap.speed:
        faults.append(Refusal("window", f"{zone} caps speed at {cap.speed:g} m/s{reason}, below {speed:g} m/s"))
    if cap.noise is not None and noise > cap.noise:
        faults.append(Refusal("window", f"{zone} caps noise at {cap.noise:g} dB(A){reason}, below {noise:g} dB(A)"))
    return faults
