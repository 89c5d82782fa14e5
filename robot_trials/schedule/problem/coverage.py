"""Whether a trial of a programme may be held by a robot in a zone, whenever: its own file, and its permit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from robot_trials.config.permit import find_gaps
from robot_trials.config.programme import Programme, Wanted
from robot_trials.schedule.problem.statement import Refusal


def find_fault(programme: Programme, request: str, robot: str, zone: str) -> Refusal | None:
    """Why a trial cannot be held so, in a sentence; None when it can, as far as the time of day does not matter.

    Args:
        programme: a site's.
        request: trial, as `trials.yaml` names it.
        robot, zone: by whom and where it would be held.
    """
    if faults := programme.faults.get((request, zone)):
        return Refusal("trial", str(faults[0]))
    told = list_permit_faults(programme, programme.wanted[request, zone], request, robot)
    return Refusal("permit", told[0]) if told else None


def list_permit_faults(
    programme: Programme, wanted: Wanted, request: str, robot: str, start: datetime | None = None
) -> list[str]:
    """Every clause of its permit that does not cover a trial, with both numbers.

    Args:
        programme: a site's.
        wanted: what the request takes at most in its zone.
        request: trial, as `trials.yaml` names it.
        robot: by whom.
        start: civil time; None: when is not settled.
    """
    permit = programme.permits[programme.trials.value.trials[request].permit].value
    occasion = replace(wanted.on(programme.fleet.value.robots[robot].profile), start=start)
    return [f"{permit.number}: {gap}" for gap in find_gaps(permit, wanted.demands, occasion)]
