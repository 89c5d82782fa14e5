"""A robot in MuJoCo that meets the project's `Robot` contract."""

from __future__ import annotations

import math

import mujoco
import numpy as np

from robot_trials.config.site import Site
from robot_trials.exceptions import RobotFault
from robot_trials.geometry import compose_planar, invert_planar
from robot_trials.robots.interface import CameraFrame, Failure, FiducialObservation, SensorGroup
from robot_trials.robots.mujoco.body.carried_body import CarriedBody
from robot_trials.robots.mujoco.body.contacts import Contacts
from robot_trials.robots.mujoco.body.disturbances import Push, SensorFailures
from robot_trials.robots.mujoco.body.drives import Drives
from robot_trials.robots.mujoco.body.grasp import Grasp
from robot_trials.robots.mujoco.body.sensors import JOINT_OFFSET_Q, JOINT_OFFSET_V, Sensors
from robot_trials.robots.mujoco.cameras.fiducial_sensor import FiducialSensor
from robot_trials.robots.mujoco.cameras.head_camera import HeadCamera
from robot_trials.robots.mujoco.cameras.scene_camera import SceneCamera
from robot_trials.robots.mujoco.ground.paving import Paving
from robot_trials.robots.mujoco.physics import Physics
from robot_trials.robots.mujoco.rotations import matrix_from_yaw, quaternion_wxyz_from_matrix
from robot_trials.robots.mujoco.scene.stage import MujocoStage
from robot_trials.robots.mujoco.truth import TruthReader
from robot_trials.robots.mujoco.view import View
from robot_trials.robots.mujoco.world import make_worlds
from robot_trials.robots.options import SimOptions
from robot_trials.robots.profile import RobotProfile
from robot_trials.robots.props import HangingProp
from robot_trials_control.records import Record


class MujocoRobot:
    """A simulated robot at a site.

    Attributes:
        joint_names: actuated joints in the order of every joint array.
        control_period_ns: time between two calls of `read_state` [ns].
        model, data: the simulator's own; for tests and verdicts only.
        view: the same world with everything that is only seen.
        conditions: what the seed drew.
        props: what is in the world beside robot and street.
        actors: who acts there.
    """

    def __init__(self, profile: RobotProfile, site: Site, options: SimOptions) -> None:
        self._profile = profile
        self._ticks = 0
        self._hands = np.zeros(2)
        self._build(profile, site, options)

    def _build(self, profile: RobotProfile, site: Site, options: SimOptions, body: CarriedBody | None = None) -> None:
        """Make the world; the robot stands at the site's start, or goes on as the body says that comes into it."""
        self.joint_names, self._place_on_site = profile.joint_names, site.place
        self._dt = profile.drive.period
        self.control_period_ns = round(self._dt * 1e9)
        self.conditions, self.props = options.draw_conditions(), options.props
        self.model, looks = self._make_models(profile, site, options)
        self.data = mujoco.MjData(self.model)
        self._physics = Physics(self.model, self.data, self._dt)
        nu = self.model.nu
        self._all_position = self.data.qpos
        self._joint_position = self.data.qpos[JOINT_OFFSET_Q : JOINT_OFFSET_Q + nu]
        self._joint_velocity = self.data.qvel[JOINT_OFFSET_V : JOINT_OFFSET_V + nu]
        self._check_joint_order()
        self._closed = False
        limits = profile.torque_limit_array(options.torque_limits or profile.torque_limits.use.drives)
        self.drives = Drives(self.model, limits, profile.drive.delay_periods)
        self.drives.hold(profile.nominal_array)
        self._place(profile, site)
        if body is not None:
            body.enter(self.data, self.drives)
        self._paving = Paving(self.model, self.data, site, self.conditions.unevenness, self.conditions.floor_seed)
        self._hand_sites = [self.model.site(hand).id for hand in profile.frames.hands]
        held = self.props.held
        self._grasps = [Grasp(self.model, self.data, hand, held) for hand in profile.frames.hands if held]
        self._contacts = self._make_contacts()
        self._place_props()
        self._base = int(self.model.jnt_bodyid[0])
        self._sole_sites = [self.model.site(foot).id for foot in profile.frames.feet]
        self._push = Push(self.data, self.model.site(profile.frames.imu).bodyid[0])
        self._failures = SensorFailures(nu)
        self._paving.follow(float(self._all_position[0]))
        mujoco.mj_forward(self.model, self.data)
        self.view = self._make_view(looks)
        self._sensors = Sensors(self.model, self.data, profile, options.noise, self.conditions.sensor_seed)
        if body is not None:
            self._sensors.go_on(body.sensors)
        self._ground = site.ground
        self._make_cameras(profile, site, options)

    def _make_models(
        self, profile: RobotProfile, site: Site, options: SimOptions
    ) -> tuple[mujoco.MjModel, mujoco.MjModel | None]:
        """The world as it moves, and as it looks where that is this robot's own."""
        return make_worlds(profile, site, options, self.conditions)

    def _make_view(self, looks: mujoco.MjModel | None) -> View:
        return View(looks, self.data)

    def _make_contacts(self) -> Contacts:
        return Contacts(self.model, self.data)

    def _make_cameras(self, profile: RobotProfile, site: Site, options: SimOptions) -> None:
        self._scene: SceneCamera | None = None
        self._fiducials: FiducialSensor | None = None
        self._camera: HeadCamera | None = None
        generator = np.random.default_rng(self.conditions.camera_seed)
        if options.camera == "model":
            self._fiducials = FiducialSensor(self.view, profile, site, options.noise, generator)
        elif options.camera == "rendered":
            self._camera = HeadCamera(self.view, profile, options.noise, generator)

    def read_state(self, state: Record) -> None:
        """Advance the world by one control period and fill in the sensor readings.

        Raises:
            RobotFault: the simulation diverged or is closed.
        """
        if self._closed:
            raise RobotFault("the simulator is closed", tick=self._ticks)
        self._begin_period()
        self._step()
        self._end_period(state)

    def _begin_period(self) -> None:
        """Let drives, hands and people act for the next control period."""
        self.drives.advance()
        for index, grasp in enumerate(self._grasps):
            grasp.update(float(self._hands[index]), self._dt)
        self.actors.act(self._dt)
        self._push.update()
        self._paving.follow(float(self._all_position[0]))

    def _end_period(self, state: Record) -> None:
        """Read the sensors after a control period."""
        self._ticks += 1
        self._physics.check(self._ticks * self._dt)
        now_ns = self._ticks * self.control_period_ns
        self._sensors.read(state, now_ns, self._dt)
        self._failures.apply(state, self._dt)
        if self._fiducials is not None:
            self._fiducials.update(now_ns)
        if self._camera is not None:
            self._camera.update(now_ns)

    def _step(self) -> None:
        """One control period of physics."""
        self._physics.step()

    def write_command(self, command: Record, torque_applied: np.ndarray) -> None:
        """Send the impedance command; `torque_applied` receives it after the drives' limits [N·m], shape (nu,)."""
        self.drives.push(command, self._joint_position, self._joint_velocity, torque_applied)
        self._hands[:] = command.hand_closed

    def push(self, force: np.ndarray, duration: float) -> None:
        """Push the base's centre of mass with `force`, world, shape (3,) [N], for `duration` [s]."""
        self._push.start(force, round(duration / self._dt))

    def fail_sensor(self, group: SensorGroup, failure: Failure, duration: float = math.inf) -> None:
        """Let sensors fall silent, or read no number, for `duration` [s]."""
        self._failures.start(group, failure, duration)

    def heat(self, joint: str, temperature: float) -> None:
        """Make a drive's winding as warm as this now [°C]."""
        self._sensors.windings.temperature[self.joint_names.index(joint)] = temperature

    @property
    def has_hanging_prop(self) -> bool:
        """Whether a prop hangs beside the robot."""
        return isinstance(self.actors, HangingProp) and self.actors.hangs

    def put_prop_in_hand(self, side: int) -> None:
        """Put the hanging prop into a hand, which holds it as soon as it is shut.

        Raises:
            ValueError: none hangs here.
        """
        if not isinstance(self.actors, HangingProp):
            raise ValueError("no prop hangs here: open the robot with one and without people")
        site, data = self._hand_sites[side], self.data
        self.actors.put_at(data.site_xpos[site], data.site_xmat[site].reshape(3, 3))
        mujoco.mj_kinematics(self.model, data)

    def read_truth(self, truth: Record) -> None:
        """Fill in what only the simulator knows."""
        self._truth.read(truth)

    def sole_poses(self) -> np.ndarray:
        """True poses of the soles in the world, left and right, shape (2, 4, 4); for verdicts."""
        poses = np.tile(np.eye(4), (2, 1, 1))
        for pose, site in zip(poses, self._sole_sites, strict=True):
            pose[:3, :3], pose[:3, 3] = self.data.site_xmat[site].reshape(3, 3), self.data.site_xpos[site]
        return poses

    def centre_of_mass(self) -> np.ndarray:
        """True centre of mass of the robot alone in the world, shape (3,) [m]; for verdicts."""
        return self.data.subtree_com[self._base].copy()

    def read_fiducials(self) -> list[FiducialObservation]:
        """Fiducials of the sensor model that became available since the last call."""
        return self._fiducials.take() if self._fiducials is not None else []

    def read_camera(self) -> CameraFrame | None:
        """The newest rendered frame not yet returned."""
        return self._camera.take() if self._camera is not None else None

    def render_scene(self, width: int = 960, height: int = 540) -> np.ndarray:
        """Picture of the robot and its surroundings by a camera that follows it, shape (height, width, 3), RGB."""
        if self._scene is None or self._scene.size != (width, height):
            self._scene = SceneCamera(self.view, self._ground, width, height)
        return self._scene.render()

    def close(self) -> None:
        """Release renderers; idempotent."""
        self._closed = True
        for camera in (self._camera, self._scene):
            if camera is not None:
                camera.close()
        self._camera = self._scene = None

    def reset_props(self) -> None:
        """Put props and people back to where they were at the start; who acts begins anew.

        Raises:
            ValueError: a hand of the robot holds a prop.
        """
        if any(grasp.holds for grasp in self._grasps) and self.props.held is not None:
            raise ValueError(f"a hand of the robot holds the {self.props.held.name}: it cannot be put back")
        self._place_props()

    def enter_world(self, site: Site, options: SimOptions) -> None:
        """Go on in the world of another trial: the robot keeps its place on the site, its posture and its time.

        Args:
            site: the place, with another course.
            options: as the robot was opened with, but for the props.

        Raises:
            ValueError: a hand of the robot holds a prop.
        """
        if any(grasp.holds for grasp in self._grasps) and self.props.held is not None:
            raise ValueError(f"a hand of the robot holds the {self.props.held.name}: it cannot be left behind")
        move = compose_planar(invert_planar(site.place), self._place_on_site)
        body = CarriedBody(self.data, self.model.nu, move, self.drives, self._sensors)
        self.close()
        self._build(self._profile, site, options, body)

    def _place_props(self) -> None:
        """Set the stage, and let those who act step onto it."""
        stage, held = MujocoStage(self.model, self.data, self.props), self.props.held
        self.actors = self.props.make_actors(stage)
        prop = stage.prop(held.name).coordinates if held else None
        self._truth = TruthReader(self.data, prop, self.actors.people, self._grasps, self._contacts)

    def _check_joint_order(self) -> None:
        """MuJoCo and Pinocchio order joints by their own rules; every array here assumes that they agree."""
        found = tuple(self.model.joint(index).name for index in range(1, self.model.nu + 1))
        if found != self.joint_names:
            raise ValueError(f"joint order of the simulator {found} differs from the URDF's {self.joint_names}")

    def _place(self, profile: RobotProfile, site: Site) -> None:
        """Stand the robot on both soles in its nominal posture at the site's start."""
        model, data = self.model, self.data
        data.qpos[JOINT_OFFSET_Q : JOINT_OFFSET_Q + model.nu] = profile.nominal_array
        rotation = matrix_from_yaw(site.start.yaw)
        data.qpos[:3] = 0.0
        data.qpos[3:7] = quaternion_wxyz_from_matrix(rotation)
        mujoco.mj_kinematics(model, data)
        soles = np.array([data.site(name).xpos for name in profile.frames.feet])
        middle = soles.mean(axis=0)
        data.qpos[:3] = [site.start.x - middle[0], site.start.y - middle[1], -soles[:, 2].min()]
