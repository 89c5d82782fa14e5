"""Joint drives: the impedance law at every physics step, after the drives' delay and within their torque limits."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import Record, make_robot_command

HOLD_STIFFNESS = 10.0
"""Stiffness of the posture hold before the first command, per N·m of torque limit [1/rad]."""
HOLD_DAMPING = 0.05
"""Its damping time, kd / kp [s]."""


class Drives:
    """Writes commands into the model's affine actuators, one control period or more after they were given.

    MuJoCo evaluates τ = torque + kp (position − q) + kd (velocity − v) at every physics step and clips it.

    Attributes:
        torque_limits: saturation of each drive, shape (nu,) [N·m].
        terms: constant, position and velocity term of each drive's torque now in force, shape (nu, 3).
    """

    def __init__(self, model: mujoco.MjModel, torque_limits: np.ndarray, delay_periods: int) -> None:
        self.terms = model.actuator_biasprm[:, :3]
        self.torque_limits = torque_limits
        model.actuator_forcerange[:, 0] = -torque_limits
        model.actuator_forcerange[:, 1] = torque_limits
        self._lag = delay_periods + 1
        # Commands wait in a ring: the one that is due in period n, if there is one, lies at n modulo its length.
        self._waiting = np.zeros((self._lag + 1, len(torque_limits), 3))
        self._due = [-1] * (self._lag + 1)
        self._period = 0
        command, joints = make_robot_command(len(torque_limits)).data, np.zeros_like(torque_limits)
        self._fold = bind(_fold_command, command, self._waiting[0], joints, joints, torque_limits, joints)

    def hold(self, posture: np.ndarray) -> None:
        """Hold a posture, shape (nu,) [rad], until the first command takes effect."""
        kp = HOLD_STIFFNESS * self.torque_limits
        self.terms[:, 0] = kp * posture
        self.terms[:, 1] = -kp
        self.terms[:, 2] = -kp * HOLD_DAMPING

    def go_on(self, before: Drives) -> None:
        """Take over what is in force and on its way in the drives of the same robot in another world."""
        self.terms[:], self._waiting[:] = before.terms, before._waiting
        self._due, self._period = list(before._due), before._period

    def push(self, command: Record, position: np.ndarray, velocity: np.ndarray, applied: np.ndarray) -> None:
        """Take a command; it acts from the control period after the next `delay_periods` on.

        Args:
            command: impedance command.
            position: joint positions now, shape (nu,) [rad].
            velocity: joint velocities now, shape (nu,) [rad/s].
            applied: receives the torques it gives at this state, within the limits, shape (nu,) [N·m].
        """
        due = self._period + self._lag
        slot = due % len(self._due)
        self._due[slot] = due
        self._fold(command.data, self._waiting[slot], position, velocity, self.torque_limits, applied)

    def advance(self) -> None:
        """Start the next control period: bring the command that is due into force."""
        self._period += 1
        slot = self._period % len(self._due)
        if self._due[slot] == self._period:
            self.terms[:] = self._waiting[slot]


@compiled
def _fold_command(
    command: np.ndarray,
    terms: np.ndarray,
    position: np.ndarray,
    velocity: np.ndarray,
    limits: np.ndarray,
    applied: np.ndarray,
) -> None:
    """Constant, position and velocity terms of each drive's torque, shape (nu, 3), and that torque at a joint state."""
    given = command[0]
    for joint in range(len(limits)):
        kp, kd = given.kp[joint], given.kd[joint]
        constant = kp * given.position[joint] + kd * given.velocity[joint] + given.torque[joint]
        terms[joint, 0], terms[joint, 1], terms[joint, 2] = constant, -kp, -kd
        torque = constant - kp * position[joint] - kd * velocity[joint]
        applied[joint] = min(max(torque, -limits[joint]), limits[joint])
