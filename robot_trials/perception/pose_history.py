"""Where the robot was lately: a picture shows the world as it was when it was taken."""

from __future__ import annotations

import bisect
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np
import pinocchio

Posture = TypeVar("Posture")


class PoseHistory(Generic[Posture]):
    """What the robot read of itself over the last moments; poses are computed from it when asked for.

    Args:
        duration_ns: how far back it reaches; longer than the camera's latency [ns].
    """

    def __init__(self, duration_ns: int = 500_000_000) -> None:
        self._duration_ns = duration_ns
        self._times: deque[int] = deque()
        self._postures: deque[Posture] = deque()

    def append(self, time_ns: int, posture: Posture) -> None:
        """Add what was read at a time later than every one before.

        Raises:
            ValueError: time does not increase.
        """
        if self._times and time_ns <= self._times[-1]:
            raise ValueError(f"pose history: time {time_ns} ns must be > {self._times[-1]} ns")
        self._times.append(time_ns)
        self._postures.append(posture)
        while len(self._times) > 2 and self._times[1] <= time_ns - self._duration_ns:
            self._times.popleft()
            self._postures.popleft()

    def at(self, time_ns: int, compute_transform: Callable[[Posture], np.ndarray]) -> np.ndarray | None:
        """Pose of a frame at a time, interpolated between those before and after.

        Args:
            time_ns: when.
            compute_transform: gives the frame's pose for what was read, shape (4, 4).

        Returns:
            shape (4, 4); None before the first or after the last time kept.
        """
        if not self._times or time_ns < self._times[0] or time_ns > self._times[-1]:
            return None
        after = bisect.bisect_left(self._times, time_ns)
        end = compute_transform(self._postures[after])
        if self._times[after] == time_ns:
            return end
        before = after - 1
        ratio = (time_ns - self._times[before]) / (self._times[after] - self._times[before])
        start = compute_transform(self._postures[before])
        return np.array(pinocchio.SE3.Interpolate(pinocchio.SE3(start), pinocchio.SE3(end), ratio).homogeneous)
