"""A robot's manner: places, speeds and limits that depend on its size, reach and weight and on nothing that it does.

The numbers below suit a robot with legs of `REFERENCE_LEG` and arms of `REFERENCE_ARM`. A profile that says nothing
gets them scaled to its own body; what its `manner:` says counts instead.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from robot_trials.config.files.document import Document
from robot_trials.config.files.fill import fill_dataclass
from robot_trials.exceptions import ConfigError, ConfigProblem

if TYPE_CHECKING:
    from robot_trials.robots.figures import BodyFigures

Vector = tuple[float, float, float]
Range = tuple[float, float]
NumberT = TypeVar("NumberT", float, Range, Vector)

REFERENCE_LEG, REFERENCE_ARM = 0.82, 0.71
"""Lengths of leg and arm that the numbers below suit [m]."""
REFERENCE_SHOULDER = np.array((-0.02, -0.29, 1.27))
"""Right shoulder in the heading frame that they suit [m]."""
HEAD_MARGIN = 0.05
"""Kept from the stops of a head whose range nobody says [rad]."""


def number(default: NumberT, low: float, high: float, unit: str, by: str = "") -> NumberT:
    """A number with its bounds and what it grows with: `leg`, `arm`, the `speed` that legs swing with, or nothing."""
    value: NumberT = field(default=default, metadata={"min": low, "max": high, "unit": unit, "by": by})
    return value


@dataclass(frozen=True)
class HandManner:
    """How the hands move and grip; places are the right hand's, the left hand's have the other sign of y.

    Attributes:
        carry: grip in the heading frame while something is carried: elbow well bent, clear of the body [m].
        ready: grip in the heading frame on the way up from the body [m].
        ready_pitch: fingers point this far down there: low and flat together are beyond the wrist's range [rad].
        pregrasp: from the grip back along the fingers, so that the hand arrives along its own fingers [m].
        tilt_max: the hand follows the tilt of what it grips up to this; the grasp bears the rest [rad].
        misfit_max: what is tilted so far that the rest would be more than this is followed further [rad].
        grasp_distance: hand to grip when the hand shuts; the grasp itself closes within 0.03 m [m].
        grasp_angle: hand axis to that of what is gripped when the hand shuts; the grasp closes within 15° [rad].
        reach_speed: free motion of the hand [m/s].
        approach_speed: motion of the hand next to people [m/s].
        close_time: shutting or opening the hand [s].
    """

    carry: Vector = number((0.36, -0.30, 1.0), -3.0, 3.0, "m")
    ready: Vector = number((0.28, -0.30, 0.92), -3.0, 3.0, "m")
    ready_pitch: float = number(0.5, -1.6, 1.6, "rad")
    pregrasp: Vector = number((-0.08, 0.0, 0.0), -0.5, 0.5, "m", "arm")
    tilt_max: float = number(0.14, 0.0, 1.6, "rad")
    misfit_max: float = number(0.16, 0.0, 1.6, "rad")
    grasp_distance: float = number(0.015, 0.001, 0.1, "m")
    grasp_angle: float = number(0.22, 0.01, 1.6, "rad")
    reach_speed: float = number(0.25, 0.01, 2.0, "m/s", "arm")
    approach_speed: float = number(0.08, 0.01, 0.25, "m/s")
    close_time: float = number(0.5, 0.0, 10.0, "s")


@dataclass(frozen=True)
class WalkManner:
    """How the robot goes to a place and stands there.

    Attributes:
        approach_speed: next to people [m/s].
        cap_share: part of the permit's speed cap that is asked for at most: a walk gets up to 3 % faster than asked,
            and its speed is known to 0.03 m/s.
        lookahead: the walk's target lies this far ahead on the lane's middle [m].
        arrive_distance: feet to stance when a walk counts as done [m].
        arrive_angle: heading to stance when a walk counts as done [rad].
        retarget_distance: a stance moves only by more than this, so that feet do not chase noise [m].
        step_back: way back from somebody who was given something [m].
        settle_time: standing still before anything else, while the gyro's bias is learned [s].
        tare_time: empty hand held still while the payload estimator learns its bias: longer than a standing body
            heaves [s].
    """

    approach_speed: float = number(0.4, 0.05, 1.5, "m/s", "speed")
    cap_share: float = number(0.9, 0.1, 1.0, "1")
    lookahead: float = number(3.0, 0.5, 20.0, "m", "leg")
    arrive_distance: float = number(0.10, 0.01, 0.5, "m", "leg")
    arrive_angle: float = number(0.12, 0.01, 1.0, "rad")
    retarget_distance: float = number(0.04, 0.0, 0.5, "m", "leg")
    step_back: float = number(0.4, 0.0, 3.0, "m", "leg")
    settle_time: float = number(2.0, 0.0, 60.0, "s")
    tare_time: float = number(2.0, 0.5, 60.0, "s")


@dataclass(frozen=True)
class HeadManner:
    """How far the head is turned; without a word its joints' own ranges, short of the stops.

    Attributes:
        yaw, pitch: lower and upper angle of each joint [rad].
    """

    yaw: Range = number((-1.5, 1.5), -math.pi, math.pi, "rad")
    pitch: Range = number((-0.45, 0.45), -math.pi, math.pi, "rad")


@dataclass(frozen=True)
class StopManner:
    """When this body has to be stopped and how long it takes; a part of `safety.stop_limits`.

    Triggers. A walk of 100 m with a load of 1.6 kg at 0.8 m/s stays below all of them with legs of 0.82 m: tilt
    0.08 rad, capture point 0.23 m from the nearer sole, 0.8 of the continuous torque in the root mean square of the
    most loaded joint.

    Attributes:
        tilt: of the base while it should be upright, nearly three times what walking needs [rad].
        tilt_low: the same while the robot squats, which leans the torso by 0.35 on purpose [rad].
        capture_error: of the capture point from where the plan has it, walking; 0.8 m/s needs 0.08, a push of 20 N·s
            that the next steps make up for reaches 0.10, one that has ended in a fall went through 0.21 [m].
        capture_error_standing: the same on both feet; hips make up for 0.1, and at rest it is 0.005 [m].
        capture_reach: of the capture point from the middle of the nearer sole; a step reaches 0.57 m ahead and 0.15 m
            further aside, and the controller needs some of it for what it does not know [m].
        temperature_slow, temperature_stop: of a winding; the drives' insulation is rated for more than 130 °C, and the
            winding is hotter inside than where it is measured [°C].
        strain_slow, strain_stop: time integral of (torque / continuous torque)² − 1, from 0 up; at twice the continuous
            torque it grows by 3 a second [s].
        slow_speed: cap on the walking speed on the first rung [m/s].
        stand_max: from the wish to finish the walk until it stands; the longest measured is 2.9 s at 0.8 m/s [s].
        protective_max: the same for a protective stop; the longest measured is 1.9 s at 0.8 m/s [s].
        lower_max: up to three steps that put the feet apart, 1.5 s each, and the squat, 2.5 s, with a margin [s].
        steady_dcm: distance of the capture point from where it should be, on a rung that counts as stable [m].
        steady_speed: of the centre of mass there [m/s].
    """

    tilt: float = number(math.radians(13.0), 0.02, math.radians(40.0), "rad")
    tilt_low: float = number(math.radians(38.0), 0.02, math.radians(44.0), "rad")
    capture_error: float = number(0.18, 0.02, 1.0, "m", "leg")
    capture_error_standing: float = number(0.12, 0.02, 1.0, "m", "leg")
    capture_reach: float = number(0.40, 0.05, 2.0, "m", "leg")
    temperature_slow: float = number(90.0, 40.0, 200.0, "°C")
    temperature_stop: float = number(105.0, 40.0, 200.0, "°C")
    strain_slow: float = number(4.0, 0.1, 1000.0, "s")
    strain_stop: float = number(8.0, 0.1, 1000.0, "s")
    slow_speed: float = number(0.3, 0.05, 1.0, "m/s", "speed")
    stand_max: float = number(4.0, 0.5, 30.0, "s")
    protective_max: float = number(2.5, 0.5, 30.0, "s")
    lower_max: float = number(8.0, 1.0, 60.0, "s")
    steady_dcm: float = number(0.03, 0.005, 0.2, "m", "leg")
    steady_speed: float = number(0.06, 0.01, 0.5, "m/s", "speed")

    def __post_init__(self) -> None:
        """Refuse what slows later than it stops."""
        for what in ("temperature", "strain"):
            slow, stop = getattr(self, f"{what}_slow"), getattr(self, f"{what}_stop")
            if slow > stop:
                raise ValueError(f"manner.stops.{what}_slow {slow:g} must be ≤ {what}_stop, {stop:g}")


@dataclass(frozen=True)
class Manner:
    """All of it."""

    hands: HandManner = field(default_factory=HandManner)
    walk: WalkManner = field(default_factory=WalkManner)
    head: HeadManner = field(default_factory=HeadManner)
    stops: StopManner = field(default_factory=StopManner)


def scale_manner(figures: BodyFigures) -> Manner:
    """The manner of a body about which nothing more is said."""
    leg, arm = figures.leg_length / REFERENCE_LEG, figures.arm_length / REFERENCE_ARM
    growth = {"": 1.0, "leg": leg, "arm": arm, "speed": math.sqrt(leg)}
    plain = Manner()

    def place(position: Vector) -> Any:
        return tuple((figures.shoulder + arm * (np.array(position) - REFERENCE_SHOULDER)).tolist())

    hands = _grow(plain.hands, growth)
    ranges = [(float(low) + HEAD_MARGIN, float(high) - HEAD_MARGIN) for low, high in figures.head_range]
    yaw, pitch = ranges if len(ranges) == len(dataclasses.fields(HeadManner)) else (plain.head.yaw, plain.head.pitch)
    return Manner(
        hands=dataclasses.replace(hands, carry=place(plain.hands.carry), ready=place(plain.hands.ready)),
        walk=_grow(plain.walk, growth),
        head=HeadManner(yaw, pitch),
        stops=_grow(plain.stops, growth),
    )


PartT = TypeVar("PartT", HandManner, WalkManner, StopManner)


def _grow(part: PartT, growth: dict[str, float]) -> PartT:
    """A part with every number scaled by what it grows with, within its bounds."""

    def grown(value: Any, metadata: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(grown(each, metadata) for each in value)
        return min(max(value * growth[metadata["by"]], metadata["min"]), metadata["max"])

    changes = {f.name: grown(getattr(part, f.name), f.metadata) for f in dataclasses.fields(part)}
    return dataclasses.replace(part, **changes)


def read_manner(document: Document, figures: BodyFigures | None = None) -> Manner:
    """The manner of a profile: its own words on top of what its body suggests.

    Args:
        document: the profile.
        figures: of its body; without them only keys and bounds are looked at.

    Raises:
        ConfigError: with file, key, value and bound: an unknown key, a value out of range, a hand place out of the
            arm's reach, a head range beyond its joints'.
    """
    manner = fill_dataclass(Manner() if figures is None else scale_manner(figures), document, under="manner")
    problems = [] if figures is None else _find_problems(document, manner, figures)
    if problems:
        raise ConfigError(problems)
    return manner


def _find_problems(document: Document, manner: Manner, figures: BodyFigures) -> list[ConfigProblem]:
    problems = []
    if figures.shoulder[1] > 0.0:
        problems.append(
            document.problem(("frames", "hands"), document.data["frames"]["hands"], "must be left, then right")
        )
    for key in ("carry", "ready"):
        place = getattr(manner.hands, key)
        distance = float(np.linalg.norm(np.array(place) - figures.shoulder))
        if distance > figures.arm_length:
            bound = f"is {distance:.2f} m from the shoulder: must be within the arm's reach, {figures.arm_length:.2f} m"
            problems.append(document.problem(("manner", "hands", key), list(place), bound))
    for key, (lower, upper) in zip(("yaw", "pitch"), figures.head_range.tolist(), strict=False):
        low, high = getattr(manner.head, key)
        if not lower <= low < high <= upper:
            bound = f"must be [low, high] within the joint's range, {lower:g} … {upper:g}"
            problems.append(document.problem(("manner", "head", key), [low, high], bound))
    return problems
