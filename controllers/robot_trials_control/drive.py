"""From solved accelerations and torques to the impedance command of every drive."""

from __future__ import annotations

import numpy as np

from robot_trials_control.config import DriveGains
from robot_trials_control.model import RobotModel
from robot_trials_control.records import Record

FRICTION_VELOCITY = 0.05
"""Joint speed at which friction compensation is nearly full [rad/s]."""


class DriveCommand:
    """Integrates the solved accelerations to joint velocities and positions that leak to the measured ones.

    The leaking integrals give the drives something to hold on to between two commands, and push through stiction
    where a solved acceleration persists without effect.
    """

    def __init__(self, model: RobotModel, gains: DriveGains, period: float) -> None:
        self.period = period
        legs = np.array([model.moves_a_foot(i) for i in range(model.nu)])
        self._kd = np.where(legs, gains.leg_damping, gains.arm_damping)
        self._kp = np.where(legs, 0.0, gains.arm_stiffness)
        self._friction = gains.friction_share * model.parameters.friction
        self._velocity_pull = period / gains.velocity_time_constant
        self._position_pull = period / gains.position_time_constant
        self._velocity, self._position = np.zeros(model.nu), np.zeros(model.nu)

    def reset(self, state: Record) -> None:
        """Start from the measured joints."""
        self._velocity[:], self._position[:] = state.joint_velocity, state.joint_position

    def write(self, acceleration: np.ndarray, torque: np.ndarray, state: Record, command: Record) -> None:
        """Write the command.

        Args:
            acceleration: solved joint accelerations, shape (nu,) [rad/s²].
            torque: solved joint torques, shape (nu,) [N·m].
            state: sensor readings.
            command: receives position, velocity, torque, kp and kd.
        """
        velocity, position = self._velocity, self._position
        velocity += self.period * acceleration
        velocity += self._velocity_pull * (state.joint_velocity - velocity)
        position += self.period * velocity
        position += self._position_pull * (state.joint_position - position)
        command.position[:], command.velocity[:] = position, velocity
        np.multiply(self._friction, np.tanh(velocity * (1.0 / FRICTION_VELOCITY)), out=command.torque)
        np.add(command.torque, torque, out=command.torque)
        command.kp[:], command.kd[:] = self._kp, self._kd
