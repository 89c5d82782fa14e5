"""What Gazebo Classic and gz-sim offer, said without starting them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from robot_trials.exceptions import RobotFault
from robot_trials.robots.gazebo.install import GazeboInstall, find_gazebo
from robot_trials.robots.options import SimOptions
from robot_trials.robots.place import Berth
from robot_trials.robots.profile import RobotProfile

if TYPE_CHECKING:
    from robot_trials.config.site import Site
    from robot_trials.robots.gazebo.robot import GazeboRobot


class _Gazebo(ABC):
    """A Gazebo, in a process of its own; meets `robots.simulators.Simulator`."""

    name: str
    title: str
    has_window = True
    renews_worlds = False
    shares_worlds = False

    @abstractmethod
    def find_install(self) -> GazeboInstall:
        """Where it is on this machine.

        Raises:
            RobotFault: nowhere, or without the project's plugin.
        """

    def find_missing(self) -> str:
        """What this machine lacks to run it."""
        try:
            self.find_install()
        except RobotFault as fault:
            return str(fault)
        return ""

    def open_robots(self, berths: Sequence[Berth]) -> list[GazeboRobot]:
        """Not in Gazebo.

        Raises:
            ValueError: always.
        """
        raise ValueError(f"{self.title} holds one robot a world, not {len(berths)}")


class GazeboClassic(_Gazebo):
    """Gazebo Classic 11."""

    name = "gazebo"
    title = "Gazebo Classic 11"

    def find_install(self) -> GazeboInstall:
        """Where it is on this machine."""
        return find_gazebo()

    def open_robot(self, profile: RobotProfile, site: Site, options: SimOptions) -> GazeboRobot:
        """Start a world with one robot."""
        from robot_trials.robots.gazebo.robot import GazeboRobot

        return GazeboRobot(profile, site, options)


class GzSim(_Gazebo):
    """gz-sim 8, moved by DART."""

    name = "gz-sim"
    title = "gz-sim 8 (Gazebo Harmonic)"

    def find_install(self) -> GazeboInstall:
        """Where it is on this machine."""
        from robot_trials.robots.gazebo.gz_sim import find_gz_sim

        return find_gz_sim()

    def open_robot(self, profile: RobotProfile, site: Site, options: SimOptions) -> GazeboRobot:
        """Start a world with one robot."""
        from robot_trials.robots.gazebo.gz_sim import GzSimRobot

        return GzSimRobot(profile, site, options)


CLASSIC, GZ_SIM = GazeboClassic(), GzSim()
