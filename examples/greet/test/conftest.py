"""The package is installed into a folder of its own, as a user would, so that its entry points are real."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gazebo_setup import gazebo

__all__ = ["gazebo", "installed"]

PACKAGE = Path(__file__).resolve().parents[1]
QUIETLY = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--no-build-isolation")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder with the package, first on the path of this process and of all that it starts."""
    source = tmp_path_factory.mktemp("greet_source") / "greet"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    target = tmp_path_factory.mktemp("greet_installed")
    subprocess.run([sys.executable, "-m", "pip", "install", *QUIETLY, "--target", target, source], check=True)
    _forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(target)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(target), os.environ.get("PYTHONPATH", "")]))
        yield target
        _forget()


def _forget() -> None:
    """What is imported next comes from where the path says now: the folder, or the source beside these tests."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "robot_trials_greet"]:
        del sys.modules[name]
