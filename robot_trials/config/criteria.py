"""What a trial must reach to pass. A trial's YAML may tighten these, never loosen them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from robot_trials.config.model import Loaded, StrictModel
from robot_trials.exceptions import ConfigProblem

BASE_TILT_MAX_DEG = 45.0
"""Tilt of the base beyond which the robot counts as fallen [deg]."""

BASE_HEIGHT_RATIO_MIN = 0.6
"""Base height over its nominal height below which the robot counts as fallen."""

FALLS_MAX = 0
QP_FAILURES_MAX = 0
UNWANTED_CONTACTS_MAX = 0

TorqueLimits = Literal["urdf", "peak"]
"""Which of a robot's torque limits its drives obey: those of its URDF, or the drive's peak."""

MEAN_SPEED_MIN: dict[str, float] = {"urdf": 0.7, "peak": 0.4}
"""Mean walking speed with the torch, by the torque limits in force [m/s]."""

Positive = Annotated[float, Field(gt=0.0)]


class CriteriaSpec(StrictModel):
    """Tighter bounds of one trial; what is left out keeps the built-in bound."""

    distance_min: Positive | None = None
    mean_speed_min: Positive | None = None
    torch_tilt_p99_max_deg: Positive | None = None
    torch_tilt_max_deg: Positive | None = None
    human_force_max: Positive | None = None
    lateral_offset_max: Positive | None = None


class Criteria(StrictModel):
    """Bounds that a verdict applies.

    Attributes:
        distance_min: way made with the torch [m].
        mean_speed_min: that way over the time between take-over and hand-over stances [m/s].
        torch_tilt_p99_max_deg: 99th percentile of the torch's tilt while the robot alone carries it [deg].
        torch_tilt_max_deg: its largest value [deg].
        human_force_max: force on giver or receiver beyond the torch's weight, peak [N].
        lateral_offset_max: distance of the base from the lane's middle, largest [m].
    """

    distance_min: float
    mean_speed_min: float
    torch_tilt_p99_max_deg: float
    torch_tilt_max_deg: float
    human_force_max: float
    lateral_offset_max: float


def built_in_criteria(lane_length: float, torque_limits: TorqueLimits) -> Criteria:
    """The project's own bounds for a course of `lane_length` [m]."""
    return Criteria(
        distance_min=lane_length,
        mean_speed_min=MEAN_SPEED_MIN[torque_limits],
        torch_tilt_p99_max_deg=5.0,
        torch_tilt_max_deg=10.0,
        human_force_max=20.0,
        lateral_offset_max=0.3,
    )


def tighten_criteria(built_in: Criteria, spec: CriteriaSpec, trial: Loaded) -> tuple[Criteria, list[ConfigProblem]]:
    """The bounds in force, and a problem for each that the trial would loosen.

    Args:
        built_in: the project's own bounds.
        spec: the trial's wishes.
        trial: the trial's file, to locate problems in.
    """
    wanted = spec.model_dump(exclude_none=True)
    problems = []
    for name, value in wanted.items():
        bound = getattr(built_in, name)
        at_least = name.endswith("_min")
        if value < bound if at_least else value > bound:
            rule = f"must be {'≥' if at_least else '≤'} {bound:g} (a trial may tighten the criteria, never loosen them)"
            problems.append(trial.problem(f"criteria.{name}", value, rule))
    return built_in.model_copy(update=wanted), problems
