"""Robots behind one contract: profiles, descriptions, and the simulated robot."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from robot_trials.robots.interface import Robot
from robot_trials.robots.options import SimOptions
from robot_trials.robots.place import Berth, Place
from robot_trials.robots.profile import RobotProfile, load_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from robot_trials.config.site import Site
    from robot_trials.robots.mujoco.robot import MujocoRobot
    from robot_trials.robots.mujoco.shared_robot import SharedRobot

__all__ = [
    "Berth",
    "OpenRobot",
    "Place",
    "Robot",
    "RobotProfile",
    "SimOptions",
    "load_profile",
    "open_robot",
    "open_robots",
]

OpenRobot: TypeAlias = "Callable[[RobotProfile, Site, SimOptions], MujocoRobot]"
"""What starts a simulated robot, as `open_robot` does."""


def open_robot(profile: RobotProfile, site: Site, options: SimOptions) -> MujocoRobot:
    """Start a simulated robot at a site.

    Args:
        profile: the robot.
        site: where it stands.
        options: seed, noise, camera and what else can be chosen.

    Returns:
        The robot, standing in its nominal posture at the site's start.
    """
    if options.simulator == "gazebo":
        from robot_trials.robots.gazebo.robot import GazeboRobot

        return GazeboRobot(profile, site, options)
    if options.simulator == "gz-sim":
        from robot_trials.robots.gazebo.gz_sim import GzSimRobot

        return GzSimRobot(profile, site, options)
    from robot_trials.robots.mujoco.robot import MujocoRobot  # MuJoCo is loaded only where a world is needed

    return MujocoRobot(profile, site, options)


def open_robots(berths: Sequence[Berth]) -> list[SharedRobot]:
    """Start several simulated robots in one world, which goes on when each of them has read and been commanded.

    Args:
        berths: the robots, each with its site and where that lies.

    Returns:
        The robots, each standing in its nominal posture at its site's start, in the order in which they are read.
    """
    from robot_trials.robots.mujoco.shared_robot import open_shared_world

    return open_shared_world(berths)
