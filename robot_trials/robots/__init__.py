"""Robots behind one contract: profiles, descriptions, and the simulated robot."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from robot_trials.robots.interface import Robot
from robot_trials.robots.options import SimOptions
from robot_trials.robots.profile import RobotProfile, load_profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from robot_trials.config.site import Site
    from robot_trials.robots.mujoco.robot import MujocoRobot

__all__ = ["OpenRobot", "Robot", "RobotProfile", "SimOptions", "load_profile", "open_robot"]

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
