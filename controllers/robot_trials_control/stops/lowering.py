"""Lowers a standing robot in balance until its legs nearly rest on their stops, and raises it again."""

from __future__ import annotations

import numpy as np

from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import Field, Record, make_record
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.stops.squat import SQUAT_FIELDS, find_squat, interpolate
from robot_trials_control.walking.gait import GAIT_FIELDS
from robot_trials_control.walking.phases import Walking
from robot_trials_control.walking.swing import min_jerk
from robot_trials_control.whole_body.references import WholeBodyReference

LOWERING_TIME = 2.5
"""From standing to the squat, and back [s]."""

SPREAD_TOLERANCE, AHEAD_TOLERANCE, YAW_TOLERANCE = 0.02, 0.03, 0.1
"""Feet nearer to each other than the squat wants, or one ahead of the other or turned, step first [m, m, rad]."""
ALIGNING_STEPS = 3
"""So many at most: a robot whose feet slip or that is pushed lowers itself as it stands, and keeps its power."""

LOWERING_FIELDS: list[Field] = [
    ("share", "f8"),  # of the time down, 0 standing … 1 lowered
    ("origin", "f8", (3,)),  # middle of the soles and heading where it began: x, y, yaw [m, m, rad]
    ("height_damping", "f8"),  # of the walk's height gains [1/s]
]
"""A lowering on its way."""


@compiled
def write_lowering(
    step: float, period: float, squat: np.ndarray, lowering: np.ndarray, gait: np.ndarray, reference: np.ndarray
) -> float:
    """Move by a step along the way and write centre of mass, torso and leg posture for where that is.

    Args:
        step: change of the share, up or down.
        period: control period [s].
        squat, lowering, gait, reference: records of `SQUAT_FIELDS`, `LOWERING_FIELDS`, `GAIT_FIELDS` and
            `whole_body_reference_fields`, the last already written for standing.

    Returns:
        Height of the centre of mass above the soles [m].
    """
    s, w, g, r = squat[0], lowering[0], gait[0], reference[0]
    before = w.share
    w.share = min(max(w.share + step, 0.0), 1.0)
    rate = (w.share - before) / period
    way, slope, curvature = min_jerk(w.share)
    ahead = interpolate(way, s.com_ahead)[0]
    height, per_way = interpolate(way, s.height)
    lean = interpolate(way, s.lean)[0]
    x, y, yaw = w.origin
    x, y = x + np.cos(yaw) * ahead, y + np.sin(yaw) * ahead
    g.segments[0, 0], g.segments[0, 1], g.segments[0, 2], g.segments[0, 3] = x, y, x, y
    g.segment_count = 1
    g.end_dcm[0], g.end_dcm[1] = x, y
    # feed forward what stiffness and damping on the height would leave as lag
    r.com_acceleration[2] += per_way * (curvature * rate * rate + w.height_damping * slope * rate)
    lean_torso(lean, r.torso_rotation)
    for side in range(2):
        for i in range(s.joints.shape[1]):
            r.posture[s.joints[side, i]] = interpolate(way, s.legs[:, i])[0]
    return height


@compiled
def lean_torso(lean: float, rotation: np.ndarray) -> None:
    """Turn a torso's reference, shape (3, 3), forward about its own y axis [rad]."""
    c, s = np.cos(lean), np.sin(lean)
    for i in range(3):
        x, z = rotation[i, 0], rotation[i, 2]
        rotation[i, 0], rotation[i, 2] = c * x - s * z, s * x + c * z


class Lowering:
    """Takes a robot that stands on both feet down to the squat of `squat.py`, and up again.

    Attributes:
        available: whether the robot's legs can.
    """

    def __init__(self, model: RobotModel, walking: Walking, height_damping: float, period: float) -> None:
        self._walking, self._period, self._steps_left = walking, period, ALIGNING_STEPS
        squat = find_squat(model, walking.gains.com_height, 0.5 * walking.reach.ankle)
        self.available = squat is not None
        self._squat = squat or make_record(SQUAT_FIELDS)
        self._lowering: Record = make_record(LOWERING_FIELDS)
        self._lowering.height_damping[...] = height_damping
        gait, reference = make_record(GAIT_FIELDS), WholeBodyReference(model.nominal_joints)
        parts = self._squat.data, self._lowering.data, gait.data, reference.record.data
        self._write = bind(write_lowering, 0.0, period, *parts)

    @property
    def pitch_joints(self) -> list[int]:
        """Joints that come to rest on their stops; none for legs that cannot squat."""
        return sorted(set(self._squat.joints.ravel().tolist())) if self.available else []

    @property
    def share(self) -> float:
        """Of the time down: 0 standing, 1 lowered."""
        return float(self._lowering.share)

    @property
    def height_share(self) -> float:
        """Height of the centre of mass where it should be now, as a share of the standing one's."""
        if not self.available:
            return 1.0
        height = interpolate(min_jerk(self.share)[0], self._squat.height)[0]
        return float(height / self._squat.height[0])

    def reset(self) -> None:
        """Stand."""
        self._lowering.share[...], self._steps_left = 0.0, ALIGNING_STEPS

    def _is_aligned(self, wide: bool) -> bool:
        """Whether the feet stand side by side; `wide`: and as far apart as the squat wants."""
        ahead, aside, yaw = self._walking.stagger
        narrow = wide and aside < float(self._squat.spread) - SPREAD_TOLERANCE
        return not narrow and abs(ahead) < AHEAD_TOLERANCE and abs(yaw) < YAW_TOLERANCE

    def update(self, down: bool, out: WholeBodyReference, wide: bool = True) -> None:
        """Go on by a control period, once the robot stands.

        Args:
            down: whether to lower; otherwise to rise again.
            out: receives torso, legs and the height's acceleration; where the robot stands already is left alone.
            wide: whether feet side by side step apart first, as they must to rest without power.
        """
        walking, lowering = self._walking, self._lowering
        if not self.available or walking.is_walking or not (down or self.share > 0.0):
            self._steps_left = self._steps_left if down else ALIGNING_STEPS
            return
        if self.share == 0.0:
            if self._steps_left > 0 and not self._is_aligned(wide):
                self._steps_left -= 1
                walking.begin_wide_stance(float(self._squat.spread))
                return
            lowering.origin[:] = walking.standing_body()
        step = self._period / LOWERING_TIME * (1.0 if down else -1.0)
        parts = self._squat.data, lowering.data, walking.gait.data, out.record.data
        walking.set_height(self._write(step, self._period, *parts))
