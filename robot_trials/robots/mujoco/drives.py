"""Joint drives: the impedance law at every physics step, after the drives' delay and within their torque limits."""

from __future__ import annotations

from collections import deque

import mujoco
import numpy as np

from robot_trials_control.records import Record

HOLD_STIFFNESS = 10.0
"""Stiffness of the posture hold before the first command, per N·m of torque limit [1/rad]."""
HOLD_DAMPING = 0.05
"""Its damping time, kd / kp [s]."""


class Drives:
    """Writes commands into the model's affine actuators, one control period or more after they were given.

    MuJoCo evaluates τ = torque + kp (position − q) + kd (velocity − v) at every physics step and clips it.

    Attributes:
        torque_limits: saturation of each drive, shape (nu,) [N·m].
    """

    def __init__(self, model: mujoco.MjModel, torque_limits: np.ndarray, delay_periods: int) -> None:
        self._bias = model.actuator_biasprm
        self.torque_limits = torque_limits
        model.actuator_forcerange[:, 0] = -torque_limits
        model.actuator_forcerange[:, 1] = torque_limits
        self._waiting: deque[tuple[int, np.ndarray]] = deque()
        self._newest = np.zeros((3, len(torque_limits)))
        self._delay = delay_periods
        self._period = 0

    def hold(self, posture: np.ndarray) -> None:
        """Hold a posture, shape (nu,) [rad], until the first command takes effect."""
        kp = HOLD_STIFFNESS * self.torque_limits
        self._bias[:, 0] = kp * posture
        self._bias[:, 1] = -kp
        self._bias[:, 2] = -kp * HOLD_DAMPING

    def push(self, command: Record) -> None:
        """Take a command; it acts from the control period after the next `delay_periods` on."""
        terms = np.empty((3, len(self.torque_limits)))
        np.multiply(command.kp, command.position, out=terms[0])
        terms[0] += command.kd * command.velocity
        terms[0] += command.torque
        np.negative(command.kp, out=terms[1])
        np.negative(command.kd, out=terms[2])
        self._waiting.append((self._period + self._delay + 1, terms))
        self._newest = terms

    def advance(self) -> None:
        """Start the next control period: bring the command that is due into force."""
        self._period += 1
        while self._waiting and self._waiting[0][0] <= self._period:
            self._bias[:, :3] = self._waiting.popleft()[1].T

    def compute_applied(self, position: np.ndarray, velocity: np.ndarray, out: np.ndarray) -> None:
        """Torque the drives give for the newest command at a joint state, within their limits.

        Args:
            position: joint positions, shape (nu,) [rad].
            velocity: joint velocities, shape (nu,) [rad/s].
            out: receives the torques, shape (nu,) [N·m].
        """
        np.multiply(self._newest[1], position, out=out)
        out += self._newest[0]
        out += self._newest[2] * velocity
        np.maximum(out, -self.torque_limits, out=out)
        np.minimum(out, self.torque_limits, out=out)
