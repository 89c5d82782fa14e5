"""What the robot's sensors read: MuJoCo's state with quantisation, noise, constant biases and gains."""

from __future__ import annotations

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
        self._error = error = np.zeros_like(self._sigma)
        self._parts = (
            error[:nu],
            error[nu : 2 * nu],
            error[2 * nu : 2 * nu + 3],
            error[2 * nu + 3 : 2 * nu + 6],
            error[2 * nu + 6 :].reshape(2, 6),
        )
        self._wrench = np.zeros((2, 6))
        if not noise:
            self._gain[:] = 1.0

    def read(self, state: Record, time_ns: int, dt: float) -> None:
        """Fill in every reading.

        Args:
            state: record to fill.
            time_ns: time of the reading.
            dt: time since the last one [s].
        """
        data, nu = self._data, self._nu
        state.time_ns[...] = time_ns
        torque = data.actuator_force
        velocity = data.qvel[JOINT_OFFSET_V : JOINT_OFFSET_V + nu]
        self._update_foot_wrenches()
        state.joint_position[:] = data.qpos[JOINT_OFFSET_Q : JOINT_OFFSET_Q + nu]
        state.joint_velocity[:] = velocity
        np.multiply(torque, self._gain, out=state.joint_torque)
        state.imu_angular_velocity[:] = data.sensordata[self._gyro]
        state.imu_linear_acceleration[:] = data.sensordata[self._accelerometer]
        state.foot_wrench[:] = self._wrench
        if self._noise:
            self._add_errors(state)
        self._energy -= (self._battery.idle_power + float(np.abs(torque) @ np.abs(velocity))) * dt
        state.battery[...] = max(self._energy / self._battery.capacity, 0.0)

    @staticmethod
    def _noisy(state: Record) -> tuple[np.ndarray, ...]:
        """The readings in the order of the error vector's parts."""
        return (
            state.joint_velocity,
            state.joint_torque,
            state.imu_angular_velocity,
            state.imu_linear_acceleration,
            state.foot_wrench,
        )

    def _add_errors(self, state: Record) -> None:
        error = self._error
        self._generator.standard_normal(out=error)
        error *= self._sigma
        error += self._bias
        for reading, part in zip(self._noisy(state), self._parts, strict=True):
            reading += part
        position = state.joint_position
        position /= self._encoder_step
        np.rint(position, out=position)
        position *= self._encoder_step

    def _update_foot_wrenches(self) -> None:
        """External wrench on each foot, from MuJoCo's at the robot's CoM in world axes to the sole frame."""
        data = self._data
        com = data.subtree_com[self._root]
        for foot in (0, 1):
            external = data.cfrc_ext[self._foot_bodies[foot]]
            force = external[3:]
            x, y, z = (com - data.site_xpos[self._foot_sites[foot]]).tolist()
            fx, fy, fz = force.tolist()
            moment = external[:3] + np.array([y * fz - z * fy, z * fx - x * fz, x * fy - y * fx])
            world_sole = data.site_xmat[self._foot_sites[foot]].reshape(3, 3)
            self._wrench[foot, :3] = force @ world_sole
            self._wrench[foot, 3:] = moment @ world_sole


def _sensor_slice(model: mujoco.MjModel, name: str) -> slice:
    start = int(model.sensor(name).adr[0])
    return slice(start, start + 3)
