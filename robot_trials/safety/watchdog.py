"""Notices when something that should keep happening has stopped."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Watchdog:
    """Watches one count that must keep growing: control ticks, messages, heartbeats.

    Time is whatever the caller counts in: control ticks in lockstep, the monotonic clock on hardware.

    Attributes:
        name: what is watched.
        timeout: longest time without growth.
        armed: a watchdog that is not armed is never late; arming starts its time anew.

    Raises:
        ValueError: the timeout is not positive.
    """

    name: str
    timeout: float
    armed: bool = False
    _count: int = field(default=-1, repr=False)
    _since: float = field(default=0.0, repr=False)

    def __post_init__(self) -> None:
        """Check the timeout."""
        if not self.timeout > 0.0:
            raise ValueError(f"watchdog {self.name}: timeout: {self.timeout:g}: must be > 0")

    def arm(self, armed: bool, now: float) -> None:
        """Switch it on or off."""
        if armed and not self.armed:
            self._since = now
        self.armed = armed

    def update(self, count: int, now: float) -> bool:
        """Take the newest count in; True when it is late."""
        if count != self._count or not self.armed:
            self._count, self._since = count, now
        return self.armed and now - self._since > self.timeout

    def age(self, now: float) -> float:
        """Time since the count last grew."""
        return now - self._since
