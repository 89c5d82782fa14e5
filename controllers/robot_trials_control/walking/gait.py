"""The gait in progress as one record, and how time passes within a phase, compiled.

`walking.py` decides what follows a phase; `gait_references.py` writes what a tick asks of the body.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence

import numpy as np

from robot_trials_control.config import WalkingGains
from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.numeric.rotations import yaw_of
from robot_trials_control.records import RIGHT, Field, Record, make_record
from robot_trials_control.robot.contacts import SoleReach
from robot_trials_control.walking.balance import compute_dcm
from robot_trials_control.walking.dcm import ZmpSegment, foothold_gain
from robot_trials_control.walking.footsteps import Pose2
from robot_trials_control.walking.placement import REMAINING_MIN, StepLimits, find_adjustment, remaining_shift

OVERTIME_MAX = 0.2
"""Longest wait for the ground after the planned touchdown [s]."""
ADJUST_PHASE_MAX = 0.85
"""Share of the swing after which the foothold stays."""
TRACK_MAX = 4
"""Longest plan of the ZMP within a phase, in segments."""


class Phase(enum.IntEnum):
    """What the legs are doing."""

    STAND = 0
    SHIFT = 1
    SINGLE = 2
    DOUBLE = 3
    LAST = 4


class Event(enum.IntEnum):
    """What a tick calls for."""

    NONE = 0
    PHASE_OVER = 1
    ADJUSTMENT = 2  # of the step in progress


GAIT_FIELDS: list[Field] = [
    ("pose", "f8", (2, 3)),  # of the soles on the ground: x, y, yaw [m, m, rad]
    ("dcm", "f8", (2,)),  # measured [m]
    ("dcm_reference", "f8", (2,)),  # planned [m]
    ("zmp_reference", "f8", (2,)),
    ("zmp_commanded", "f8", (2,)),  # with feedback [m]
    ("end_dcm", "f8", (2,)),  # planned at the end of the phase [m]
    ("segments", "f8", (TRACK_MAX, 5)),  # what is left of the planned ZMP, as `ZmpSegment`s
    ("segment_count", "i8"),
    ("elapsed", "f8"),  # in the phase [s]
    ("duration", "f8"),  # of the phase, as foreseen now [s]
    ("foothold", "f8", (3,)),  # of the foot in the air
    ("planned", "f8", (5,)),  # of the swing when it began: foothold x, y, DCM at touchdown, duration [m, s]
    ("adjusted", "f8", (3,)),  # what it ought to be now: foothold x, y and duration [m, s]
    ("lift_off", "f8", (4,)),  # where that foot left the ground: x, y, yaw, z
    ("slopes", "f8", (2, 2)),  # of the ground where that foot left it and where it lands: rise along x and y
    ("ground", "f8"),  # height of the ground under the centre of mass [m]
    ("height", "f8"),  # wanted, of the centre of mass above it [m]
    ("heading", "f8"),  # wanted, of the body [rad]
    ("phase", "i8"),
    ("stance_side", "i8"),  # the foot that carries, or will carry after the shift
    ("has_foothold", "u1"),
]
"""The gait in progress; everything in odom."""

GAIT_CONSTANT_FIELDS: list[Field] = [
    ("omega", "f8"),  # natural frequency of the pendulum [1/s]
    ("dcm_gain", "f8"),
    ("com_height", "f8"),  # [m]
    ("height_gains", "f8", (2,)),  # stiffness [1/s²], damping [1/s]
    ("reach", "f8", (4,)),  # of the pressure under a sole, as a `SoleReach` [m]
    ("swing_shape", "f8", (3,)),  # as for `write_swing`
    ("early_touchdown_phase", "f8"),
    ("touchdown_force", "f8"),  # [N]
    ("sole_share", "f8"),
    ("placement_gain", "f8"),  # shift of the foothold per error of the DCM at touchdown
    ("placement_deadband", "f8"),  # [m]
    ("step_limits", "f8", (5,)),  # as `StepLimits` [m]
]
"""What of the gains every tick needs."""


def make_gait_constants(gains: WalkingGains, reach: SoleReach, omega: float, limits: StepLimits) -> Record:
    """What of the gains every tick needs, as a record of `GAIT_CONSTANT_FIELDS`.

    Args:
        gains: of walking.
        reach: of the pressure under a sole.
        omega: natural frequency of the pendulum [1/s].
        limits: of a step.
    """
    out = make_record(GAIT_CONSTANT_FIELDS)
    out.omega[...], out.dcm_gain[...], out.com_height[...] = omega, gains.dcm_gain, gains.com_height
    out.height_gains[:] = gains.height_kp, gains.height_kd
    out.reach[:] = reach
    out.swing_shape[:] = gains.swing_height, gains.swing_apex_phase, gains.touchdown_velocity
    out.early_touchdown_phase[...], out.touchdown_force[...] = gains.early_touchdown_phase, gains.touchdown_force
    out.sole_share[...], out.placement_deadband[...] = gains.sole_share, gains.placement_deadband
    out.step_limits[:] = limits
    out.placement_gain[...] = 1.0 / foothold_gain(gains.double_support, omega)
    return out


class ZmpTrack:
    """The planned ZMP of the phase in progress: segments that are used up as time goes; a view on a gait record."""

    def __init__(self, gait: Record) -> None:
        self._gait = gait

    def start(self, segments: Sequence[ZmpSegment]) -> None:
        """Replace what is left by a new phase."""
        self._gait.segments[: len(segments)] = segments
        self._gait.segment_count[...] = len(segments)

    def stretch(self, remaining: float) -> None:
        """Set the time left in the last segment [s]."""
        self._gait.segments[int(self._gait.segment_count) - 1, 4] = max(remaining, 0.0)

    @property
    def segments(self) -> list[ZmpSegment]:
        """What is left of the phase."""
        return [ZmpSegment(*row) for row in self._gait.segments[: int(self._gait.segment_count)].tolist()]

    @property
    def now(self) -> tuple[float, float]:
        """The planned ZMP at this moment [m]."""
        x, y = self._gait.segments[0, :2].tolist()
        return x, y

    @property
    def remaining(self) -> float:
        """Time left in the phase [s]."""
        return sum(segment.duration for segment in self.segments)


@compiled
def advance_track(dt: float, gait: np.ndarray) -> float:
    """Let time pass; the last point stays when everything is used up. Returns the time left in the phase [s]."""
    segments, count = gait[0].segments, gait[0].segment_count
    while dt >= segments[0, 4] and count > 1:
        dt -= segments[0, 4]
        count -= 1
        for i in range(count):
            segments[i] = segments[i + 1]
    first = segments[0]
    share = dt / first[4] if dt < first[4] else 1.0
    for i in range(2):
        first[i] += share * (first[2 + i] - first[i])
    first[4] = max(first[4] - dt, 0.0)
    gait[0].segment_count = count
    return segments[:count, 4].sum()


@compiled
def make_pose(values: np.ndarray) -> Pose2:
    """The first three of some numbers as a pose on the ground."""
    return Pose2(values[0], values[1], values[2])


@compiled
def make_reach(values: np.ndarray) -> SoleReach:
    """Four numbers as a sole's reach."""
    return SoleReach(values[0], values[1], values[2], values[3])


@compiled
def make_limits(values: np.ndarray) -> StepLimits:
    """Five numbers as the limits of a step."""
    return StepLimits(values[0], values[1], values[2], values[3], values[4])


@compiled
def observe(model: np.ndarray, omega: float, gait: np.ndarray) -> None:
    """Where the soles stand and where the DCM is."""
    m, g = model[0], gait[0]
    for side in range(2):
        g.pose[side, 0], g.pose[side, 1] = m.position[side, 0], m.position[side, 1]
        g.pose[side, 2] = yaw_of(m.rotation[side])
    g.dcm[0], g.dcm[1] = compute_dcm(m.com, m.com_velocity, omega)


@compiled
def advance(dt: float, model: np.ndarray, state: np.ndarray, constants: np.ndarray, gait: np.ndarray) -> int:
    """Let a tick pass.

    Args:
        dt: control period [s].
        model, state: records of `model_state_fields` and of the sensors.
        constants, gait: records of `GAIT_CONSTANT_FIELDS` and `GAIT_FIELDS`.

    Returns:
        An `Event`.
    """
    c, g = constants[0], gait[0]
    observe(model, c.omega, gait)
    g.elapsed += dt
    left = advance_track(dt, gait)
    if g.phase == Phase.STAND:
        return Event.NONE.value
    if g.phase != Phase.SINGLE:
        return Event.PHASE_OVER.value if left <= 0.0 else Event.NONE.value
    phase, force = g.elapsed / g.duration, state[0].foot_wrench[1 - g.stance_side, 2]
    touched = phase > c.early_touchdown_phase and force > c.touchdown_force
    if touched or g.elapsed > g.duration + OVERTIME_MAX:
        return Event.PHASE_OVER.value
    if phase > ADJUST_PHASE_MAX:
        return Event.NONE.value
    return Event.ADJUSTMENT.value if adjust_step(constants, gait) else Event.NONE.value


@compiled
def adjust_step(constants: np.ndarray, gait: np.ndarray) -> bool:
    """Whether the step as it is now would miss the DCM; if so `adjusted` gets what it ought to be."""
    c, g = constants[0], gait[0]
    left = g.duration - g.elapsed
    if left < REMAINING_MIN:
        return False
    dcm, stance, reach = (g.dcm[0], g.dcm[1]), make_pose(g.pose[g.stance_side]), make_reach(c.reach)
    miss = remaining_shift(dcm, (g.end_dcm[0], g.end_dcm[1]), stance, left, reach, c.sole_share, c.omega)
    if c.placement_gain * math.hypot(miss[0], miss[1]) <= c.placement_deadband:
        return False
    g.adjusted[0], g.adjusted[1], g.adjusted[2] = find_adjustment(
        dcm,
        (g.planned[2], g.planned[3]),
        (g.planned[0], g.planned[1]),
        g.planned[4],
        g.elapsed,
        stance,
        1.0 if g.stance_side == RIGHT else -1.0,
        make_limits(c.step_limits),
        reach,
        c.sole_share,
        c.omega,
        c.placement_gain,
    )
    return True
