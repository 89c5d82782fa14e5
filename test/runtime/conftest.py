"""Fixtures for tests that share memory between processes."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from control_rig import Rig

PROGRAM = Path(__file__).parent / "runtime_doubles.py"

_counter = itertools.count()


@pytest.fixture
def segment_name(request):
    """A name in /dev/shm that nothing else uses; the file is removed afterwards."""
    name = f"robot_trials_test_{os.getpid()}_{next(_counter)}"
    yield name
    try:
        os.unlink(f"/dev/shm/{name}")
    except FileNotFoundError:
        pass


@pytest.fixture
def record_dtype():
    """A record big enough (16 KiB) that a torn copy would show."""
    return np.dtype([("count", "i8"), ("values", "i8", (2048,)), ("flag", "u1")], align=True)


@pytest.fixture
def make_rig(segment_name):
    """Start a rig; whatever is left of it is killed afterwards."""
    rigs = []

    def make(factor=0.0, pulse=("stop_node", "safety_node"), **options):
        settings = [f"{key}={value}" for key, value in options.items()]
        command = [sys.executable, str(PROGRAM), segment_name, str(factor), *settings]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        names = options.get("robots", "")
        channels = [f"{segment_name}_{name}" if name else segment_name for name in names.split(",")]
        made = [Rig(process, channel, pulse=pulse) for channel in channels]
        rigs.extend(made)
        return made if names else made[0]

    yield make
    for rig in rigs:
        if rig.process.poll() is None:
            rig.process.kill()
            rig.process.communicate()
        rig.close()
    for file in Path("/dev/shm").glob(f"robot_trials_{segment_name}*"):
        file.unlink()
