"""Clocks: what a loop waits on, and what the civil time is.

Every time inside a trial is an integer count of nanoseconds since the trial's start [ns]. Civil time enters in one
place only, as the date at which that count began, so that permits and windows mean the same in simulation.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second."""


class Clock(Protocol):
    """Time since a trial's start."""

    def now_ns(self) -> int:
        """Time since the start [ns]; never goes back."""

    def civil(self) -> datetime:
        """Date and time of day now, with its time zone."""


class SteadyClock:
    """Time of the machine, steady against changes of the date (CLOCK_MONOTONIC).

    Args:
        start: civil date and time at which the count begins; now when omitted.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._origin_ns = time.monotonic_ns()
        self._start = require_zone(start or datetime.now(UTC))

    def now_ns(self) -> int:
        """Time since construction [ns]."""
        return time.monotonic_ns() - self._origin_ns

    def civil(self) -> datetime:
        """Start date plus the time since."""
        return add_ns(self._start, self.now_ns())


class SimulatedClock:
    """Time of a simulated world, moved on by whoever steps it.

    Args:
        start: civil date and time of the scenario's first instant, with its time zone.
    """

    def __init__(self, start: datetime) -> None:
        self._start = require_zone(start)
        self._now_ns = 0

    def now_ns(self) -> int:
        """Simulated time since the start [ns]."""
        return self._now_ns

    def civil(self) -> datetime:
        """Scenario's date plus the simulated time."""
        return add_ns(self._start, self._now_ns)

    def advance_to(self, now_ns: int) -> None:
        """Move to a later time.

        Args:
            now_ns: simulated time since the start [ns].

        Raises:
            ValueError: the time lies before the present one.
        """
        if now_ns < self._now_ns:
            raise ValueError(f"simulated time cannot go back from {self._now_ns} ns to {now_ns} ns")
        self._now_ns = now_ns


def add_ns(start: datetime, offset_ns: int) -> datetime:
    """Date `offset_ns` after `start` (datetime keeps microseconds)."""
    return start + timedelta(microseconds=offset_ns // 1000)


def epoch_ns(start: datetime, offset_ns: int = 0) -> int:
    """Nanoseconds since 1970 (UTC) of a time `offset_ns` after `start`, exact to the nanosecond.

    Raises:
        ValueError: `start` has no time zone.
    """
    since = require_zone(start) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * NANOSECONDS + since.microseconds * 1000 + offset_ns


def require_zone(moment: datetime) -> datetime:
    """The same moment, provided that it says its time zone.

    Raises:
        ValueError: it does not.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} needs a time zone, such as +08:00")
    return moment
