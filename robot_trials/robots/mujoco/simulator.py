"""What MuJoCo offers, said without loading it."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING

from robot_trials.robots.options import SimOptions
from robot_trials.robots.place import Berth
from robot_trials.robots.profile import RobotProfile

if TYPE_CHECKING:
    from robot_trials.config.site import Site
    from robot_trials.robots.mujoco.robot import MujocoRobot
    from robot_trials.robots.mujoco.several.shared_robot import SharedRobot


class MujocoSimulator:
    """MuJoCo, in this process; meets `robots.simulators.Simulator`."""

    name = "mujoco"
    title = "MuJoCo"
    has_window = False
    renews_worlds = True
    shares_worlds = True

    def find_missing(self) -> str:
        """What this machine lacks to run it."""
        return "" if importlib.util.find_spec("mujoco") else "MuJoCo is not there; fetch it with `./run setup`"

    def open_robot(self, profile: RobotProfile, site: Site, options: SimOptions) -> MujocoRobot:
        """Start a world with one robot."""
        from robot_trials.robots.mujoco.robot import MujocoRobot

        return MujocoRobot(profile, site, options)

    def open_robots(self, berths: Sequence[Berth]) -> list[SharedRobot]:
        """Start one world with several robots, stepped once for all of them."""
        from robot_trials.robots.mujoco.several.shared_robot import open_shared_world

        return open_shared_world(berths)


SIMULATOR = MujocoSimulator()
