"""A permit for trials on a site, and whether it covers a given trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import Field, field_validator, model_validator

from robot_trials.clock import require_zone
from robot_trials.config.files.identity import hash_configuration
from robot_trials.config.files.model import Loaded, StrictModel
from robot_trials.config.site.map_frame import find_polygon_fault
from robot_trials.config.site.polygon import Polygon, find_excess, measure_area
from robot_trials.exceptions import ConfigProblem
from robot_trials.geometry import PlanarPose, compose_planar
from robot_trials.kinds.contract import Demands

CROWD = "caps.crowd"
"""Key of the cap on people around the robot: the only clause that may be covered again a moment later."""
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class WindowSpec(StrictModel):
    """From when to when trials may run."""

    start: datetime
    end: datetime

    @model_validator(mode="after")
    def _in_order(self) -> WindowSpec:
        if self.start >= self.end:
            raise ValueError(f"end {self.end.isoformat()} must be > start {self.start.isoformat()}")
        return self

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
        site: name of the site (config/sites).
        robot: profile (config/robots).
        polygon: corners on the site's map within which it holds [m]; none: wherever the course lies.
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

    @field_validator("polygon")
    @classmethod
    def _sound(cls, corners: Polygon | None) -> Polygon | None:
        fault = find_polygon_fault(corners) if corners else None
        if fault:
            raise ValueError(fault)
        return corners

    @field_validator("expires")
    @classmethod
    def _has_zone(cls, moment: datetime) -> datetime:
        return require_zone(moment)

    @property
    def ends(self) -> datetime:
        """From when on it permits nothing any more: the end of its window, or its expiry."""
        return min(self.window.end, self.expires)


@dataclass(frozen=True)
class Occasion:
    """Where, by whom and when a trial is held, as far as that is known.

    Attributes:
        trials: names of the trial, one of which the permit must say.
        site: name of its site.
        robot: profile.
        place: of the map of the trial's area on the site's map, x, y [m], yaw [rad].
        start: civil time; None: when is not settled yet.
        crowd: people around the robot [1/m²]; None: not counted.
    """

    trials: tuple[str, ...]
    site: str
    robot: str
    place: PlanarPose = (0.0, 0.0, 0.0)
    start: datetime | None = None
    crowd: float | None = None


class Gap(NamedTuple):
    """A clause of a permit that does not cover a trial.

    Attributes:
        key: of the clause, dotted.
        value: what the permit says.
        bound: what it would have to be, with the trial's number.
    """

    key: str
    value: object
    bound: str

    def __str__(self) -> str:
        """`caps.speed: 0.5: must be ≥ 0.8, the trial's walking speed [m/s]`."""
        value = f"{self.value:g}" if isinstance(self.value, float) else self.value
        return f"{self.key}: {value}: {self.bound}"


def check_permit(
    permit: Loaded[Permit], demands: Demands, occasion: Occasion, configuration: Mapping[str, str]
) -> list[ConfigProblem]:
    """Every clause of the permit that does not cover a trial, at its line of the permit's file; empty when all do.

    Args:
        permit: the permit and its file.
        demands: what the trial takes at most.
        occasion: where, by whom and when it is held.
        configuration: canonical content of every file in use, by role; the permit's own does not count.
    """
    gaps = [permit.problem(*gap) for gap in find_gaps(permit.value, demands, occasion)]
    return [*gaps, *_check_hashes(permit, configuration)]


def find_gaps(permit: Permit, demands: Demands, occasion: Occasion) -> list[Gap]:
    """Every clause of the permit that does not cover a trial: the one place that decides it; empty when all do.

    Args:
        permit: the permit.
        demands: what the trial takes at most.
        occasion: where, by whom and when it is held.
    """
    return [
        *_compare_names(permit, occasion),
        *_compare_times(permit, demands, occasion.start),
        *_compare_caps(permit.caps, demands, occasion.crowd),
        *_compare_area(permit, demands, occasion.place),
    ]


def _check_hashes(permit: Loaded[Permit], configuration: Mapping[str, str]) -> list[ConfigProblem]:
    """What was shown to the office and what is about to run must be the same, where the permit is bound to it."""
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


def _compare_names(permit: Permit, occasion: Occasion) -> list[Gap]:
    """Site, robot, trial and the two signatures."""
    gaps = []
    if permit.site != occasion.site:
        gaps.append(Gap("site", permit.site, f"must be {occasion.site}, the trial's site"))
    if permit.robot != occasion.robot:
        gaps.append(Gap("robot", permit.robot, f"must be {occasion.robot}, the trial's robot"))
    if not set(occasion.trials) & set(permit.trials):
        gaps.append(Gap("trials", ", ".join(permit.trials), f"must include {' or '.join(occasion.trials)}"))
    if is_same_person(permit.approver, permit.operator):
        gaps.append(Gap("approver", permit.approver, "must be someone else than the operator"))
    return gaps


def _compare_times(permit: Permit, demands: Demands, start: datetime | None) -> list[Gap]:
    """Window and expiry, up to the latest end that the trial's demands allow."""
    if start is None:
        return []
    window, expires, gaps = permit.window, permit.expires, []
    end = start + demands.duration
    if start < window.start:
        gaps.append(Gap("window.start", window.start.isoformat(), f"must be ≤ {_when(start, 'start')}"))
    if start > window.end:
        gaps.append(Gap("window.end", window.end.isoformat(), f"must be > {_when(start, 'start')}"))
    elif end > window.end:
        gaps.append(Gap("window.end", window.end.isoformat(), f"must be ≥ {_when(end, 'latest end')}"))
    if start >= expires:
        gaps.append(Gap("expires", expires.isoformat(), f"must be > {_when(start, 'start')}"))
    elif end > expires:
        gaps.append(Gap("expires", expires.isoformat(), f"must be ≥ {_when(end, 'latest end')}"))
    return gaps


def _compare_caps(caps: CapsSpec, demands: Demands, crowd: float | None) -> list[Gap]:
    """Speed, the heaviest load that would be accepted, and people around, where they are counted."""
    gaps = []
    if demands.speed > caps.speed:
        speed = _tell_apart(demands.speed, caps.speed)
        gaps.append(Gap("caps.speed", caps.speed, f"must be ≥ {speed}, the trial's walking speed [m/s]"))
    if demands.heaviest_load > caps.load:
        heaviest = _tell_apart(demands.heaviest_load, caps.load)
        rule = f"must be ≥ {heaviest}, the heaviest load that the trial accepts [kg]"
        gaps.append(Gap("caps.load", caps.load, rule))
    if crowd is not None and caps.crowd is not None and crowd > caps.crowd:
        gaps.append(Gap(CROWD, caps.crowd, f"must be ≥ {crowd:g}, the people counted there [1/m²]"))
    return gaps


def _compare_area(permit: Permit, demands: Demands, place: PlanarPose) -> list[Gap]:
    """The demanded area, placed on the site's map, must lie in the permit's polygon."""
    if permit.polygon is None:
        return []
    corners = tuple(compose_planar(place, (x, y, 0.0))[:2] for x, y in demands.area)
    excess = find_excess(corners, permit.polygon)
    if not excess:
        return []
    allowed, demanded = measure_area(permit.polygon), measure_area(corners)
    return [Gap("polygon", f"{allowed:.0f} m²", f"must cover the trial's area of {demanded:.0f} m²: {excess}")]


def _when(moment: datetime, label: str) -> str:
    """A date with what it is in the trial."""
    return f"{moment.isoformat(timespec='seconds')}, the trial's {label}"


def _tell_apart(value: float, bound: float) -> str:
    """A number with as many digits as it takes to differ from its bound."""
    short = f"{value:g}"
    return repr(value) if short == f"{bound:g}" else short
