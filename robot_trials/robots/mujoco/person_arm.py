"""Moves a person's right arm so that the hand is where it should be."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.config.site import Person
from robot_trials.robots.mujoco.person_figure import FOREARM, HOLD_BELOW_GRIP, SHOULDER, UPPER_ARM
from robot_trials.robots.mujoco.rotations import compute_quaternion_from_z, matrix_from_yaw

REST_HAND = np.array([0.05, -0.28, 0.80])
"""Where the fist hangs when it holds nothing, person's frame [m]."""


class PersonArm:
    """Poses upper arm, forearm and hand of one person by two-link inverse kinematics.

    Attributes:
        rest_position: fist of the hanging arm, world [m].
        fist_position: fist now, world [m].
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, name: str, person: Person) -> None:
        bodies = [model.body(f"{name}_{part}") for part in ("upper_arm", "forearm", "hand")]
        self._mocap = [int(body.mocapid[0]) for body in bodies]
        self._data = data
        stance = person.stance
        rotation, origin = matrix_from_yaw(stance.yaw), np.array([stance.x, stance.y, 0.0])
        self._shoulder = origin + rotation @ SHOULDER
        self._outward = rotation @ np.array([-0.4, -1.0, -1.5])  # the elbow hangs down, back and away from the body
        self.rest_position = origin + rotation @ REST_HAND
        self.fist_position = self.rest_position.copy()

    def move_to(self, fist_position: np.ndarray, hand_quaternion_wxyz: np.ndarray) -> None:
        """Put the fist at `fist_position` (world) with the hand's axes at the given orientation."""
        self.fist_position[:] = fist_position
        reach = fist_position - self._shoulder
        distance = max(float(np.linalg.norm(reach)), 1e-6)
        along = reach / distance
        usable = min(distance, (UPPER_ARM + FOREARM) * 0.999)
        advance = (UPPER_ARM**2 - FOREARM**2 + usable**2) / (2 * usable)
        bend = np.sqrt(max(UPPER_ARM**2 - advance**2, 0.0))
        sideways = self._outward - (self._outward @ along) * along
        elbow = self._shoulder + advance * along + bend * sideways / np.linalg.norm(sideways)
        pos, quat = self._data.mocap_pos, self._data.mocap_quat
        upper, forearm, hand = self._mocap
        pos[upper], quat[upper] = self._shoulder, compute_quaternion_from_z(_unit(elbow - self._shoulder))
        pos[forearm], quat[forearm] = elbow, compute_quaternion_from_z(_unit(fist_position - elbow))
        up = np.zeros(3)
        mujoco.mju_rotVecQuat(up, np.array([0.0, 0.0, HOLD_BELOW_GRIP]), hand_quaternion_wxyz)
        pos[hand], quat[hand] = fist_position + up, hand_quaternion_wxyz


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)
