"""What every benchmark shares: figures with targets, how they are printed, progress on long ones."""

from __future__ import annotations

import json
import math
import multiprocessing
import operator
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Job = TypeVar("Job")
Result = TypeVar("Result")
SINGLE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""BLAS on one thread: repeatable bit for bit, and a figure per core."""

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge, "==": operator.eq}


class BenchmarkError(Exception):
    """A benchmark could not be run, so that there are no figures."""


@dataclass(frozen=True)
class Target:
    """What a figure has to reach.

    Attributes:
        relation: `<=`, `>=` or `==`.
        bound: in the figure's unit.
    """

    relation: str
    bound: float

    def __str__(self) -> str:
        """`<=250`, one word of a line."""
        return f"{self.relation}{self.bound:g}"

    def is_met(self, value: float) -> bool:
        """Whether a value reaches it; NaN never does."""
        return _COMPARISONS[self.relation](value, self.bound)


@dataclass(frozen=True)
class Figure:
    """One number of a benchmark.

    Attributes:
        name: one word.
        unit: one word; `1` for counts and ratios.
        target: None for a figure that is only printed.
    """

    name: str
    value: float
    unit: str
    target: Target | None = None

    @property
    def is_met(self) -> bool:
        """Whether the target is reached; true without one."""
        return self.target is None or self.target.is_met(self.value)

    def line(self, width: int = 0) -> str:
        """`name value unit target met|short`; `-` stands where there is no target."""
        target, word = (str(self.target), "met" if self.is_met else "short") if self.target else ("-", "-")
        return f"{self.name:<{width}} {self.value:>10.4g} {self.unit:<5} {target:<8} {word}"

    def as_json(self) -> dict[str, object]:
        """The same for machines; a value that is not finite becomes null."""
        return {
            "name": self.name,
            "value": self.value if math.isfinite(self.value) else None,
            "unit": self.unit,
            "target": str(self.target) if self.target else None,
            "met": self.is_met if self.target else None,
        }


def at_most(name: str, value: float, unit: str, bound: float) -> Figure:
    """A figure that must not exceed a bound."""
    return Figure(name, value, unit, Target("<=", bound))


def at_least(name: str, value: float, unit: str, bound: float) -> Figure:
    """A figure that must reach a bound."""
    return Figure(name, value, unit, Target(">=", bound))


def printed(name: str, value: float, unit: str) -> Figure:
    """A figure without a target."""
    return Figure(name, value, unit)


def report(benchmark: str, figures: Sequence[Figure], json_file: Path | None) -> bool:
    """Print every figure, write them as JSON when asked; True when all targets are met."""
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        print(figure.line(width), flush=True)
    met = all(figure.is_met for figure in figures)
    if json_file is not None:
        content = {
            "benchmark": benchmark,
            "met": met,
            "machine": describe_machine(),
            "figures": [figure.as_json() for figure in figures],
        }
        json_file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return met


def describe_machine() -> dict[str, object]:
    """What absolute times depend on."""
    return {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}


def use_single_thread() -> None:
    """Keep BLAS on one thread here and in processes started from now on; call before NumPy is imported."""
    os.environ.update(SINGLE_THREAD)


@contextmanager
def progress_bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, so that standard output holds figures only.

    Yields:
        A function to call with the number of steps done since the last call.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=total)
        yield lambda steps: progress.advance(task, steps)


def run_in_processes(
    function: Callable[[Job], Result], jobs: Sequence[Job], processes: int, jobs_each: int | None = None
) -> Iterator[Result]:
    """Call a module's function for each job in spawned processes, yielding each result as it is ready.

    Args:
        function: of a module, so that other processes find it.
        jobs: its arguments.
        processes: at a time.
        jobs_each: after which a process is replaced by a fresh one; None for never.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=processes, mp_context=context, max_tasks_per_child=jobs_each) as pool:
        for future in as_completed([pool.submit(function, job) for job in jobs]):
            yield future.result()


def end_with_parent() -> None:
    """End this process soon after the one that started it, however that has ended."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, name="end_with_parent", daemon=True).start()
