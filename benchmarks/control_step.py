"""One control step, estimate to command: time, its floor, and memory.

A short relay is run once and every sensor reading and motion command of it is kept. A fresh controller then takes the
same steps again: timed (wall clock and thread CPU time, beside each other because shared machines preempt), with every
Pinocchio call and the bare QP timed inside (their sum is the floor: what no rearrangement of the Python around them
can save), and for memory: under tracemalloc for what Python allocates, and by resident size for leaks below Python.
"""

from __future__ import annotations

import argparse
import gc
import resource
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import BenchmarkError, Figure, at_most, printed, progress_bar

if TYPE_CHECKING:
    import numpy as np

    from benchmarks.control_recording import Recording

STEP_P50_MAX = 250.0
STEP_CPU_P99_MAX = 600.0
"""Bounds of one step [µs]."""
ALLOCATION_MAX = 8 * 1024
"""Bound of what one step allocates at its peak [B]."""
GROWTH_MAX = 1024
"""What traced memory may differ by over all steps and still count as no growth [B]: boxed numbers of other sizes."""
RESIDENT_GROWTH_MAX = 256 * 1024
"""The same for the process's resident size [B]: pages of the allocators; 26 B leaked a step would exceed it."""
GROWTH_STEPS = 10_000
FILLING_PASSES = 5
"""Times these steps are taken before growth counts: what caches of a bounded size hold grows less with each."""
WARM_UP = 500
"""Steps before anything is counted."""


@dataclass(frozen=True)
class StepTimes:
    """Times of every step [µs], shape (steps,)."""

    wall: np.ndarray
    cpu: np.ndarray


@dataclass(frozen=True)
class MemoryUse:
    """Memory of many steps [B].

    Attributes:
        peaks: tracemalloc's peak minus start of each step, shape (steps,).
        traced_growth: of what Python's allocators hold at least, from taking the steps once to taking them once more.
        resident_growth: of the process's resident size, over as many steps without tracing.
    """

    peaks: np.ndarray
    traced_growth: int
    resident_growth: int


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--length", type=float, default=20.0, metavar="M", help="lane of the recorded relay (20 m)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the recorded relay")
    parser.add_argument("--repeats", type=int, default=1, help="times the recorded steps are taken when timing (1)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Record, then measure."""
    from benchmarks.control_recording import record_relay

    length = 10.0 if options.quick else options.length
    with progress_bar("recording a relay", int(length)) as advance:
        recording = record_relay(length, options.seed, advance)
    with progress_bar("taking its steps", options.repeats + 2) as advance:
        times = time_steps(recording, options.repeats, advance)
        floor = time_floor(recording)
        advance(1)
        memory = measure_memory(recording, 2000 if options.quick else GROWTH_STEPS)
        advance(1)
    return [*_time_figures(times), *_floor_figures(times, floor), *_memory_figures(memory, recording)]


def time_steps(recording: Recording, repeats: int, advance: Callable[[int], None]) -> StepTimes:
    """Wall and thread CPU time of every step, garbage collection off as in the control process."""
    import numpy as np

    wall, cpu = [], []
    gc.collect()
    gc.disable()
    try:
        for _ in range(repeats):
            take = recording.make_stepper()
            for index in range(len(recording)):
                recording.load(index)
                wall_start, cpu_start = time.perf_counter_ns(), time.thread_time_ns()
                take()
                cpu_end, wall_end = time.thread_time_ns(), time.perf_counter_ns()
                if index >= WARM_UP:
                    wall.append(wall_end - wall_start)
                    cpu.append(cpu_end - cpu_start)
            advance(1)
    finally:
        gc.enable()
    return StepTimes(np.array(wall) / 1e3, np.array(cpu) / 1e3)


def time_floor(recording: Recording) -> dict[str, np.ndarray]:
    """Time of every step spent in Pinocchio and in the QP solver [µs], each shape (steps,).

    Raises:
        BenchmarkError: no such call was seen, so that the floor would be an empty promise.
    """
    import numpy as np

    from benchmarks.call_timer import CallTimer

    with CallTimer() as timer:
        take = recording.make_stepper()
        rows = []
        for index in range(len(recording)):
            recording.load(index)
            timer.reset()
            take()
            if index >= WARM_UP:
                rows.append((timer.seconds("pinocchio"), timer.seconds("qp"), timer.calls("pinocchio")))
    pinocchio, qp, calls = np.array(rows).T
    if not (np.median(pinocchio) > 0.0 and np.median(qp) > 0.0):
        raise BenchmarkError("no Pinocchio or QP call was seen; the floor cannot be measured")
    return {"pinocchio": pinocchio * 1e6, "qp": qp * 1e6, "calls": calls}


def measure_memory(recording: Recording, steps: int) -> MemoryUse:
    """What every step allocates, and what stays allocated after many of them, while walking with a load."""
    first = recording.first_loaded_step + WARM_UP
    steps = min(steps, len(recording) - first)
    resident = _measure_resident_growth(recording, first, steps)
    peaks, growth = _trace_memory(recording, first, steps)
    return MemoryUse(peaks, growth, resident)


def _measure_resident_growth(recording: Recording, first: int, steps: int) -> int:
    """Growth of the process over `steps` steps from the step `first` on [B]."""
    take = _warm_up(recording, first)
    start = _resident_size()
    for step in range(first, first + steps):
        recording.load(step)
        take()
    gc.collect()
    return _resident_size() - start


def _trace_memory(recording: Recording, first: int, steps: int) -> tuple[np.ndarray, int]:
    """Peak minus start of every step [B], and growth of what Python's allocators hold over them [B]."""
    import numpy as np

    take = _warm_up(recording, first)
    peaks, held = np.zeros(steps), []
    tracemalloc.start()
    try:
        for _ in range(FILLING_PASSES + 1):
            for step in range(steps):
                recording.load(first + step)
                tracemalloc.reset_peak()
                start = tracemalloc.get_traced_memory()[0]
                take()
                peaks[step] = tracemalloc.get_traced_memory()[1] - start
            gc.collect()  # also empties Python's lists of freed tuples and numbers
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    return peaks[WARM_UP:], held[-1] - held[-2]


def _warm_up(recording: Recording, steps: int) -> Callable[[], None]:
    """A fresh controller that has taken the first steps."""
    take = recording.make_stepper()
    for step in range(steps):
        recording.load(step)
        take()
    gc.collect()
    return take


def _resident_size() -> int:
    """Resident size of this process [B]."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _time_figures(times: StepTimes) -> list[Figure]:
    """The step itself."""
    import numpy as np

    wall_p50, wall_p99 = np.percentile(times.wall, (50, 99))
    cpu_p50, cpu_p99 = np.percentile(times.cpu, (50, 99))
    return [
        at_most("step_wall_p50", wall_p50, "us", STEP_P50_MAX),
        printed("step_wall_p99", wall_p99, "us"),
        at_most("step_cpu_p50", cpu_p50, "us", STEP_P50_MAX),
        at_most("step_cpu_p99", cpu_p99, "us", STEP_CPU_P99_MAX),
    ]


def _floor_figures(times: StepTimes, floor: dict[str, np.ndarray]) -> list[Figure]:
    """The floor beside it, from the same steps in the same run."""
    import numpy as np

    total = np.percentile(floor["pinocchio"] + floor["qp"], 50)
    return [
        printed("floor_pinocchio_p50", float(np.percentile(floor["pinocchio"], 50)), "us"),
        printed("floor_pinocchio_calls_p50", float(np.percentile(floor["calls"], 50)), "1"),
        printed("floor_qp_p50", float(np.percentile(floor["qp"], 50)), "us"),
        printed("floor_p50", float(total), "us"),
        printed("step_to_floor_p50", float(np.percentile(times.wall, 50) / total), "1"),
    ]


def _memory_figures(memory: MemoryUse, recording: Recording) -> list[Figure]:
    """Allocation and growth."""
    import numpy as np

    return [
        at_most("allocation_per_step_max", float(np.max(memory.peaks)), "B", ALLOCATION_MAX),
        printed("allocation_per_step_p50", float(np.percentile(memory.peaks, 50)), "B"),
        at_most("memory_growth", memory.traced_growth, "B", GROWTH_MAX),
        at_most("resident_growth", memory.resident_growth, "B", RESIDENT_GROWTH_MAX),
        printed("recorded_steps", len(recording), "1"),
    ]
