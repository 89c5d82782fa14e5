"""Notices when somebody steps the machine's wall clock: stamps on both sides of it cannot be compared."""

from __future__ import annotations

import time
from collections.abc import Callable

STEP_S = 0.1
"""Smallest change against CLOCK_MONOTONIC between two looks that is a step; slewing does 0.5 ms a second [s]."""
READ_S = 0.01
"""A reading of both clocks that took longer than this is thrown away [s]."""


class ClockWatch:
    """Compares CLOCK_REALTIME with CLOCK_MONOTONIC, look by look.

    Args:
        wall: CLOCK_REALTIME [s].
        steady: CLOCK_MONOTONIC [s].
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        self._offset: float | None = None

    def find_step(self) -> float:
        """By how much the wall clock was stepped since the last look [s]; 0 when it was not."""
        before = self._steady()
        wall = self._wall()
        if self._steady() - before > READ_S:
            return 0.0
        offset = wall - before
        step = 0.0 if self._offset is None else offset - self._offset
        self._offset = offset
        return step if abs(step) > STEP_S else 0.0
