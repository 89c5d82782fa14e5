"""MuJoCo's model of the world as a double of Gazebo's: what it says is sent, and what comes back poses it."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.gazebo.protocol import Expected, make_command, make_state
from robot_trials.robots.gazebo.sdf import WorldNames
from robot_trials.robots.mujoco.body.drives import Drives
from robot_trials.robots.mujoco.body.grasp import GRASP, IMPEDANCE
from robot_trials.robots.mujoco.body.sensors import ACCELEROMETER, GYRO, JOINT_OFFSET_Q, JOINT_OFFSET_V, sensor_slice
from robot_trials.robots.profile import RobotProfile
from robot_trials_control.numeric.compiled import bind, compiled

GRAVITY = 9.81
"""[m/s²]"""


class Double:
    """Turns MuJoCo's data into commands, and states into MuJoCo's data.

    Attributes:
        command, state: records of the link.
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        drives: Drives,
        names: WorldNames,
        expected: Expected,
        profile: RobotProfile,
        period: float,
    ) -> None:
        self.command, self.state = make_command(expected), make_state(expected)
        self._model, self._data, self._drives = model, data, drives
        nu = len(names.joints)
        self._joints = (
            data.qpos[JOINT_OFFSET_Q : JOINT_OFFSET_Q + nu],
            data.qvel[JOINT_OFFSET_V : JOINT_OFFSET_V + nu],
        )
        bodies = np.array([model.body(name).id for name in names.bodies], dtype=np.int64)
        joints = model.body_jntadr[bodies]
        rows = np.column_stack((bodies, model.jnt_qposadr[joints], model.jnt_dofadr[joints])).astype(np.int64)
        self._welds = [model.equality(GRASP + name).id for name in profile.frames.hands] if names.hands else []
        self._mocap = np.array([int(model.body(name).mocapid[0]) for name in names.figures], dtype=int)
        self._placed = np.zeros((len(bodies), 7))
        self._put = (rows, data.qpos, data.qvel, data.xfrc_applied, self._placed, self.command.data)
        self._pose = (rows, self.state.data, data.qpos, data.qvel, self._placed)
        self._turn = (rows, self.state.data, data.qvel, data.xmat)
        feet = np.array([model.body(name).id for name in names.feet], dtype=np.int64)
        imu = (model.site(profile.frames.imu).id, *(sensor_slice(model, name).start for name in (GYRO, ACCELEROMETER)))
        self._feel = (
            *(feet, np.array([bodies[0], *imu], dtype=np.int64), self.state.data),
            *(data.xpos, data.subtree_com, data.site_xpos, data.site_xmat),
            *(data.sensordata, data.cfrc_ext, np.zeros(3), period),
        )
        self._put_bodies, self._pose_bodies = bind(_put_bodies, *self._put), bind(_pose_bodies, *self._pose)
        self._turn_bodies, self._feel_world = bind(_turn_bodies, *self._turn), bind(_feel_world, *self._feel)

    def write_command(self, tick: int) -> None:
        """Fill in the command of a control period."""
        command, data, model = self.command, self._data, self._model
        command.tick[...] = tick
        command.drives[:] = self._drives.terms
        command.posture[:] = self._joints[0]
        self._put_bodies(*self._put)
        for index, weld in enumerate(self._welds):
            active = data.eq_active[weld]
            command.welds[index, 0] = model.eq_solimp[weld, 0] / IMPEDANCE if active else 0.0
            command.welds[index, 1:] = model.eq_data[weld, 3:10]
        command.figures[:, :3], command.figures[:, 3:] = data.mocap_pos[self._mocap], data.mocap_quat[self._mocap]

    def follow(self) -> None:
        """Pose the world as the state says, and let its sensors feel what Gazebo felt."""
        state, data, model = self.state, self._data, self._model
        self._joints[0][:], self._joints[1][:] = state.position, state.velocity
        data.actuator_force[:] = state.torque
        self._pose_bodies(*self._pose)
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_collision(model, data)
        self._turn_bodies(*self._turn)
        self._feel_world(*self._feel)


@compiled
def _put_bodies(
    rows: np.ndarray,
    position: np.ndarray,
    velocity: np.ndarray,
    wrench: np.ndarray,
    placed: np.ndarray,
    command: np.ndarray,
) -> None:
    """Write the wrenches on floating bodies, and where those are that somebody has put elsewhere.

    Args:
        rows: body, first row of its position and of its velocity, shape (nb, 3).
        position, velocity, wrench: MuJoCo's, of everything.
        placed: poses that came from Gazebo, shape (nb, 7).
        command: record of the link.
    """
    c = command[0]
    c.placed = 0
    for index in range(len(rows)):
        body, q, v = rows[index]
        for i in range(7):
            c.body_poses[index, i] = position[q + i]
            if position[q + i] != placed[index, i]:
                c.placed |= np.uint64(1 << index)
        for i in range(6):
            c.body_twists[index, i], c.body_wrenches[index, i] = velocity[v + i], wrench[body, i]


@compiled
def _pose_bodies(
    rows: np.ndarray,
    state: np.ndarray,
    position: np.ndarray,
    velocity: np.ndarray,
    placed: np.ndarray,
) -> None:
    """Pose floating bodies as a state says and keep those poses; arguments as for `_put_bodies` and `_turn_bodies`."""
    s = state[0]
    for index in range(len(rows)):
        q, v = rows[index, 1], rows[index, 2]
        for i in range(7):
            position[q + i] = placed[index, i] = s.body_poses[index, i]
        for i in range(3):
            velocity[v + i] = s.body_twists[index, i]


@compiled
def _turn_bodies(rows: np.ndarray, state: np.ndarray, velocity: np.ndarray, axes: np.ndarray) -> None:
    """Write angular velocities in body axes, as MuJoCo's free joints have them.

    Args:
        rows, velocity: as for `_put_bodies`.
        state: record of the link.
        axes: rotation matrices of all bodies by rows, shape (nbody, 9).
    """
    for index in range(len(rows)):
        body, v = rows[index, 0], rows[index, 2]
        for i in range(3):
            velocity[v + 3 + i] = 0.0
            for k in range(3):
                velocity[v + 3 + i] += axes[body, 3 * k + i] * state[0].body_twists[index, 3 + k]


@compiled
def _feel_world(
    feet: np.ndarray,
    places: np.ndarray,
    state: np.ndarray,
    position: np.ndarray,
    com: np.ndarray,
    site_position: np.ndarray,
    site_axes: np.ndarray,
    sensors: np.ndarray,
    external: np.ndarray,
    velocity: np.ndarray,
    period: float,
) -> None:
    """Write the ground's wrenches, and the mean rate and specific force at the inertial sensor over a control period.

    Args:
        feet: bodies, shape (2,).
        places: base, the inertial sensor's site, first rows of its rate and of its specific force, shape (4,).
        state: record of the link.
        position, com: of every body and of all that hangs on it, shape (nbody, 3) [m].
        site_position, site_axes: of all sites, shapes (nsite, 3) [m] and (nsite, 9).
        sensors: receives rate [rad/s] and specific force [m/s²] in the sensor's axes.
        external: receives torque about the robot's CoM and force, world axes, shape (nbody, 6).
        velocity: of the inertial sensor at the end of the last period, world [m/s]; replaced by that of this one.
        period: [s].
    """
    s = state[0]
    base, imu, gyro, accelerometer = places
    lever, force, arm = np.zeros(3), np.zeros(3), np.zeros(3)
    for i in range(3):
        lever[i] = site_position[imu, i] - position[base, i]
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        turning = s.body_twists[0, 3 + j] * lever[k] - s.body_twists[0, 3 + k] * lever[j]
        now = s.body_twists[0, i] + turning
        force[i] = (now - velocity[i]) / period + (GRAVITY if i == 2 else 0.0)
        velocity[i] = now
    for i in range(3):
        sensors[gyro + i] = sensors[accelerometer + i] = 0.0
        for k in range(3):
            sensors[gyro + i] += site_axes[imu, 3 * k + i] * s.body_rate[k]
            sensors[accelerometer + i] += site_axes[imu, 3 * k + i] * force[k]
    for index in range(len(feet)):
        foot = feet[index]
        for i in range(3):
            arm[i] = position[foot, i] - com[base, i]
        for i in range(3):
            j, k = (i + 1) % 3, (i + 2) % 3
            pull = s.foot_wrenches[index]
            external[foot, 3 + i] = pull[i]
            external[foot, i] = pull[3 + i] + arm[j] * pull[k] - arm[k] * pull[j]
