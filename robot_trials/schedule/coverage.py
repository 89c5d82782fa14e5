"""Whether a permit covers a trial of a programme: who, where, how fast, how heavy; when is for the plan to see."""

from __future__ import annotations

import shapely

from robot_trials.config.permit import is_same_person
from robot_trials.config.programme import Programme


def find_permit_fault(programme: Programme, request: str, robot: str, zone: str) -> str | None:
    """The first clause of its permit that does not cover a trial, in a sentence; None when all do.

    Args:
        programme: a site's.
        request: trial, as `trials.yaml` names it.
        robot, zone: by whom and where it would be held.
    """
    spec = programme.trials.value.trials[request]
    permit = programme.permits[spec.permit].value
    place, unit = programme.site.value.zones[zone], programme.fleet.value.robots[robot]
    number = permit.number
    sites = [name for name in (place.course, programme.name) if name]
    if permit.site not in sites:
        return f"{number} is for site {permit.site}, not for {' or '.join(sites)}"
    if permit.robot != unit.profile:
        return f"{number} is for robot {permit.robot}, not for {unit.profile}"
    if not {request, spec.trial} & set(permit.trials):
        return f"{number} is for {', '.join(permit.trials)}, not for {request}"
    if is_same_person(permit.approver, permit.operator):
        return f"{number} is approved by its operator, {permit.operator}"
    if spec.walking_speed > permit.caps.speed:
        return f"{number} caps speed at {permit.caps.speed:g} m/s, below {spec.walking_speed:g} m/s"
    if spec.heaviest_load > permit.caps.load:
        return f"{number} caps load at {permit.caps.load:g} kg, below {spec.heaviest_load:g} kg with tolerance"
    if permit.polygon and not shapely.Polygon(permit.polygon).covers(programme.polygons[zone]):
        return f"{number} does not cover all of {zone}"
    return None
