"""The control step's figures see what they promise to see, on steps whose cost is known."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pinocchio as pin
import pytest

import robot_trials_control.whole_body.qp as qp_module
from benchmarks import control_step
from benchmarks.harness import BenchmarkError


class FakeRecording:
    """Steps that do what a test says."""

    first_loaded_step = 10

    def __init__(self, step: Callable[[], Any], length: int = 3000) -> None:
        self._step, self._length = step, length

    def __len__(self) -> int:
        return self._length

    def load(self, index: int) -> None:
        """Nothing to load, but the index must exist."""
        assert 0 <= index < self._length

    def make_stepper(self) -> Callable[[], None]:
        """The same step every time."""
        return lambda: self._step()


def test_times_are_microseconds_of_a_step() -> None:
    def spin() -> None:
        end = time.thread_time_ns() + 50_000
        while time.thread_time_ns() < end:
            pass

    times = control_step.time_steps(FakeRecording(spin, 700), 1, lambda steps: None)  # type: ignore[arg-type]
    assert times.cpu.shape == (200,)
    assert 50.0 <= np.median(times.cpu) < 80.0
    assert np.all(times.wall >= 50.0)


def test_floor_adds_up_pinocchio_and_the_program() -> None:
    hessian, vector, sense = np.eye(2), np.ones(2), np.zeros(2, dtype=np.intc)

    def step() -> None:
        for _ in range(3):
            pin.exp3(vector3)
        qp_module.daqp_solve(hessian, vector, hessian, vector, -vector, sense)

    vector3 = np.zeros(3)
    floor = control_step.time_floor(FakeRecording(step, 700))  # type: ignore[arg-type]
    assert np.all(floor["calls"] == 3)
    assert 0.0 < np.median(floor["pinocchio"]) < 100.0
    assert 0.0 < np.median(floor["qp"]) < 1000.0


def test_a_floor_of_nothing_is_refused() -> None:
    with pytest.raises(BenchmarkError, match="no Pinocchio or QP call was seen"):
        control_step.time_floor(FakeRecording(lambda: None, 700))  # type: ignore[arg-type]


def test_a_passing_array_counts_as_allocation_and_not_as_growth() -> None:
    memory = control_step.measure_memory(FakeRecording(lambda: np.zeros(512)), 2000)  # type: ignore[arg-type]
    assert 4096 <= memory.peaks.max() < 4096 + 1024
    assert abs(memory.traced_growth) <= control_step.GROWTH_MAX


def test_a_leak_of_one_float_a_step_shows() -> None:
    kept: list[float] = []
    memory = control_step.measure_memory(  # type: ignore[arg-type]
        FakeRecording(lambda: kept.append(time.perf_counter())), 2000
    )
    assert memory.traced_growth > 10 * control_step.GROWTH_MAX


def test_a_leak_shows_in_the_resident_size() -> None:
    kept = []
    memory = control_step.measure_memory(  # type: ignore[arg-type]
        FakeRecording(lambda: kept.append(np.ones(2000).tobytes())), 2000
    )
    assert memory.resident_growth > control_step.RESIDENT_GROWTH_MAX
