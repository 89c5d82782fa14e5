"""What a robot takes along from one simulated world into the next: how it stands, what its drives do, its sensors."""

from __future__ import annotations

import math

import mujoco
import numpy as np

from robot_trials.geometry import PlanarPose, compose_planar
from robot_trials.robots.mujoco.body.drives import Drives
from robot_trials.robots.mujoco.body.sensors import JOINT_OFFSET_Q, JOINT_OFFSET_V, Sensors
from robot_trials.robots.mujoco.rotations import matrix_from_yaw


class CarriedBody:
    """A robot between two worlds.

    Attributes:
        sensors: those that it had.

    Args:
        data: the world that it leaves.
        nu: actuated joints.
        move: pose of that world's map in the map of the next one.
        drives: of the robot.
        sensors: of the robot.
    """

    def __init__(self, data: mujoco.MjData, nu: int, move: PlanarPose, drives: Drives, sensors: Sensors) -> None:
        self.sensors, self._drives = sensors, drives
        self._position = data.qpos[: JOINT_OFFSET_Q + nu].copy()
        self._velocity = data.qvel[: JOINT_OFFSET_V + nu].copy()
        self._position[0], self._position[1], _ = compose_planar(move, (self._position[0], self._position[1], 0.0))
        turn = np.array((math.cos(0.5 * move[2]), 0.0, 0.0, math.sin(0.5 * move[2])))
        orientation = self._position[3:7].copy()
        mujoco.mju_mulQuat(self._position[3:7], turn, orientation)
        self._velocity[:3] = matrix_from_yaw(move[2]) @ self._velocity[:3]

    def enter(self, data: mujoco.MjData, drives: Drives) -> None:
        """Stand in the next world as in the last one, with the same commands on their way."""
        data.qpos[: len(self._position)], data.qvel[: len(self._velocity)] = self._position, self._velocity
        drives.go_on(self._drives)
