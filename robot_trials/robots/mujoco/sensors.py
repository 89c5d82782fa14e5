"""What the robot's sensors read: MuJoCo's state with quantisation, noise, constant biases and gains."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np

from robot_trials.robots.mujoco.world import ACCELEROMETER, GYRO
from robot_trials.robots.profile import RobotProfile
from robot_trials_control.records import Record

JOINT_OFFSET_Q, JOINT_OFFSET_V = 7, 6
"""Where joints start in qpos and qvel, behind the floating base."""


class Sensors:
    """Fills a state record once a control period.

    Encoders read the joint's own angle in steps. Velocity is the drive's, from its motor-side encoder. Torque is what
    the drive applied at the last physics step. Foot sensors read the ground's wrench in and about the sole frame.
    """

    def __init__(
        self, model: mujoco.MjModel, data: mujoco.MjData, profile: RobotProfile, noise: bool, seed: int
    ) -> None:
        nu = model.nu
        self._generator = np.random.default_rng(seed)
        # Views on the simulator's own memory: they follow every step.
        self._acceleration = data.sensordata[_sensor_slice(model, ACCELEROMETER)]
        self._rate = data.sensordata[_sensor_slice(model, GYRO)]
        self._position = data.qpos[JOINT_OFFSET_Q : JOINT_OFFSET_Q + nu]
        self._velocity = data.qvel[JOINT_OFFSET_V : JOINT_OFFSET_V + nu]
        self._torque = data.actuator_force
        self._feet = [FootView(model, data, name) for name in profile.frames.feet]
        self._battery, self._energy = profile.battery, profile.battery.capacity * profile.battery.charge_at_start
        self._noise = noise
        given = profile.sensors
        self._encoder_step = 2 * np.pi / 2**given.encoder_bits
        self._sigma = np.concatenate(
            [
                np.full(nu, given.velocity_noise),
                np.full(nu, given.torque_noise),
                np.full(3, given.gyro_noise),
                np.full(3, given.accelerometer_noise),
                np.tile([given.force_noise] * 3 + [given.moment_noise] * 3, 2),
            ]
        )
        self._bias = np.zeros_like(self._sigma)
        self._bias[2 * nu : 2 * nu + 3] = given.gyro_bias * self._generator.standard_normal(3)
        self._bias[2 * nu + 3 : 2 * nu + 6] = given.accelerometer_bias * self._generator.standard_normal(3)
        self._gain = 1.0 + given.torque_gain * self._generator.uniform(-1.0, 1.0, nu)
        if not noise:
            self._gain[:] = 1.0
        self._error = np.zeros_like(self._sigma)
        self._state: Record | None = None
        self._noisy = np.zeros(0)

    def read(self, state: Record, time_ns: int, dt: float) -> None:
        """Fill in every reading.

        Args:
            state: record to fill.
            time_ns: time of the reading.
            dt: time since the last one [s].
        """
        if state is not self._state:
            self._state, self._noisy = state, view_noisy_readings(state)
        power = float(np.abs(self._torque * self._velocity).sum())
        self._energy -= (self._battery.idle_power + power) * dt
        state.time_ns[...] = time_ns
        state.battery[...] = max(self._energy / self._battery.capacity, 0.0)
        state.joint_position[:] = self._position
        state.joint_velocity[:] = self._velocity
        np.multiply(self._torque, self._gain, out=state.joint_torque)
        state.imu_angular_velocity[:] = self._rate
        state.imu_linear_acceleration[:] = self._acceleration
        for foot, wrench in zip(self._feet, state.foot_wrench, strict=True):
            foot.read(wrench)
        if self._noise:
            self._add_errors(state.joint_position)

    def _add_errors(self, position: np.ndarray) -> None:
        """One block of random numbers for every noisy reading, and whole encoder steps."""
        error = self._error
        self._generator.standard_normal(out=error)
        error *= self._sigma
        error += self._bias
        self._noisy += error
        position /= self._encoder_step
        np.rint(position, out=position)
        position *= self._encoder_step


class FootView:
    """The ground's wrench on one foot, from MuJoCo's external wrench at the robot's CoM in world axes."""

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, frame: str) -> None:
        site = model.site(frame).id
        body = int(model.site_bodyid[site])
        self._external = data.cfrc_ext[body]
        self._com = data.subtree_com[model.body_rootid[body]]
        self._sole = data.site_xpos[site]
        self._world_sole = data.site_xmat[site].reshape(3, 3)
        self._moment = np.zeros(3)

    def read(self, wrench: np.ndarray) -> None:
        """Fill in force and torque in and about the sole frame, shape (6,) [N, N·m]."""
        mx, my, mz, fx, fy, fz = self._external.tolist()
        x, y, z = (self._com - self._sole).tolist()
        self._moment[:] = mx + y * fz - z * fy, my + z * fx - x * fz, mz + x * fy - y * fx
        np.dot(self._external[3:], self._world_sole, out=wrench[:3])
        np.dot(self._moment, self._world_sole, out=wrench[3:])


def view_noisy_readings(state: Record) -> np.ndarray:
    """Joint velocities and torques, gyro, accelerometer and foot wrenches of a record as one flat view.

    Raises:
        ValueError: the record's fields do not lie side by side in this order.
    """
    names = ("joint_velocity", "joint_torque", "imu_angular_velocity", "imu_linear_acceleration", "foot_wrench")
    fields: Any = state.data.dtype.fields
    start = end = fields[names[0]][1]
    for name in names:
        field, offset = fields[name][:2]
        if offset != end:
            raise ValueError(f"field {name!r} lies at byte {offset}, not right behind the one before it at {end}")
        end += field.itemsize
    return np.ndarray((end - start) // 8, dtype=np.float64, buffer=state.data, offset=start)


def _sensor_slice(model: mujoco.MjModel, name: str) -> slice:
    start = int(model.sensor(name).adr[0])
    return slice(start, start + 3)
