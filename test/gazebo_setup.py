"""A Gazebo to test with, where there is one, also while `./run test` sets it up beside the tests."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import pytest

from robot_trials.exceptions import RobotFault
from robot_trials.robots.gazebo.install import GazeboInstall, find_gazebo, gazebo_folder

PATIENCE = 480.0
"""With such a set-up [s]."""


@pytest.fixture(scope="session")
def gazebo() -> GazeboInstall:
    """This machine's Gazebo with the project's plugin; what needs it is skipped with the reason where there is none.

    A folder's conftest.py imports it for the tests below.
    """
    failure = wait_for_setup(gazebo_folder())
    if failure:
        pytest.skip(f"Gazebo could not be set up: {failure}")
    try:
        return find_gazebo()
    except RobotFault as fault:
        pytest.skip(fault.reason)


def wait_for_setup(folder: Path, patience: float = PATIENCE) -> str:
    """Wait until nobody sets Gazebo up; why there is none, as far as the last set-up said so.

    tools/gazebo.sh holds a lock on the folder's parent while it works, and leaves the reason of a failure.
    """
    if not folder.parent.is_dir():
        return ""
    if not _wait_for_lock(folder.parent, patience):
        return f"it is not through after {patience:g} s"
    failure = folder.with_name(f"{folder.name}.failed")
    return failure.read_text().strip() if failure.exists() else ""


def _wait_for_lock(folder: Path, patience: float) -> bool:
    deadline = time.monotonic() + patience
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        while time.monotonic() < deadline:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                time.sleep(0.1)
        return False
    finally:
        os.close(descriptor)
