"""Counts times when the process was held up although it wanted to go on: paused, starved, suspended."""

from __future__ import annotations

import time

PAUSE_S = 0.1
"""Longest time between two looks, beyond what was meant and what was computed, that is no pause [s]."""


class PauseWatch:
    """Looks at the clock between all that the process does.

    Time that the process spent computing is no pause, nor is time it meant to sleep.

    Attributes:
        count: pauses so far.
        longest: of them [s].
    """

    def __init__(self) -> None:
        self.count, self.longest = 0, 0.0
        self._wall_ns, self._cpu_ns = time.monotonic_ns(), time.process_time_ns()

    def look(self, meant: float = 0.0) -> None:
        """Judge the time since the last look, of which `meant` [s] was waiting on purpose."""
        wall_ns, cpu_ns = time.monotonic_ns(), time.process_time_ns()
        held = (wall_ns - self._wall_ns - (cpu_ns - self._cpu_ns)) * 1e-9 - meant
        self._wall_ns, self._cpu_ns = wall_ns, cpu_ns
        if held > PAUSE_S:
            self.count, self.longest = self.count + 1, max(self.longest, held)
