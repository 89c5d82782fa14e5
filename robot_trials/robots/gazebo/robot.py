"""A robot in Gazebo that meets the project's `Robot` contract.

Gazebo moves the world. MuJoCo's model of the same world is kept beside it, posed as Gazebo says after every control
period: hands reach, people feel, cameras see and sensors err in it by the same code as in the other simulator.
"""

from __future__ import annotations

import time
from pathlib import Path

import mujoco
import numpy as np

from robot_trials.config.site import Site
from robot_trials.exceptions import ConfigError, ConfigProblem, RobotFault
from robot_trials.robots.gazebo import sdf
from robot_trials.robots.gazebo.install import find_gazebo
from robot_trials.robots.gazebo.process import GazeboProcess
from robot_trials.robots.gazebo.protocol import Expected, PartnerLost, SimulatorLink, make_command, make_state
from robot_trials.robots.mujoco.grasp import IMPEDANCE
from robot_trials.robots.mujoco.robot import MujocoRobot
from robot_trials.robots.mujoco.sensors import JOINT_OFFSET_Q, JOINT_OFFSET_V, sensor_slice
from robot_trials.robots.mujoco.world import ACCELEROMETER, GYRO, PHYSICS_PERIOD
from robot_trials.robots.options import SimOptions
from robot_trials.robots.profile import RobotProfile

ANSWER_TIMEOUT = 5.0
"""A control period takes Gazebo less than this, or it hangs [s]."""
SLOWEST = 20.0
"""Wall time per simulated time at which a Gazebo counts as too slow to go on."""
SETTLING_PERIODS = 100
"""Control periods that the robot is held in its posture before anybody reads its sensors: soles come to rest."""
REACTION_MAX = 0.5
"""A rotor's inertia over that of the link it is braced against: above 1 a late reaction would build up."""
SLOW_AFTER = 2.0
"""Simulated time over which that is judged [s]."""
GRAVITY = np.array((0.0, 0.0, 9.81))


class GazeboRobot(MujocoRobot):
    """A simulated robot at a site, moved by Gazebo.

    Attributes:
        simulator: name, version and engine of the Gazebo that runs.
        world_names: what is what in its world.
        expected: what its plugin must have loaded.
        link: to that plugin.
    """

    def __init__(self, profile: RobotProfile, site: Site, options: SimOptions) -> None:
        super().__init__(profile, site, options)
        if site.ground.mats:
            bound = "must be empty in Gazebo, which has no soft mats; run this site in MuJoCo"
            raise ConfigError([ConfigProblem(None, None, "ground.mats", len(site.ground.mats), bound)])
        self.world_names = sdf.find_names(self.model, profile)
        self.expected = self._expect()
        self._command, self._state = make_command(self.expected), make_state(self.expected)
        self._find_rows(profile)
        self._worked, self._periods = 0.0, 0
        self._imu_velocity = np.zeros(3)
        self._placed = self._state.body_poses.copy()
        self._process = GazeboProcess(find_gazebo(), options.gui)
        self.link = SimulatorLink(self._process.socket, self.expected)
        try:
            self._process.start(self._make_world(), self.link)
            self.simulator = self.link.simulator
            self._command.placed[...] = 1  # the base, with its posture; the torch shows by itself that it has been put
            for _ in range(SETTLING_PERIODS):
                self._step()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End Gazebo; idempotent."""
        super().close()
        self.link.close()
        self._process.close()

    def _step(self) -> None:
        """One control period in Gazebo, and the same pose here."""
        self._write_command()
        start = time.monotonic()
        try:
            self.link.exchange(self._command, self._state, ANSWER_TIMEOUT)
        except PartnerLost as error:
            raise RobotFault(f"Gazebo is gone: {error}{self._process.describe()}", tick=self._ticks) from error
        self._worked, self._periods = self._worked + time.monotonic() - start, self._periods + 1
        self._command.placed[...] = 0
        self._follow()
        self._check_speed()

    def _write_command(self) -> None:
        command, data = self._command, self.data
        command.tick[...] = self._ticks + 1
        command.drives[:] = self.drives.terms
        command.posture[:] = self._joint_position
        placed = int(command.placed)
        for index, (first, rows) in enumerate(self._body_rows):
            if not np.array_equal(data.qpos[first], self._placed[index]):
                placed |= 1 << index
                command.body_poses[index] = data.qpos[first]
                command.body_twists[index] = data.qvel[rows]
            command.body_wrenches[index] = data.xfrc_applied[self._bodies[index]]
        command.placed[...] = placed
        for index, weld in enumerate(self._welds):
            active = bool(data.eq_active[weld])
            command.welds[index, 0] = self.model.eq_solimp[weld, 0] / IMPEDANCE if active else 0.0
            command.welds[index, 1:] = self.model.eq_data[weld, 3:10]
        command.figures[:, :3], command.figures[:, 3:] = data.mocap_pos[self._mocap], data.mocap_quat[self._mocap]

    def _follow(self) -> None:
        """Pose MuJoCo's world as Gazebo's, and give its sensors what Gazebo felt."""
        state, data, model = self._state, self.data, self.model
        self._joint_position[:], self._joint_velocity[:] = state.position, state.velocity
        data.actuator_force[:] = state.torque
        for index, (first, rows) in enumerate(self._body_rows):
            data.qpos[first] = state.body_poses[index]
            data.qvel[rows] = state.body_twists[index]
            self._placed[index] = state.body_poses[index]
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_collision(model, data)
        for index, (_, rows) in enumerate(self._body_rows):  # MuJoCo's free joints turn in body axes
            axes = data.xmat[self._bodies[index]].reshape(3, 3)
            data.qvel[rows.start + 3 : rows.stop] = state.body_twists[index, 3:] @ axes
        self._follow_imu()
        for index, body in enumerate(self._feet):
            force, torque = state.foot_wrenches[index, :3], state.foot_wrenches[index, 3:]
            arm = data.xpos[body] - data.subtree_com[self._bodies[0]]
            data.cfrc_ext[body, 3:] = force
            data.cfrc_ext[body, :3] = torque + np.cross(arm, force)

    def _follow_imu(self) -> None:
        """Mean rate and specific force at the inertial sensor over the control period, as such a sensor adds up."""
        data, state = self.data, self._state
        axes = data.site_xmat[self._imu].reshape(3, 3)
        rate = state.body_rate
        lever = data.site_xpos[self._imu] - data.xpos[self._bodies[0]]
        velocity = state.body_twists[0, :3] + np.cross(state.body_twists[0, 3:], lever)
        data.sensordata[self._gyro] = rate @ axes
        data.sensordata[self._accelerometer] = ((velocity - self._imu_velocity) / self._dt + GRAVITY) @ axes
        self._imu_velocity = velocity

    def _check_speed(self) -> None:
        """End what would take all day; loading its world, and what we do meanwhile, is not Gazebo's slowness."""
        simulated = self._periods * self._dt
        if simulated < SLOW_AFTER:
            return
        factor = self._worked / simulated
        self._worked, self._periods = 0.0, 0
        if factor > SLOWEST:
            raise RobotFault("Gazebo is too slow", wall_per_simulated=factor, bound=SLOWEST, tick=self._ticks)

    def _expect(self) -> Expected:
        names = self.world_names
        ranges = np.array([self.model.joint(name).range for name in names.joints])
        return Expected(
            joints=names.joints,
            torque_limits=self.drives.torque_limits,
            position_limits=ranges,
            step_ns=round(PHYSICS_PERIOD * 1e9),
            steps_per_exchange=self._substeps,
            bodies=tuple(f"{names.robot if i == 0 else name}::{name}" for i, name in enumerate(names.bodies)),
            feet=tuple(f"{names.robot}::{name}" for name in names.feet),
            hands=tuple(f"{names.robot}::{name}" for name in names.hands),
            figures=names.figures,
        )

    def _find_rows(self, profile: RobotProfile) -> None:
        """Where everything lies in MuJoCo's arrays."""
        model, names = self.model, self.world_names
        self._bodies = [model.body(name).id for name in names.bodies]
        self._body_rows = []
        for body in self._bodies:
            joint = int(model.body_jntadr[body])
            q, v = int(model.jnt_qposadr[joint]), int(model.jnt_dofadr[joint])
            self._body_rows.append((slice(q, q + 7), slice(v, v + 6)))
        self._feet = [model.body(name).id for name in names.feet]
        self._welds = [model.equality(f"grasp_{name}").id for name in profile.frames.hands] if names.hands else []
        self._mocap = np.array([int(model.body(name).mocapid[0]) for name in names.figures], dtype=int)
        self._imu = model.site(profile.frames.imu).id
        self._gyro, self._accelerometer = sensor_slice(model, GYRO), sensor_slice(model, ACCELEROMETER)
        assert (JOINT_OFFSET_Q, JOINT_OFFSET_V) == (7, 6)

    def _find_rotors(self) -> dict[str, float]:
        """Rotors whose reaction a parent link feels little enough for it to be given one physics step late."""
        model, data, rotors = self.model, self.data, {}
        turning, moved = np.zeros((3, model.nv)), np.zeros((1, model.nv))
        for name in self.world_names.joints:
            joint = model.joint(name)
            parent = int(model.body_parentid[joint.bodyid[0]])
            mujoco.mj_jacBody(model, data, None, turning, parent)
            row = (data.xaxis[joint.id] @ turning)[None]
            mujoco.mj_solveM(model, data, moved, row)
            inertia = float(model.dof_armature[joint.dofadr[0]])
            if inertia * float((row @ moved.T)[0, 0]) < REACTION_MAX:
                rotors[name] = inertia
        return rotors

    def _make_world(self) -> sdf.ElementTree.Element:
        world = sdf.write_world(self.model, self.view.model, self.world_names, self.drives.torque_limits)
        sdf.add_physics(world, PHYSICS_PERIOD)
        names, path = self.world_names, Path(self._process.socket)
        sdf.add_plugin(world, names, self._find_rotors(), str(path), self._substeps)
        return world
