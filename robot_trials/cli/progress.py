"""What a running trial shows: phase, distance and time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from robot_trials.kinds.contract import Quantity

REPORTS = 10
"""Without a terminal, a line is printed at every change of phase, and so many on the whole way."""


class TrialProgress(Protocol):
    """What a trial's host reports while it runs."""

    @property
    def phase(self) -> str:
        """Name of the phase."""

    @property
    def share(self) -> float:
        """From 0 at the start to 1 at the end."""

    @property
    def figures(self) -> Mapping[str, Quantity]:
        """What else the trial's kind shows, by name."""

    @property
    def time(self) -> float:
        """Time in the trial [s]."""


class ProgressDisplay:
    """A bar on a terminal, plain lines elsewhere, nothing when quiet. Call it with each report.

    Args:
        console: where to print.
        quiet: print nothing.
    """

    def __init__(self, console: Console, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._phase = ""
        self._reported = 0
        self._bar = Progress(
            TextColumn("[bold]{task.fields[phase]:<15}"),
            BarColumn(bar_width=40),
            TextColumn("{task.percentage:3.0f} %  {task.fields[figures]}  {task.fields[time]:6.1f} s simulated, wall"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._task: TaskID = self._bar.add_task("trial", total=1.0, phase="", figures="", time=0.0)

    def __enter__(self) -> ProgressDisplay:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, progress: TrialProgress) -> None:
        """Show one report."""
        if self._quiet:
            return
        figures = format_figures(progress.figures)
        if self._console.is_terminal:
            self._bar.update(
                self._task, completed=progress.share, phase=progress.phase, figures=figures, time=progress.time
            )
            return
        part = int(REPORTS * progress.share + 1e-9)
        if progress.phase != self._phase or part > self._reported:
            self._phase, self._reported = progress.phase, part
            self._console.print(
                f"{progress.time:7.1f} s  {progress.phase:<15} {100.0 * progress.share:3.0f} %  {figures}".rstrip()
            )


def format_figures(figures: Mapping[str, Quantity]) -> str:
    """`distance 3.2 m`, one after the other; what is not known is left out."""
    return ", ".join(
        f"{name} {quantity.value:.2f} {quantity.unit}"
        for name, quantity in figures.items()
        if math.isfinite(quantity.value)
    )
