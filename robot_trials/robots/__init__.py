"""Robots behind one contract: profiles, descriptions, and simulated robots."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from robot_trials.robots.interface import Robot, SimulatedRobot
from robot_trials.robots.options import SimOptions
from robot_trials.robots.place import Berth, Place
from robot_trials.robots.profile import RobotProfile, load_profile
from robot_trials.robots.simulators import find_shared_simulator, find_simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from robot_trials.config.site import Site

__all__ = [
    "Berth",
    "OpenRobot",
    "Place",
    "Robot",
    "RobotProfile",
    "SimOptions",
    "SimulatedRobot",
    "load_profile",
    "open_robot",
    "open_robots",
]

OpenRobot: TypeAlias = "Callable[[RobotProfile, Site, SimOptions], SimulatedRobot]"
"""What starts a simulated robot, as `open_robot` does."""


def open_robot(profile: RobotProfile, site: Site, options: SimOptions) -> SimulatedRobot:
    """Start a simulated robot at a site.

    Args:
        profile: the robot.
        site: where it stands.
        options: simulator, seed, noise, camera and what else can be chosen.

    Returns:
        The robot, standing in its nominal posture at the site's start.

    Raises:
        ConfigError: there is no such simulator.
        RobotFault: the simulator does not start.
    """
    return find_simulator(options.simulator).open_robot(profile, site, options)


def open_robots(berths: Sequence[Berth]) -> Sequence[SimulatedRobot]:
    """Start several simulated robots in one world, which goes on when each of them has read and been commanded.

    Args:
        berths: the robots, each with its site and where that lies.

    Returns:
        The robots, each standing in its nominal posture at its site's start, in the order in which they are read.

    Raises:
        ConfigError: a robot is for a simulator in which several cannot stand in one world.
        RobotFault: the simulator does not start.
    """
    return find_shared_simulator(berths).open_robots(berths)
