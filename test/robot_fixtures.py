"""Fixtures of tests that open a simulated robot: a Kuavo on the lane of a trial, with or without what the trial adds.

Which trial that is says `trial_setup`: any will do, unless a module or folder imports `relay_setup` under that name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from greeting import LONG_LANE, load_greeting

from robot_trials.config import TrialSetup, load_trial_setup
from robot_trials.config.site import Site
from robot_trials.robots import RobotProfile, SimOptions, load_profile, open_robot
from robot_trials.robots.mujoco.robot import MujocoRobot
from robot_trials.robots.props import PropSet

CHECKOUT = Path(__file__).parents[1]
CONFIG = CHECKOUT / "config"


@pytest.fixture(scope="session")
def profile() -> RobotProfile:
    """The default robot."""
    return load_profile(CONFIG / "robots" / "kuavo.yaml")


@pytest.fixture(scope="module")
def trial_setup() -> TrialSetup:
    """Any trial on a lane with boards."""
    return load_greeting(length=20.0, overrides=LONG_LANE)


@pytest.fixture(scope="module")
def relay_setup() -> TrialSetup:
    """A relay on a short lane."""
    return load_trial_setup("torch_relay", length=20.0)


@pytest.fixture(scope="module")
def site(trial_setup: TrialSetup) -> Site:
    """Where it is held."""
    return trial_setup.site


RobotMaker = Callable[..., MujocoRobot]
PropMaker = Callable[..., PropSet]


@pytest.fixture(scope="module")
def make_some_props(trial_setup: TrialSetup) -> PropMaker:
    """Make what the trial adds to a world with a seed: people and what they hold, that alone, or neither."""

    def make(seed: int = 0, people: bool = True, prop: bool = True) -> PropSet:
        this = replace(trial_setup, seed=seed)
        return this.kind.make_props(this, people=people) if people or prop else PropSet()

    return make


@pytest.fixture
def make_robot(profile: RobotProfile, site: Site, make_some_props: PropMaker) -> Iterator[RobotMaker]:
    """Make simulated robots that are closed at the test's end."""
    made: list[MujocoRobot] = []

    def make(
        using: RobotProfile = profile, seed: int = 0, people: bool = True, prop: bool = False, **options: object
    ) -> MujocoRobot:
        sim = {"camera": "off", "seed": seed, "props": make_some_props(seed, people, prop)} | options
        made.append(open_robot(using, site, SimOptions(**sim)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for robot in made:
        robot.close()
