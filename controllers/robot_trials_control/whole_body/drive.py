"""From solved accelerations and torques to the impedance command of every drive."""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.config import DriveGains
from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import Field, Record, make_record, make_robot_command, make_robot_state
from robot_trials_control.robot.model import RobotModel

FRICTION_VELOCITY = 0.05
"""Joint speed at which friction compensation is nearly full [rad/s]."""


def drive_fields(nu: int) -> list[Field]:
    """What a `DriveCommand` keeps and what it goes by."""
    return [
        ("velocity", "f8", (nu,)),  # leaking integrals [rad/s], [rad]
        ("position", "f8", (nu,)),
        ("kp", "f8", (nu,)),  # [N·m/rad]
        ("kd", "f8", (nu,)),  # [N·m·s/rad]
        ("friction", "f8", (nu,)),  # Coulomb torque to compensate [N·m]
        ("period", "f8"),  # [s]
        ("velocity_share", "f8"),  # of the distance to the measured value taken in a period
        ("position_share", "f8"),
    ]


@compiled
def write_command(
    acceleration: np.ndarray, torque: np.ndarray, state: np.ndarray, drive: np.ndarray, command: np.ndarray
) -> None:
    """One period of every drive's leaking integrals, and its command.

    Args:
        acceleration: solved, generalised, shape (nv,).
        torque: solved, shape (nu,) [N·m].
        state, drive, command: records of the sensors, of `drive_fields` and of the command.
    """
    measured, d, out = state[0], drive[0], command[0]
    for i in range(torque.size):
        d.velocity[i] += d.period * acceleration[6 + i]
        d.velocity[i] += d.velocity_share * (measured.joint_velocity[i] - d.velocity[i])
        d.position[i] += d.period * d.velocity[i]
        d.position[i] += d.position_share * (measured.joint_position[i] - d.position[i])
        out.position[i], out.velocity[i] = d.position[i], d.velocity[i]
        out.torque[i] = torque[i] + d.friction[i] * math.tanh(d.velocity[i] / FRICTION_VELOCITY)
        out.kp[i], out.kd[i] = d.kp[i], d.kd[i]


class DriveCommand:
    """Integrates the solved accelerations to joint velocities and positions that leak to the measured ones.

    The leaking integrals give the drives something to hold on to between two commands, and push through stiction
    where a solved acceleration persists without effect.
    """

    def __init__(self, model: RobotModel, gains: DriveGains, period: float) -> None:
        legs = model.limbs.is_leg
        self._drive = drive = make_record(drive_fields(model.nu))
        drive.kp[:] = np.where(legs, 0.0, gains.arm_stiffness)
        drive.kd[:] = np.where(legs, gains.leg_damping, gains.arm_damping)
        drive.friction[:] = gains.friction_share * model.parameters.friction
        drive.period[...] = period
        drive.velocity_share[...] = period / gains.velocity_time_constant
        drive.position_share[...] = period / gains.position_time_constant
        state, command = make_robot_state(model.nu).data, make_robot_command(model.nu).data
        self._write = bind(write_command, np.zeros(model.nv), drive.kp, state, drive.data, command)

    def reset(self, state: Record) -> None:
        """Start from the measured joints."""
        self._drive.velocity[:], self._drive.position[:] = state.joint_velocity, state.joint_position

    def write(self, acceleration: np.ndarray, torque: np.ndarray, state: Record, command: Record) -> None:
        """Write the command.

        Args:
            acceleration: solved generalised accelerations, shape (nv,).
            torque: solved joint torques, shape (nu,) [N·m].
            state: sensor readings.
            command: receives position, velocity, torque, kp and kd.
        """
        self._write(acceleration, torque, state.data, self._drive.data, command.data)
