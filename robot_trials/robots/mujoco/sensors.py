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
        self._data = data
        self._nu = nu = model.nu
        self._generator = np.random.default_rng(seed)
        self._accelerometer = _sensor_slice(model, ACCELEROMETER)
        self._gyro = _sensor_slice(model, GYRO)
        self._foot_sites = [model.site(name).id for name in profile.frames.feet]
        self._foot_bodies = [int(model.site_bodyid[site]) for site in self._foot_sites]
        self._root = int(model.body_rootid[self._foot_bodies[0]])
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
        self._moment = np.zeros((2, 3))
        self._state: Record | None = None
        self._noisy = np.zeros(0)

    def read(self, state: Record, time_ns: int, dt: float) -> None:
        """Fill in every reading.

        Args:
            state: record to fill.
            time_ns: time of the reading.
            dt: time since the last one [s].
        """
        data, nu = self._data, self._nu
        if state is not self._state:
            self._state, self._noisy = state, view_noisy_readings(state)
        torque = data.actuator_force
        velocity = data.qvel[JOINT_OFFSET_V : JOINT_OFFSET_V + nu]
        power = float(np.abs(torque) @ np.abs(velocity))
        self._energy -= (self._battery.idle_power + power) * dt
        state.time_ns[...] = time_ns
        state.battery[...] = max(self._energy / self._battery.capacity, 0.0)
        state.joint_position[:] = data.qpos[JOINT_OFFSET_Q : JOINT_OFFSET_Q + nu]
        state.joint_velocity[:] = velocity
        np.multiply(torque, self._gain, out=state.joint_torque)
        state.imu_angular_velocity[:] = data.sensordata[self._gyro]
        state.imu_linear_acceleration[:] = data.sensordata[self._accelerometer]
        self._read_foot_wrenches(state.foot_wrench)
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

    def _read_foot_wrenches(self, wrenches: np.ndarray) -> None:
        """External wrench on each foot, from MuJoCo's at the robot's CoM in world axes to the sole frame."""
        data = self._data
        com = data.subtree_com[self._root]
        for foot in (0, 1):
            external, site = data.cfrc_ext[self._foot_bodies[foot]], self._foot_sites[foot]
            mx, my, mz, fx, fy, fz = external.tolist()
            x, y, z = (com - data.site_xpos[site]).tolist()
            moment = self._moment[foot]
            moment[0] = mx + y * fz - z * fy
            moment[1] = my + z * fx - x * fz
            moment[2] = mz + x * fy - y * fx
            world_sole = data.site_xmat[site].reshape(3, 3)
            np.dot(external[3:], world_sole, out=wrenches[foot, :3])
            np.dot(moment, world_sole, out=wrenches[foot, 3:])


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
