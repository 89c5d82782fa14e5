"""What moves a simulated world, chosen by name: those of this package, and those that others bring by entry point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Protocol

from robot_trials.exceptions import ConfigError, ConfigProblem
from robot_trials.extensions import Extensions
from robot_trials.robots.interface import SimulatedRobot
from robot_trials.robots.options import SimOptions
from robot_trials.robots.place import Berth
from robot_trials.robots.profile import RobotProfile

if TYPE_CHECKING:
    from robot_trials.config.site import Site

GROUP = "robot_trials.simulators"
"""Entry points of packages that bring simulators, by name: `bullet = my_package.simulator:SIMULATOR`."""
OWN = {
    "mujoco": "robot_trials.robots.mujoco.simulator:SIMULATOR",
    "gazebo": "robot_trials.robots.gazebo.simulator:CLASSIC",
    "gz-sim": "robot_trials.robots.gazebo.simulator:GZ_SIM",
}
"""Simulators of this package."""


class Simulator(Protocol):
    """A simulator; importing the module in which it stands loads none of its libraries.

    Attributes:
        name: by which it is chosen.
        title: as people call it.
        has_window: whether `SimOptions.gui` opens one.
        renews_worlds: whether its robots can enter the world of another trial and put things back
            (`robots.interface.SimulatedWorld`), instead of refusing.
        shares_worlds: whether several robots can stand in one world.
    """

    name: str
    title: str
    has_window: bool
    renews_worlds: bool
    shares_worlds: bool

    def find_missing(self) -> str:
        """What this machine lacks to run it, and how to get that; empty when it can be run."""

    def open_robot(self, profile: RobotProfile, site: Site, options: SimOptions) -> SimulatedRobot:
        """Start a world with one robot, as `robots.open_robot` says."""

    def open_robots(self, berths: Sequence[Berth]) -> Sequence[SimulatedRobot]:
        """Start one world with several robots, as `robots.open_robots` says; asked only where it shares worlds."""


def list_simulators() -> dict[str, Simulator]:
    """Every simulator that is known, by name; each can say what this machine lacks to run it."""
    return _SIMULATORS.list_usable()


def list_broken_simulators() -> dict[str, str]:
    """Why a simulator that a package brings cannot be used, by name."""
    return _SIMULATORS.list_broken()


def find_simulator(name: str) -> Simulator:
    """The simulator with a name.

    Raises:
        ConfigError: there is none, and names those that are known; or it cannot be used, and says why.
    """
    try:
        return _SIMULATORS.find(name)
    except LookupError as error:
        raise ConfigError([ConfigProblem(None, None, "simulator", name, str(error))]) from error


def find_shared_simulator(berths: Sequence[Berth]) -> Simulator:
    """The simulator in which several robots can stand in one world.

    Raises:
        ConfigError: one of them is for a simulator that holds one robot a world, or they are for different ones.
    """
    first = berths[0].options.simulator
    problems = []
    for berth in berths:
        name = berth.options.simulator
        if not find_simulator(name).shares_worlds:
            holding = " or ".join(key for key, simulator in list_simulators().items() if simulator.shares_worlds)
            bound = f"must be {holding} beside others"
        elif name != first:
            bound = f"must be {first}, as of the first robot of its world"
        else:
            continue
        problems.append(ConfigProblem(None, None, f"{berth.name}: simulator", name, bound))
    if problems:
        raise ConfigError(problems)
    return find_simulator(first)


def _list_own() -> Iterator[EntryPoint]:
    for name, where in OWN.items():
        yield EntryPoint(name, where, GROUP)


_SIMULATORS: Extensions[Simulator] = Extensions("simulator", GROUP, Simulator, "docs/simulation.md", _list_own)
