"""Fixtures for tests that share memory between processes."""

import itertools
import os

import numpy as np
import pytest

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
