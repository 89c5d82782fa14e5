"""A Gazebo to test with, where there is one; what needs it is skipped with the reason otherwise."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import pytest

from robot_trials.exceptions import RobotFault
from robot_trials.robots.gazebo.install import GazeboInstall, find_gazebo, gazebo_folder

PATIENCE = 480.0
"""With a set-up of Gazebo that runs beside the tests [s]."""


def wait_for_setup(folder: Path, patience: float = PATIENCE) -> str:
    """Wait until nobody sets Gazebo up; why there is none, as far as the last set-up said so.

    `tools/gazebo.sh` holds a lock on the folder's parent while it works, and leaves the reason of a failure.
    """
    if not folder.parent.is_dir():
        return ""
    deadline = time.monotonic() + patience
    parent = os.open(folder.parent, os.O_RDONLY)
    try:
        while True:
            try:
                fcntl.flock(parent, fcntl.LOCK_SH | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    return f"its set-up is not through after {patience:g} s"
                time.sleep(0.2)
    finally:
        os.close(parent)
    failure = folder.with_name(f"{folder.name}.failed")
    return failure.read_text().strip() if failure.exists() else ""


@pytest.fixture(scope="session")
def gazebo() -> GazeboInstall:
    """This machine's Gazebo with the project's plugin."""
    failure = wait_for_setup(gazebo_folder())
    try:
        return find_gazebo()
    except RobotFault as fault:
        pytest.skip(f"Gazebo's set-up failed: {failure}" if failure else fault.reason)
