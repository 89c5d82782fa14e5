"""The default robot's parameters and models for tests of the controller."""

from __future__ import annotations

from pathlib import Path

import pytest
from control_bench import Bench

from robot_trials.robots.profile import load_profile
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.parameters import RobotParameters

PROFILE = Path(__file__).parents[2] / "config" / "robots" / "kuavo.yaml"


@pytest.fixture(scope="session")
def parameters() -> RobotParameters:
    """What the controller knows of the default robot."""
    return load_profile(PROFILE).to_parameters()


@pytest.fixture
def model(parameters: RobotParameters) -> RobotModel:
    """A model of its own for each test, without payload."""
    return RobotModel(parameters)


@pytest.fixture
def bench(parameters: RobotParameters) -> Bench:
    """A controller that stands, fed with ideal readings."""
    return Bench(parameters)
