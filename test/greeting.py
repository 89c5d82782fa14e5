"""A trial for tests that need any: the greeting of `examples/`, found as if it were installed."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from robot_trials.config import TrialSetup, load_trial_setup

PLAIN = "greeting_corner.yaml"
"""A site without zones, of the name that the greeting's permit says."""
PACKAGE = Path(__file__).resolve().parents[1] / "examples" / "greet"
LONG_LANE = (
    "course.start.x=-3.0",
    "course.person.robot_stance.x=8.5",
    "course.person.stance.x=10.0",
    "course.fiducials.lane_boards={first_id: 100, every: 5.0, first_x: 2.0, beyond: 10.0, lateral: 1.7, height: 1.2, "
    "size: 0.4, turn_in_deg: 15.0}",
    "trial.phases.walk_to_start.timeout=120",
    "trial.phases.walk_up.timeout=100",
    "trial.phases.walk_back.timeout=100",
)
"""Overrides: three metres to the lane's origin, the person ten metres behind it, a board every five metres."""


@functools.cache
def put_in_reach() -> str:
    """Let this process find the package by its entry points, until it ends.

    Returns:
        The `PYTHONPATH` with which another process finds it.
    """
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    folder = Path(tempfile.mkdtemp(prefix="robot_trials_greet_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    about = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(about)
    lines = []
    for group, entries in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {place}" for name, place in entries.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    (folder / PLAIN).write_text("name: greeting_corner\ntimezone: Asia/Shanghai\n")
    places = [str(folder), str(PACKAGE)]
    sys.path += places
    return os.pathsep.join([*places, os.environ.get("PYTHONPATH", "")])


def load_greeting(**arguments: object) -> TrialSetup:
    """The greeting on a site without zones, with arguments of `load_trial_setup`."""
    site = Path(put_in_reach().partition(os.pathsep)[0]) / PLAIN
    return load_trial_setup("greet", **{"site": str(site), **arguments})  # type: ignore[arg-type]
