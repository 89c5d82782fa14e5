"""From solved accelerations and torques to the impedance command of every drive."""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.compiled import compiled
from robot_trials_control.config import DriveGains
from robot_trials_control.model import RobotModel
from robot_trials_control.records import Record

FRICTION_VELOCITY = 0.05
"""Joint speed at which friction compensation is nearly full [rad/s]."""


@compiled
def integrate(
    acceleration: np.ndarray,
    torque: np.ndarray,
    friction: np.ndarray,
    shares: tuple[float, float, float],
    state: np.ndarray,
    velocity: np.ndarray,
    position: np.ndarray,
    command: np.ndarray,
) -> None:
    """One period of every drive's leaking integrals.

    Args:
        acceleration, torque: solved, shape (nu,) [rad/s², N·m].
        friction: Coulomb torque to compensate, shape (nu,) [N·m].
        shares: control period [s], and shares of the distance to the measured velocity and position taken in it.
        state: sensor record.
        velocity, position: integrals, changed in place, shape (nu,) [rad/s, rad].
        command: command record, receives position, velocity and torque.
    """
    dt, velocity_pull, position_pull = shares
    measured, out = state[0], command[0]
    for i in range(velocity.size):
        velocity[i] += dt * acceleration[i]
        velocity[i] += velocity_pull * (measured.joint_velocity[i] - velocity[i])
        position[i] += dt * velocity[i]
        position[i] += position_pull * (measured.joint_position[i] - position[i])
        out.position[i], out.velocity[i] = position[i], velocity[i]
        out.torque[i] = torque[i] + friction[i] * math.tanh(velocity[i] / FRICTION_VELOCITY)


class DriveCommand:
    """Integrates the solved accelerations to joint velocities and positions that leak to the measured ones.

    The leaking integrals give the drives something to hold on to between two commands, and push through stiction
    where a solved acceleration persists without effect.
    """

    def __init__(self, model: RobotModel, gains: DriveGains, period: float) -> None:
        legs = np.array([model.moves_a_foot(i) for i in range(model.nu)])
        self._kd = np.where(legs, gains.leg_damping, gains.arm_damping)
        self._kp = np.where(legs, 0.0, gains.arm_stiffness)
        self._friction = gains.friction_share * model.parameters.friction
        self._shares = (period, period / gains.velocity_time_constant, period / gains.position_time_constant)
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
        integrate(
            acceleration,
            torque,
            self._friction,
            self._shares,
            state.data,
            self._velocity,
            self._position,
            command.data,
        )
        command.kp[:], command.kd[:] = self._kp, self._kd
