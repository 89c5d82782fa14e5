"""What the robot's sensors read: MuJoCo's state with quantisation, noise, constant biases and gains."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.mujoco.body.heat import Windings
from robot_trials.robots.mujoco.body.sensor_errors import SensorErrors
from robot_trials.robots.profile import RobotProfile
from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import Record, make_robot_state

ACCELEROMETER, GYRO = "imu_acceleration", "imu_rate"
"""Names of the inertial sensor's parts in a world."""
JOINT_OFFSET_Q, JOINT_OFFSET_V = 7, 6
"""Where joints start in qpos and qvel, behind the floating base."""


class Sensors:
    """Fills a state record once a control period.

    Encoders read the joint's own angle in steps. Velocity is the drive's, from its motor-side encoder. Torque is what
    the drive applied at the last physics step. Foot sensors read the ground's wrench in and about the sole frame.

    Attributes:
        windings: how warm the drives are.
    """

    def __init__(
        self, model: mujoco.MjModel, data: mujoco.MjData, profile: RobotProfile, noise: bool, seed: int
    ) -> None:
        nu = model.nu
        # Views on the simulator's own memory: they follow every step.
        self._joints = (
            data.qpos[JOINT_OFFSET_Q : JOINT_OFFSET_Q + nu],
            data.qvel[JOINT_OFFSET_V : JOINT_OFFSET_V + nu],
            data.actuator_force,
        )
        self._imu = (data.sensordata[sensor_slice(model, GYRO)], data.sensordata[sensor_slice(model, ACCELEROMETER)])
        sites = [model.site(name).id for name in profile.frames.feet]
        bodies = model.site_bodyid[sites]
        self._feet = np.column_stack((sites, bodies, model.body_rootid[bodies])).astype(np.int64)
        self._ground = (data.cfrc_ext, data.subtree_com, data.site_xpos, data.site_xmat)
        self._battery, self._energy = profile.battery, profile.battery.capacity * profile.battery.charge_at_start
        self.windings = Windings(profile.torque_limit_array(profile.torque_limits.use.payload_headroom))
        self._errors = SensorErrors(profile, nu, noise, np.random.default_rng(seed))
        self._bind(nu)

    def go_on(self, before: Sensors) -> None:
        """Take over charge, warmth and errors from the sensors of the same robot in another world."""
        self._energy, self._errors = before._energy, before._errors
        self.windings.temperature[:] = before.windings.temperature

    def _bind(self, nu: int) -> None:
        state, errors, error = make_robot_state(nu).data, self._errors, np.zeros(2 * nu + 18)
        self._read_joints = bind(_read_joints, state, *self._joints, errors.gain, errors.encoder_step, error)
        self._read_others = bind(_read_others, state, 0, *self._imu, self._feet, *self._ground, error, 0.0)

    def read(self, state: Record, time_ns: int, dt: float) -> None:
        """Fill in every reading.

        Args:
            state: record to fill.
            time_ns: time of the reading.
            dt: time since the last one [s].
        """
        errors = self._errors
        error = errors.draw()
        power = self._read_joints(state.data, *self._joints, errors.gain, errors.encoder_step, error)
        self._energy -= (self._battery.idle_power + power) * dt
        self.windings.update(self._joints[2], dt)
        state.joint_temperature[:] = self.windings.temperature
        charge = max(self._energy / self._battery.capacity, 0.0)
        self._read_others(state.data, time_ns, *self._imu, self._feet, *self._ground, error, charge)


@compiled
def _read_joints(
    state: np.ndarray,
    position: np.ndarray,
    velocity: np.ndarray,
    torque: np.ndarray,
    gain: np.ndarray,
    encoder_step: float,
    error: np.ndarray,
) -> float:
    """Fill in encoders, velocities and torques with their errors.

    Returns:
        The drives' mechanical power, without its sign [W].
    """
    readings = state[0]
    nu, power = len(position), 0.0
    for joint in range(nu):
        angle = position[joint]
        readings.joint_position[joint] = encoder_step * np.rint(angle / encoder_step) if encoder_step > 0.0 else angle
        readings.joint_velocity[joint] = velocity[joint] + error[joint]
        readings.joint_torque[joint] = torque[joint] * gain[joint] + error[nu + joint]
        power += abs(torque[joint] * velocity[joint])
    return power


@compiled
def _read_others(
    state: np.ndarray,
    time_ns: int,
    rate: np.ndarray,
    acceleration: np.ndarray,
    feet: np.ndarray,
    external: np.ndarray,
    com: np.ndarray,
    site_position: np.ndarray,
    site_axes: np.ndarray,
    error: np.ndarray,
    charge: float,
) -> None:
    """Fill in time, gyro, accelerometer, the ground's wrench on each foot in and about its sole frame, and battery.

    Args:
        state: readings, shape (1,).
        time_ns: time of the reading.
        rate: imu frame, shape (3,) [rad/s].
        acceleration: imu frame, shape (3,) [m/s²].
        feet: site of the sole, its body, and that body's root, shape (2, 3).
        external: MuJoCo's external torque and force on each body about the root's CoM, world axes, shape (nbody, 6).
        com: CoM of each body and all that hangs on it, shape (nbody, 3) [m].
        site_position: [m], shape (nsite, 3).
        site_axes: rotation matrices by rows, shape (nsite, 9).
        error: of every noisy reading, in `SensorErrors`' order.
        charge: of the battery, 0…1.
    """
    readings = state[0]
    readings.time_ns, readings.battery = time_ns, charge
    readings.joint_time_ns = readings.imu_time_ns = readings.foot_time_ns = time_ns
    start = len(error) - 18
    for axis in range(3):
        readings.imu_angular_velocity[axis] = rate[axis] + error[start + axis]
        readings.imu_linear_acceleration[axis] = acceleration[axis] + error[start + 3 + axis]
    for foot in range(len(feet)):
        site, body, root = feet[foot, 0], feet[foot, 1], feet[foot, 2]
        fx, fy, fz = external[body, 3], external[body, 4], external[body, 5]
        x = com[root, 0] - site_position[site, 0]
        y = com[root, 1] - site_position[site, 1]
        z = com[root, 2] - site_position[site, 2]
        mx = external[body, 0] + y * fz - z * fy
        my = external[body, 1] + z * fx - x * fz
        mz = external[body, 2] + x * fy - y * fx
        wrench, axes, first = readings.foot_wrench[foot], site_axes[site], start + 6 + 6 * foot
        for axis in range(3):
            wrench[axis] = axes[axis] * fx + axes[axis + 3] * fy + axes[axis + 6] * fz + error[first + axis]
            wrench[axis + 3] = axes[axis] * mx + axes[axis + 3] * my + axes[axis + 6] * mz + error[first + 3 + axis]


def sensor_slice(model: mujoco.MjModel, name: str) -> slice:
    """Where a sensor's three readings lie."""
    start = int(model.sensor(name).adr[0])
    return slice(start, start + 3)
