"""A Gazebo to test with, where there is one; what needs it is skipped with the reason otherwise."""

from __future__ import annotations

import pytest
from gazebo_setup import wait_for_setup

from robot_trials.exceptions import RobotFault
from robot_trials.robots.gazebo.install import GazeboInstall, find_gazebo, gazebo_folder


@pytest.fixture(scope="session")
def gazebo() -> GazeboInstall:
    """This machine's Gazebo with the project's plugin."""
    failure = wait_for_setup(gazebo_folder())
    if failure:
        pytest.skip(f"Gazebo could not be set up: {failure}")
    try:
        return find_gazebo()
    except RobotFault as fault:
        pytest.skip(fault.reason)
