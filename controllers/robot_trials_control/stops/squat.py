"""The way down to a squat that rests on the legs' own mechanical stops, found once from the model's kinematics.

With knees bent to their stop the hips are about a shin's width above the heels and the shins lean as far forward as
the ankles go. The torso leans until the centre of mass is above the soles. Then weight presses hips, knees and ankles
into their stops, and they need no drive any more.
"""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.records import LEFT, Field, Record, make_record
from robot_trials_control.robot.model import RobotModel

POINTS = 17
"""Postures on the way."""
STOP_MARGIN = 0.03
"""Kept from a mechanical stop at the end of the way [rad]; the last bit is sunk into without power."""
LEAN = 0.30
"""Forward lean of the torso at the end, towards the hips' stop [rad]."""
PITCH_JOINTS = 3
"""Of a leg that can squat: hip, knee, ankle."""
ROLL_JOINTS, ROLL_AXIS_MIN = 2, 0.9
"""Of a leg that can lean sideways: hip and ankle; share of their axes along x."""
LEAN_SHARE = 0.5
"""Of the ankles' roll: upright legs side by side topple as a parallelogram, those at the roll's stops over the yaw."""
SEARCH_STEPS = 20

SQUAT_FIELDS: list[Field] = [
    ("com_ahead", "f8", (POINTS,)),  # of the soles' middle [m]
    ("height", "f8", (POINTS,)),  # of the centre of mass above the soles [m]
    ("lean", "f8", (POINTS,)),  # of the torso [rad]
    ("legs", "f8", (POINTS, PITCH_JOINTS)),  # hip, knee, ankle [rad]
    ("joints", "i8", (2, PITCH_JOINTS)),  # their indices, left and right
    ("spread", "f8"),  # of the soles' middles, at which the squat cannot topple sideways [m]
]
"""Postures on the way from standing to the squat, evenly spaced."""


def find_pitch_joints(model: RobotModel) -> np.ndarray | None:
    """Hip, knee and ankle of both legs that turn about +y, shape (2, 3); None for legs of another kind."""
    q = pin.neutral(model.model)
    data = model.model.createData()
    pin.computeJointJacobians(model.model, data, q)
    found = []
    for leg, bend in zip(model.limbs.legs, model.limbs.knees, strict=True):
        pitch = leg[data.J[4, 6 + leg] > 1.0 - 1e-6]
        if len(pitch) != PITCH_JOINTS or pitch[1] != bend:
            return None
        found.append(pitch)
    return np.array(found)


class SquatFinder:
    """Computes squats of one robot, arms as nominal and without load; the walk's gains give where it stands."""

    def __init__(self, model: RobotModel, joints: np.ndarray) -> None:
        self._model, self._joints, self._leg = model.model, joints, model.limbs.legs[LEFT]
        self._feet = model.foot_ids
        self._data = model.model.createData()
        self._q = pin.neutral(model.model)
        self._q[7:] = model.nominal_joints

    def place(self, hip: float, knee: float, ankle: float) -> np.ndarray:
        """Centre of mass in front of, beside and above the soles' middle with flat soles, shape (3,) [m]."""
        self._q[7 + self._joints] = hip, knee, ankle
        self._q[3:7] = pin.Quaternion(pin.rpy.rpyToMatrix(0.0, -(hip + knee + ankle), 0.0)).coeffs()
        pin.framesForwardKinematics(self._model, self._data, self._q)
        soles = [self._data.oMf[frame].translation for frame in self._feet]
        com: np.ndarray = pin.centerOfMass(self._model, self._data, self._q)
        return com - 0.5 * (soles[0] + soles[1])

    def find(self, knee: float, lean: float, ahead: float, ankle_min: float) -> tuple[np.ndarray, np.ndarray]:
        """Hip, knee and ankle with which the centre of mass is `ahead`, and its place; ankles no further than bent."""
        low, high = ankle_min, 0.0
        for _ in range(SEARCH_STEPS):  # the more the ankles bend, the further ahead
            ankle = 0.5 * (low + high)
            if self.place(-(knee + ankle) - lean, knee, ankle)[0] > ahead:
                low = ankle
            else:
                high = ankle
        legs = np.array((-(knee + high) - lean, knee, high))
        return legs, self.place(*legs)

    def find_spread(self, legs: np.ndarray) -> float:
        """Distance of the soles' middles at which the legs lean outwards by a share of the ankles' roll [m].

        A leg leans about its roll joints, of the hip and of the ankle. Upright legs side by side are a parallelogram
        that topples; legs that lean outwards raise the body's one side when it sways, and soon meet their stops.
        """
        self.place(*legs)
        columns = pin.computeJointJacobians(self._model, self._data, self._q)[3]
        roll = [int(joint) + 2 for joint in self._leg if columns[6 + joint] > ROLL_AXIS_MIN]
        if len(roll) != ROLL_JOINTS:
            return 0.0
        hip, ankle = (self._data.oMi[joint].translation for joint in roll)
        limit = float(self._model.upperPositionLimit[self._model.joints[roll[1]].idx_q])
        return 2.0 * float(abs(hip[1]) + (hip[2] - ankle[2]) * np.tan(LEAN_SHARE * limit))

    def find_knee(self, height: float, ahead: float, ankle_min: float, knee_max: float) -> float:
        """Knee angle at which an upright robot's centre of mass is at `height` [m]."""
        low, high = 0.0, knee_max
        for _ in range(SEARCH_STEPS):
            knee = 0.5 * (low + high)
            if self.find(knee, 0.0, ahead, ankle_min)[1][2] > height:
                low = knee
            else:
                high = knee
        return high


def find_squat(model: RobotModel, com_height: float, com_ahead: float) -> Record | None:
    """The way from standing to a squat on the stops.

    Args:
        model: of the robot.
        com_height, com_ahead: of the centre of mass when standing, above and ahead of the soles' middle [m].

    Returns:
        A record of `SQUAT_FIELDS`; None for a robot whose legs cannot.
    """
    joints = find_pitch_joints(model)
    if joints is None:
        return None
    _, knee, ankle = joints[0]
    knee_max = float(model.model.upperPositionLimit[7 + knee]) - STOP_MARGIN
    ankle_min = float(model.model.lowerPositionLimit[7 + ankle]) + STOP_MARGIN
    finder, out = SquatFinder(model, joints), make_record(SQUAT_FIELDS)
    out.joints[:] = joints
    knee_min = finder.find_knee(com_height, com_ahead, ankle_min, knee_max)
    end_ahead = finder.place(-(knee_max + ankle_min) - LEAN, knee_max, ankle_min)[0]
    for i, share in enumerate(np.linspace(0.0, 1.0, POINTS)):
        lean, ahead = share * LEAN, com_ahead + share * (end_ahead - com_ahead)
        legs, com = finder.find(knee_min + share * (knee_max - knee_min), lean, ahead, ankle_min)
        out.legs[i], out.lean[i], out.com_ahead[i], out.height[i] = legs, lean, com[0], com[2]
    out.spread[...] = finder.find_spread(out.legs[-1])
    return out


@compiled
def interpolate(share: float, values: np.ndarray) -> tuple[float, float]:
    """Value and slope at a share of the way of numbers at evenly spaced points, shape (n,)."""
    last = values.size - 1
    place = min(max(share, 0.0), 1.0) * last
    i = min(int(place), last - 1)
    slope = values[i + 1] - values[i]
    return values[i] + (place - i) * slope, slope * last
