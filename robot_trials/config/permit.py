"""A permit for trials on a site, and whether it covers a given trial."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field, field_validator

from robot_trials.clock import require_zone
from robot_trials.config.identity import hash_configuration
from robot_trials.config.model import Loaded, StrictModel
from robot_trials.config.polygon import Polygon
from robot_trials.exceptions import ConfigProblem
from robot_trials.kinds.contract import Demands

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class WindowSpec(StrictModel):
    """From when to when trials may run."""

    start: datetime
    end: datetime

    @field_validator("start", "end")
    @classmethod
    def _has_zone(cls, moment: datetime) -> datetime:
        return require_zone(moment)


class CapsSpec(StrictModel):
    """Upper bounds: speed [m/s] and carried load [kg] of the robot, people around it [1/m²]."""

    speed: Annotated[float, Field(gt=0.0, le=5.0)]
    load: Annotated[float, Field(ge=0.0, le=50.0)]
    crowd: Annotated[float, Field(ge=0.0, le=10.0)] | None = None


class EvidenceSpec(StrictModel):
    """Report of a validation that the office has seen: SHA-256 of the file."""

    report_sha256: Sha256


class Permit(StrictModel):
    """A permit file (`config/permits/*.yaml`).

    Attributes:
        site: name of the course (config/sites).
        robot: profile (config/robots).
        polygon: corners on the programme's map within which it holds [m]; none: wherever the site is.
        controller_hash, configuration_hash: SHA-256 of what was shown to the office; none: not bound to one.
        evidence: none: not required.
    """

    number: Annotated[str, Field(min_length=1)]
    site: str
    robot: str
    trials: Annotated[list[str], Field(min_length=1)]
    operator: Annotated[str, Field(min_length=1)]
    approver: Annotated[str, Field(min_length=1)]
    expires: datetime
    window: WindowSpec
    caps: CapsSpec
    polygon: Polygon | None = None
    controller_hash: Sha256 | None = None
    configuration_hash: Sha256 | None = None
    evidence: EvidenceSpec | None = None

    @field_validator("expires")
    @classmethod
    def _has_zone(cls, moment: datetime) -> datetime:
        return require_zone(moment)

    @property
    def ends(self) -> datetime:
        """From when on it permits nothing any more: the end of its window, or its expiry."""
        return min(self.window.end, self.expires)


def check_permit(
    permit: Loaded[Permit], trial: str, demands: Demands, site: str, robot: str, now: datetime
) -> list[ConfigProblem]:
    """Everything for which the permit does not cover the trial; empty when it does.

    Args:
        permit: the permit and its file.
        trial: name of the trial.
        demands: what it takes at most.
        site: name of the site in use.
        robot: name of the robot in use.
        now: civil time at which the trial starts.
    """
    return [
        *_check_names(permit, trial, site, robot),
        *_check_times(permit, demands, now),
        *_check_caps(permit, demands),
    ]


def check_hashes(permit: Loaded[Permit], configuration: Mapping[str, str]) -> list[ConfigProblem]:
    """What was shown to the office and what is about to run must be the same, where the permit is bound to it.

    Args:
        permit: the permit and its file.
        configuration: canonical content of every file in use, by role; the permit's own does not count.
    """
    shown = {
        "configuration_hash": {role: text for role, text in configuration.items() if role != "permit"},
        "controller_hash": {role: text for role, text in configuration.items() if role == "controller"},
    }
    problems = []
    for key, content in shown.items():
        approved, found = getattr(permit.value, key), hash_configuration(content)
        if approved is not None and approved != found:
            problems.append(permit.problem(key, approved, f"must be {found}, of what is about to run"))
    return problems


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, whatever their case and spaces."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _check_names(permit: Loaded[Permit], trial: str, site: str, robot: str) -> list[ConfigProblem]:
    """Site, robot, trial and the two signatures."""
    value, problems = permit.value, []
    if value.site != site:
        problems.append(permit.problem("site", value.site, f"must be {site}, the trial's site"))
    if value.robot != robot:
        problems.append(permit.problem("robot", value.robot, f"must be {robot}, the trial's robot"))
    if trial not in value.trials:
        problems.append(permit.problem("trials", ", ".join(value.trials), f"must include {trial}"))
    if is_same_person(value.approver, value.operator):
        problems.append(permit.problem("approver", value.approver, "must be someone else than the operator"))
    return problems


def _check_times(permit: Loaded[Permit], demands: Demands, now: datetime) -> list[ConfigProblem]:
    """Window and expiry, up to the latest end that the trial's demands allow."""
    window, expires, problems = permit.value.window, permit.value.expires, []
    end = now + demands.duration
    if now < window.start:
        problems.append(permit.problem("window.start", window.start.isoformat(), f"must be ≤ {_when(now, 'start')}"))
    if now > window.end:
        problems.append(permit.problem("window.end", window.end.isoformat(), f"must be > {_when(now, 'start')}"))
    elif end > window.end:
        problems.append(permit.problem("window.end", window.end.isoformat(), f"must be ≥ {_when(end, 'latest end')}"))
    if now >= expires:
        problems.append(permit.problem("expires", expires.isoformat(), f"must be > {_when(now, 'start')}"))
    return problems


def _check_caps(permit: Loaded[Permit], demands: Demands) -> list[ConfigProblem]:
    """Speed, and the heaviest load that would be accepted."""
    caps, problems = permit.value.caps, []
    if demands.speed > caps.speed:
        rule = f"must be ≥ {demands.speed:g}, the trial's walking speed [m/s]"
        problems.append(permit.problem("caps.speed", caps.speed, rule))
    if demands.heaviest_load > caps.load:
        rule = f"must be ≥ {demands.heaviest_load:g}, the heaviest load that the trial accepts [kg]"
        problems.append(permit.problem("caps.load", caps.load, rule))
    return problems


def _when(moment: datetime, label: str) -> str:
    """A date with what it is in the trial."""
    return f"{moment.isoformat(timespec='seconds')}, the trial's {label}"
