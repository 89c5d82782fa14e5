"""MuJoCo's steps: one control period of them at a time, and whether the world that they make still means something."""

from __future__ import annotations

import math

import mujoco
import numpy as np

from robot_trials.exceptions import RobotFault
from robot_trials_control.numeric.compiled import bind, compiled

PHYSICS_PERIOD = 0.001
"""[s]"""
NO_SENSORS = int(mujoco.mjtDisableBit.mjDSBL_SENSOR)
"""Flag that leaves the simulator's sensors out of a step."""
SPEED_MAX = 1e3
"""Joints, bases and props together never move this fast in a world that still means something [rad/s], [m/s]."""


class Physics:
    """Steps a world.

    Args:
        model, data: the simulator's own.
        control_period: [s].

    Attributes:
        substeps: physics steps in a control period.

    Raises:
        ValueError: the control period is no whole number of physics steps.
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, control_period: float) -> None:
        mujoco.set_mju_user_warning(_ignore_warning)
        self.substeps = compute_substeps(control_period, PHYSICS_PERIOD)
        self._model, self._data = model, data
        self._options, self._flags = model.opt, model.opt.disableflags
        self._position, self._velocity = data.qpos, data.qvel
        self._compute_speed = bind(_compute_speed, self._position, self._velocity)

    def step(self) -> None:
        """One control period; only after its last step somebody reads the sensors."""
        if self.substeps > 1:
            self._options.disableflags = self._flags | NO_SENSORS
            mujoco.mj_step(self._model, self._data, self.substeps - 1)
            self._options.disableflags = self._flags
        mujoco.mj_step(self._model, self._data)

    def check(self, time: float) -> None:
        """See that the world has not diverged.

        Args:
            time: simulated, for the message [s].

        Raises:
            RobotFault: it has.
        """
        speed = self._compute_speed(self._position, self._velocity)
        if not speed < SPEED_MAX:
            raise RobotFault("the simulation diverged", time=time, speed=speed, speed_bound=SPEED_MAX)


def _ignore_warning(message: str) -> None:
    """Keep MuJoCo from writing its log file into the working folder; a world that diverges is reported as a fault."""


@compiled
def _compute_speed(position: np.ndarray, velocity: np.ndarray) -> float:
    """Norm of all velocities; NaN where any coordinate is not finite."""
    total = 0.0
    for coordinate in position:
        total += 0.0 * coordinate
    for rate in velocity:
        total += rate * rate
    return math.sqrt(total)


def compute_substeps(control_period: float, physics_period: float) -> int:
    """Physics steps in a control period.

    Args:
        control_period: [s].
        physics_period: [s].

    Raises:
        ValueError: the ratio is not a whole number.
    """
    steps = round(control_period / physics_period)
    if steps < 1 or abs(steps * physics_period - control_period) > 1e-9:
        raise ValueError(f"control period {control_period} s must be a whole multiple of {physics_period} s")
    return steps
