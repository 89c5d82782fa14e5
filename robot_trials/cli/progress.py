"""What a running trial shows: phase, distance and time."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

REPORT_EVERY = 10.0
"""Without a terminal, a line is printed at every change of phase and every so many metres [m]."""


class TrialProgress(Protocol):
    """What a trial's host reports while it runs."""

    @property
    def phase(self) -> str:
        """Name of the phase."""

    @property
    def distance(self) -> float:
        """Way made with the torch [m]."""

    @property
    def length(self) -> float:
        """Length of the lane [m]."""

    @property
    def time(self) -> float:
        """Time in the trial [s]."""


class ProgressDisplay:
    """A bar on a terminal, plain lines elsewhere, nothing when quiet. Call it with each report.

    Args:
        console: where to print.
        length: length of the lane [m].
        quiet: print nothing.
    """

    def __init__(self, console: Console, length: float, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._phase = ""
        self._next_report = REPORT_EVERY
        self._bar = Progress(
            TextColumn("[bold]{task.fields[phase]:<15}"),
            BarColumn(bar_width=40),
            TextColumn("{task.completed:6.1f} / {task.total:.0f} m   {task.fields[time]:6.1f} s simulated, wall"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._task: TaskID = self._bar.add_task("trial", total=length, phase="", time=0.0)

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
        distance = max(progress.distance, 0.0)
        if self._console.is_terminal:
            self._bar.update(self._task, completed=distance, phase=progress.phase, time=progress.time)
            return
        if progress.phase != self._phase or distance >= self._next_report:
            self._phase = progress.phase
            self._next_report = (distance // REPORT_EVERY + 1) * REPORT_EVERY
            self._console.print(
                f"{progress.time:7.1f} s  {progress.phase:<15} {distance:6.1f} / {progress.length:.0f} m"
            )
