"""Waiting for a Gazebo that `./run test` sets up beside the tests."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

PATIENCE = 480.0
"""With such a set-up [s]."""


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
