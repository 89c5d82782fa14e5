"""A robot in Gazebo that meets the project's `Robot` contract.

Gazebo moves the world. MuJoCo's model of the same world is kept beside it, posed as Gazebo says after every control
period: hands reach, people feel, cameras see and sensors err in it by the same code as in the other simulator.
"""

from __future__ import annotations

import time

import numpy as np

from robot_trials.config.site import Site
from robot_trials.exceptions import ConfigError, ConfigProblem, RobotFault
from robot_trials.robots.gazebo import sdf
from robot_trials.robots.gazebo.double import Double
from robot_trials.robots.gazebo.install import GazeboInstall, find_gazebo
from robot_trials.robots.gazebo.process import GazeboProcess
from robot_trials.robots.gazebo.protocol import Expected, PartnerLost, SimulatorLink
from robot_trials.robots.mujoco.body.sensors import JOINT_OFFSET_Q, JOINT_OFFSET_V
from robot_trials.robots.mujoco.physics import PHYSICS_PERIOD
from robot_trials.robots.mujoco.robot import MujocoRobot
from robot_trials.robots.options import SimOptions
from robot_trials.robots.profile import RobotProfile

ANSWER_TIMEOUT = 5.0
"""A control period takes Gazebo less than this, or it hangs [s]."""
SLOWEST = 20.0
"""Wall time per simulated time at which a Gazebo counts as too slow to go on."""
SLOW_AFTER = 2.0
"""Simulated time over which that is judged [s]."""
SETTLING_PERIODS = 100
"""Control periods that the robot is held in its posture before anybody reads its sensors: soles come to rest."""


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
        self._double = Double(self.model, self.data, self.drives, self.world_names, self.expected, profile, self._dt)
        self._worked, self._periods = 0.0, 0
        self._process = GazeboProcess(self._find_install(), options.gui)
        self.link = SimulatorLink(self._process.socket, self.expected)
        try:
            self._process.start(self._make_world(), self.link)
            self.simulator = self.link.simulator
            self._settle()
        except BaseException:
            self.close()
            raise

    def reset_props(self) -> None:
        """Not in Gazebo.

        Raises:
            ValueError: always.
        """
        raise ValueError("things in Gazebo's world cannot be put back: start the graph again")

    def enter_world(self, site: Site, options: SimOptions) -> None:
        """Not in Gazebo.

        Raises:
            ValueError: always.
        """
        raise ValueError("Gazebo's world is only for the trial that it was made for: start the graph again")

    def close(self) -> None:
        """End Gazebo; idempotent."""
        super().close()
        self.link.close()
        self._process.close()

    def _settle(self) -> None:
        """Let the robot come to rest on its soles; what people will hold stays where they hold it."""
        nu = len(self.joint_names)
        things, velocities = self.data.qpos[JOINT_OFFSET_Q + nu :], self.data.qvel[JOINT_OFFSET_V + nu :]
        places = things.copy()
        for _ in range(SETTLING_PERIODS):
            self._step()
            things[:], velocities[:] = places, 0.0

    def _step(self) -> None:
        """One control period in Gazebo, and the same pose here."""
        self._double.write_command(self._ticks + 1)
        start = time.monotonic()
        try:
            self.link.exchange(self._double.command, self._double.state, ANSWER_TIMEOUT)
        except PartnerLost as error:
            raise RobotFault(f"Gazebo is gone: {error}{self._process.describe()}", tick=self._ticks) from error
        self._worked, self._periods = self._worked + time.monotonic() - start, self._periods + 1
        self._double.follow()
        self._check_speed()

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
            steps_per_exchange=self._physics.substeps,
            bodies=names.scoped_bodies,
            feet=names.scope(names.feet),
            hands=names.scope(names.hands),
            figures=names.figures,
        )

    def _find_rotors(self) -> dict[str, float]:
        """Rotors of the legs, by joint [kg·m²].

        Arms turn slowly, and a wrist with its rotor braced one physics step late would shake at a stiff grasp.
        """
        model, carriers = self.model, set()
        for foot in self.world_names.feet:
            body = model.body(foot).id
            while body:
                carriers.add(body)
                body = int(model.body_parentid[body])
        joints = [model.joint(name) for name in self.world_names.joints]
        return {
            joint.name: float(model.dof_armature[joint.dofadr[0]])
            for joint in joints
            if int(joint.bodyid[0]) in carriers
        }

    def _find_install(self) -> GazeboInstall:
        return find_gazebo()

    def _make_world(self) -> sdf.ElementTree.Element:
        world = sdf.write_world(self.model, self.view.model, self.world_names, self.drives.torque_limits)
        sdf.add_physics(world, PHYSICS_PERIOD)
        sdf.add_plugin(world, self.world_names, self._find_rotors(), str(self._process.socket), self._physics.substeps)
        return world
