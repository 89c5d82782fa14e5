"""Fresh clone to verdict: how long a newcomer waits.

Clones this checkout's last commit into an empty folder and calls `./run demo` there: virtual environment, ROS 2
wheels, interfaces, the trial, bag and report. Download caches are as they are: run it twice for the figure with warm
ones.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.harness import BenchmarkError, Figure, at_most, printed

CHECKOUT = Path(__file__).resolve().parents[1]
TOTAL_MAX = 300.0
"""Longest time from clone to verdict with warm download caches [s]."""

QUICK_DEMO = ["--length", "20"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--keep", action="store_true", help="keep the clone and name its folder")


def run(options: argparse.Namespace) -> list[Figure]:
    """Clone, set up, run the demo."""
    folder = Path(tempfile.mkdtemp(prefix="robot_trials_fresh_"))
    clone = folder / "robot_trials"
    try:
        clone_time, code = time_command(["git", "clone", "--quiet", str(CHECKOUT), str(clone)], folder)
        if code != 0:
            raise BenchmarkError(f"git clone ended with exit code {code}")
        demo_time, code = time_command(["./run", "demo", *(QUICK_DEMO if options.quick else [])], clone)
    finally:
        if options.keep:
            print(f"clone kept in {clone}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return [
        printed("clone_time", clone_time, "s"),
        printed("demo_time", demo_time, "s"),
        at_most("fresh_to_verdict_time", clone_time + demo_time, "s", TOTAL_MAX),
        at_most("demo_exit_code", code, "1", 0),
    ]


def time_command(command: list[str], folder: Path) -> tuple[float, int]:
    """Run a command as a newcomer's shell would, its output on standard error.

    Returns:
        Wall time [s] and exit code.
    """
    environment = {key: value for key, value in os.environ.items() if key not in _OWN_VARIABLES}
    start = time.perf_counter()
    code = subprocess.run(command, cwd=folder, env=environment, stdout=sys.stderr.fileno(), check=False).returncode
    return time.perf_counter() - start, code


_OWN_VARIABLES = (
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "PYTHONHOME",
    "AMENT_PREFIX_PATH",
    "LD_LIBRARY_PATH",
    "ROBOT_TRIALS_CONFIG",
)
"""What this process's own environment sets and a fresh shell does not."""
