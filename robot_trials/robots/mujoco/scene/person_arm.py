"""Moves a person's arm so that the hand is where it should be, as `robots.props.Arm` says."""

from __future__ import annotations

import math

import mujoco
import numpy as np

from robot_trials.robots.mujoco.rotations import (
    compute_quaternion_from_z,
    matrix_from_yaw,
    quaternion_wxyz_from_matrix,
)
from robot_trials.robots.props import Figure
from robot_trials.robots.props.figure_shapes import FOREARM, HOLD_BELOW_GRIP, PARTS, SHOULDER, UPPER_ARM
from robot_trials_control.numeric.compiled import compiled

REST_HAND = np.array([0.05, -0.28, 0.80])
"""Where the fist hangs when it holds nothing, person's frame, right arm [m]."""
OUTWARD = np.array([-0.4, -1.0, -1.5])
"""The right elbow hangs down, back and away from the body."""


class PersonArm:
    """Poses upper arm, forearm and hand of one person by two-link inverse kinematics; hangs until it is moved.

    Attributes:
        rest_position: fist of the hanging arm, world [m].
        fist_position: fist now, world [m].
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, figure: Figure) -> None:
        bodies = [model.body(f"{figure.name}_{part}") for part in PARTS]
        self._mocap = [int(body.mocapid[0]) for body in bodies]
        self._data = data
        stance = figure.stance
        rotation, origin = matrix_from_yaw(stance.yaw), np.array([stance.x, stance.y, 0.0])
        mirrored = np.array([1.0, 1.0 if figure.arm == "right" else -1.0, 1.0])
        self._shoulder = origin + rotation @ (mirrored * SHOULDER)
        self._outward = rotation @ (mirrored * OUTWARD)
        self.rest_position = origin + rotation @ (mirrored * REST_HAND)
        self.fist_position = self.rest_position.copy()
        self._elbow, self._upper_axis, self._forearm_axis = np.zeros(3), np.zeros(3), np.zeros(3)
        self.move_to(self.rest_position, rotation)

    def move_to(self, fist_position: np.ndarray, rotation: np.ndarray) -> None:
        """Put the fist at a point of the map, shape (3,) [m], with the hand's axes as given, shape (3, 3)."""
        hand_quaternion_wxyz = quaternion_wxyz_from_matrix(rotation)
        self.fist_position[:] = fist_position
        _bend_elbow(self._shoulder, self._outward, fist_position, self._elbow, self._upper_axis, self._forearm_axis)
        pos, quat = self._data.mocap_pos, self._data.mocap_quat
        upper, forearm, hand = self._mocap
        pos[upper], quat[upper] = self._shoulder, compute_quaternion_from_z(self._upper_axis)
        pos[forearm], quat[forearm] = self._elbow, compute_quaternion_from_z(self._forearm_axis)
        up = np.zeros(3)
        mujoco.mju_rotVecQuat(up, np.array([0.0, 0.0, HOLD_BELOW_GRIP]), hand_quaternion_wxyz)
        pos[hand], quat[hand] = fist_position + up, hand_quaternion_wxyz


@compiled
def _bend_elbow(
    shoulder: np.ndarray,
    outward: np.ndarray,
    fist: np.ndarray,
    elbow: np.ndarray,
    upper_axis: np.ndarray,
    forearm_axis: np.ndarray,
) -> None:
    """Place the elbow and direct both links for a shoulder and a fist, world [m]; the elbow is bent `outward`."""
    reach = fist - shoulder
    distance = max(math.sqrt(np.sum(reach * reach)), 1e-6)
    along = reach / distance
    usable = min(distance, (UPPER_ARM + FOREARM) * 0.999)
    advance = (UPPER_ARM**2 - FOREARM**2 + usable**2) / (2 * usable)
    bend = math.sqrt(max(UPPER_ARM**2 - advance**2, 0.0))
    sideways = outward - np.sum(outward * along) * along
    elbow[:] = shoulder + advance * along + bend * sideways / math.sqrt(np.sum(sideways * sideways))
    upper_axis[:] = (elbow - shoulder) / math.sqrt(np.sum((elbow - shoulder) ** 2))
    forearm_axis[:] = (fist - elbow) / math.sqrt(np.sum((fist - elbow) ** 2))
