"""A Kuavo at the relay site, with what tests need to read from the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from robot_trials.config import load_trial_setup
from robot_trials.config.site import Site
from robot_trials.robots import RobotProfile, SimOptions, load_profile, open_robot
from robot_trials.robots.mujoco.robot import MujocoRobot

CHECKOUT = Path(__file__).parents[2]
CONFIG = CHECKOUT / "config"


@pytest.fixture(scope="session")
def profile() -> RobotProfile:
    """The default robot."""
    return load_profile(CONFIG / "robots" / "kuavo.yaml")


@pytest.fixture(scope="session")
def site() -> Site:
    """The relay site, shortened."""
    return load_trial_setup("torch_relay", length=20.0).site


RobotMaker = Callable[..., MujocoRobot]


@pytest.fixture
def make_robot(profile: RobotProfile, site: Site) -> Iterator[RobotMaker]:
    """Make simulated robots that are closed at the test's end."""
    made: list[MujocoRobot] = []

    def make(using: RobotProfile = profile, **options: object) -> MujocoRobot:
        made.append(open_robot(using, site, SimOptions(**({"camera": "off"} | options))))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for robot in made:
        robot.close()
