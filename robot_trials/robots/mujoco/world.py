"""The whole simulated world, robot, street, boards, people and props: as it moves and as it looks."""

from __future__ import annotations

import math
from collections.abc import Collection

import mujoco

from robot_trials.config.site import Site
from robot_trials.config.world_draw import Conditions
from robot_trials.robots.mujoco.body.grasp import add_grasps
from robot_trials.robots.mujoco.body.robot_spec import make_robot_spec
from robot_trials.robots.mujoco.body.sensors import ACCELEROMETER, GYRO
from robot_trials.robots.mujoco.ground.floor import add_floor
from robot_trials.robots.mujoco.physics import PHYSICS_PERIOD
from robot_trials.robots.mujoco.scene.boards import add_board, add_post
from robot_trials.robots.mujoco.scene.figures import add_figure
from robot_trials.robots.mujoco.scene.props import add_prop
from robot_trials.robots.options import SimOptions
from robot_trials.robots.profile import RobotProfile

HEAD_CAMERA = "head_camera"


def make_worlds(
    profile: RobotProfile, site: Site, options: SimOptions, conditions: Conditions
) -> tuple[mujoco.MjModel, mujoco.MjModel]:
    """Build and compile the world of one trial.

    Returns:
        The world as it moves, without what is only seen: every physics step pays for every shape and frame. And the
        world as it looks, the same bodies with all their shapes and fiducials.

    Raises:
        ValueError: MuJoCo refuses the robot's description.
    """
    spec = make_world_spec(profile, site, options, conditions)
    looks = spec.compile()
    remove_sight(spec, list_measured_frames(profile))
    return spec.compile(), looks


def make_world_spec(profile: RobotProfile, site: Site, options: SimOptions, conditions: Conditions) -> mujoco.MjSpec:
    """The world of one trial with everything that moves, touches or is seen, in the site's map frame.

    Raises:
        ValueError: MuJoCo refuses the robot's description.
    """
    spec = make_robot_spec(profile)
    set_solver(spec)
    _add_sensors(spec, profile)
    _add_camera(spec, profile)
    add_floor(spec, site, conditions.friction, conditions.unevenness)
    for fiducial in site.fiducials:
        if fiducial.mount == "map":
            add_board(spec, spec.worldbody, fiducial, fiducial.transform_mount_tag)
            add_post(spec, fiducial)
    for figure in options.props.figures:
        add_figure(spec, figure, site.fiducials)
    for prop in sorted(options.props.props, key=lambda prop: prop.grip is None):  # what hands hold is Gazebo's first
        add_prop(spec, prop, site.fiducials)
    if options.props.held is not None:
        add_grasps(spec, profile, options.props.held)
    return spec


def list_measured_frames(profile: RobotProfile) -> set[str]:
    """Names of the frames where something is measured."""
    return {*profile.frames.feet, *profile.frames.hands, profile.frames.imu}


def remove_sight(spec: mujoco.MjSpec, measured: Collection[str]) -> None:
    """Leave the shapes that touch and the frames of the given names."""
    spec.compiler.discardvisual = True
    for site in list(spec.sites):
        if site.name not in measured:
            spec.delete(site)


def set_solver(spec: mujoco.MjSpec) -> None:
    """How a world is stepped, and that its pictures need no multisampling."""
    spec.visual.quality.offsamples = (
        0  # tags get their soft edges from texture filtering; multisampling doubles the cost
    )
    spec.option.timestep = PHYSICS_PERIOD
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.impratio = 10  # shoes do not creep: with 1 a standing robot turns by 0.2 mrad/s on its soles
    spec.option.iterations = 20
    spec.option.tolerance = 1e-5  # joint accelerations true to 1e-4 of their size, forces to 0.3 N, in 10 % less time
    spec.option.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET  # a diverged world must not look like a new one
    spec.option.disableflags |= mujoco.mjtDisableBit.mjDSBL_ISLAND  # one robot is one island: finding it is for nothing


def _add_sensors(spec: mujoco.MjSpec, profile: RobotProfile) -> None:
    for name, kind in (
        (ACCELEROMETER, mujoco.mjtSensor.mjSENS_ACCELEROMETER),
        (GYRO, mujoco.mjtSensor.mjSENS_GYRO),
    ):
        spec.add_sensor(name=name, type=kind, objtype=mujoco.mjtObj.mjOBJ_SITE, objname=profile.frames.imu)


def _add_camera(spec: mujoco.MjSpec, profile: RobotProfile) -> None:
    site = spec.site(profile.frames.camera_optical)
    w, x, y, z = site.quat
    camera = site.parent.add_camera(name=HEAD_CAMERA, pos=site.pos)
    camera.quat = [-x, w, z, -y]  # half a turn about x: MuJoCo's cameras look along −z with y up
    matrix = profile.camera.matrix
    camera.fovy = _fovy_deg(matrix[1, 1], profile.camera.height)
    camera.resolution = [profile.camera.width, profile.camera.height]


def _fovy_deg(focal: float, height: int) -> float:
    return math.degrees(2 * math.atan(height / 2 / focal))
