"""Without the torch relay and its files everything else installs, checks and passes its tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from needs_relay import needs_relay

CHECKOUT = Path(__file__).resolve().parents[2]
RELAY = {
    "robot_trials/kinds/relay": "the kind",
    "config/trials/torch_relay.yaml": "its trial",
    "config/courses/shenzhen_relay.yaml": "its course",
    "config/sites/shenzhen_relay.yaml": "the street where it lies",
    "config/sites/shenzhen_demo.yaml": "the streets of the demonstration week, with its course",
    "config/permits/shenzhen_relay.yaml": "its permit",
    "config/permits/shenzhen_demo_relay.yaml": "its permit in the demonstration week",
    "config/fleets/shenzhen_demo.yaml": "three of its robots",
    "config/fleets/three_kuavos.yaml": "three of its robots",
    "config/programmes/shenzhen_demo": "a week whose robots start nothing but relays",
}
"""What goes, and what it is of the relay. `launch/torch_relay.launch.py` stays: it starts any trial."""
LEFT_OUT = "relay or simulation or gazebo or ros or browser"
"""Marks of tests that need what is gone, or more than a few seconds or another program."""
BLIND = ("test/control", "test/benchmarks")
"""Folders of tests left out, too: controllers never see a kind (import-linter holds it); benchmarks measure, and are
no part of what is installed."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as it would be had there never been a relay, with what was compiled here."""
    root = tmp_path_factory.mktemp("without_relay")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    files = [CHECKOUT / name for name in listed.split("\0") if name]
    gone = [CHECKOUT / name for name in RELAY]
    assert all(path.exists() for path in gone), "the list is up to date"
    for file in files:
        left = file == Path(__file__) or not needs_relay(file)  # a page names this file
        if file.is_file() and left and not any(file.is_relative_to(path) for path in gone):
            _copy(file, root)
    for folder in {file.parent for file in files if file.suffix == ".py"}:
        if (root / folder.relative_to(CHECKOUT)).is_dir():
            for compiled in folder.glob("__pycache__/*.nb[ic]"):
                _copy(compiled, root)
    if (CHECKOUT / "install").is_dir():
        (root / "install").symlink_to(CHECKOUT / "install")
    return root


def _copy(file: Path, root: Path) -> None:
    """Copy a file of the checkout with its time, by which compiled parts know it."""
    target = root / file.relative_to(CHECKOUT)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file, target)


def call(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of Python in the copy; of this project nothing else is in reach but built messages."""
    hidden = ("AMENT_PREFIX_PATH", "ROBOT_TRIALS_CONFIG", "PYTEST_ADDOPTS")
    kept = {
        name: value for name, value in os.environ.items() if name not in hidden and not name.startswith("PYTEST_XDIST")
    }
    messages = [place for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if "_msgs/" in place]
    environment = {**kept, "PYTHONPATH": os.pathsep.join([str(copy), str(copy / "controllers"), *messages])}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def test_what_is_shipped_is_valid(copy: Path) -> None:
    done = call(copy, "robot_trials.cli", "check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok       robots/kuavo.yaml" in done.stdout and "relay" not in done.stdout
    assert "relay" not in call(copy, "robot_trials.cli", "kinds").stdout


@pytest.mark.simulation
@pytest.mark.timeout(1800)
def test_everything_else_passes_its_tests(copy: Path) -> None:
    """Among them that the wheel is built and installed, and that the greeting is installed, checked and planned."""
    left_out = [f"--ignore={folder}" for folder in BLIND]
    done = call(copy, "pytest", "-q", "-n", "2", "-m", f"not ({LEFT_OUT})", *left_out)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed and int(passed[1]) > 1000, done.stdout[-2000:]
