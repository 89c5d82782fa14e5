"""Watches a robot of another process through its shared memory: walking, its stop, a fall; by simulated time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from robot_trials.config.site.ground import GroundSpec
from robot_trials.robots.fall import FallWatch
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.shared_memory import SHARED_MEMORY_FOLDER, SharedMemoryError
from robot_trials.safety.stop_ladder import Rung

STILL_S = 0.3
"""Without a step for so long, the robot stands [s]."""


def find_segments(channel: str) -> list[Path]:
    """Files of a channel in shared memory."""
    return sorted(SHARED_MEMORY_FOLDER.glob(f"robot_trials_{channel}.*"))


@dataclass
class Seen:
    """What was seen since `mark` was called; times since then in simulated seconds, NaN for what did not happen.

    Attributes:
        stopped_after: until the stop ladder was on a rung that ends the walk.
        stood_after: until the robot began to stand still for `STILL_S`, for the first time.
        rung: highest rung of the ladder.
        fell: judged by what the simulator knows.
        walked: it walked at all.
    """

    stopped_after: float = math.nan
    stood_after: float = math.nan
    rung: int = 0
    fell: bool = False
    walked: bool = False


class Watch:
    """Attached to a channel for as long as it is there."""

    def __init__(self, channel: str, ground: GroundSpec) -> None:
        self.seen = Seen()
        self.time = self.walking_since = math.nan
        self._name, self._channel, self._marked = channel, None, 0.0  # type: str, Channel | None, float
        self._still_since = math.nan
        self._ground = ground
        self._falls = FallWatch(ground)

    def mark(self) -> None:
        """Forget what was seen: times count from now."""
        self.seen, self._marked, self._still_since = Seen(), self.time, math.nan

    def poll(self) -> None:
        """Look at the newest sample."""
        if self._channel is None:
            self._attach()
        elif self._channel.state.read_into(self._sample.data):
            self._look()

    def close(self) -> None:
        """Detach."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _attach(self) -> None:
        try:
            self._channel = Channel.attach(self._name, timeout_s=0.0)
            self._channel.state  # noqa: B018  attached now: its file goes when the control process ends
            self._sample = self._channel.make_sample()
            self._falls = FallWatch(self._ground)
        except (SharedMemoryError, OSError, ValueError):
            self._channel = None

    def _look(self) -> None:
        sample, seen = self._sample, self.seen
        self.time = int(sample.state.time_ns) * 1e-9
        status, rung = sample.status, int(sample.status.stop_rung)
        since = self.time - self._marked
        if status.walking:
            self.walking_since = self.time if math.isnan(self.walking_since) else self.walking_since
            seen.walked, self._still_since = True, math.nan
        else:
            self.walking_since = math.nan
            self._still_since = since if math.isnan(self._still_since) else self._still_since
            if math.isnan(seen.stood_after) and since - self._still_since >= STILL_S:
                seen.stood_after = self._still_since
        if rung >= Rung.STAND and math.isnan(seen.stopped_after):
            seen.stopped_after = since
        seen.rung = max(seen.rung, rung)
        self._falls.update(sample)
        seen.fell = seen.fell or self._falls.fell
