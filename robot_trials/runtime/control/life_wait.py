"""In lockstep, time may run faster than those who watch and listen: the world waits for their signs of life."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from robot_trials.runtime.channel.beats import BeatReader
from robot_trials.runtime.channel.channel import ALIVE_CHECK_S, Channel
from robot_trials.runtime.channel.stop_inbox import StopInbox

HOLD_SHARE = 0.7
"""Part of the ladder's timeout, in simulated time, after which the world waits; a trial tick more is left for it."""
PATIENCE_S = 3.0
"""Wall time the world waits for a process that lives; then time goes on, and the ladder takes it for dead."""


@dataclass
class _Watched:
    """One process the world waits for.

    Attributes:
        reader: of its beats, for its process id.
        count: its signs of life so far.
        seen_at: simulated time of the newest [s].
        deadline: end of the wait under way, CLOCK_MONOTONIC [s]; None while nobody waits.
    """

    reader: BeatReader
    count: int = 0
    seen_at: float = 0.0
    deadline: float | None = None
    dead: bool = False
    checked_at: float = field(default=0.0, repr=False)

    def waits(self, count: int, now: float, hold: float) -> bool:
        """Whether the world waits for the next sign, at simulated time `now` [s]."""
        if count != self.count:
            self.count, self.seen_at, self.deadline = count, now, None
        if count == 0 or now - self.seen_at <= hold:
            return False
        wall = time.monotonic()
        if self.deadline is None:
            self.deadline, self.checked_at = wall + PATIENCE_S, 0.0
        if wall - self.checked_at > ALIVE_CHECK_S:
            self.reader.read()
            self.dead, self.checked_at = self.reader.is_dead, wall
        return not self.dead and wall < self.deadline


class LifeWait:
    """Tells when a world in lockstep must wait for the stop node or the supervisor of one robot.

    Args:
        channel: of the robot.
        inbox: with their signs of life.
        timeout: of the stop ladder [s].
    """

    def __init__(self, channel: Channel, inbox: StopInbox, timeout: float) -> None:
        self._inbox, self._hold = inbox, HOLD_SHARE * timeout
        self._listener = _Watched(BeatReader(channel, "stop_node"))
        self._supervisor = _Watched(BeatReader(channel, "safety_node"))

    def must_wait(self, now: float) -> bool:
        """Whether the world waits, at simulated time `now` [s]; never for who has not been there, is dead, or hangs."""
        self._inbox.update()
        listener = self._listener.waits(self._inbox.inputs, now, self._hold)
        supervisor = self._supervisor.waits(self._inbox.heartbeats, now, self._hold)
        return listener or supervisor
