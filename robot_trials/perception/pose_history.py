"""Recent poses of the camera: a picture shows the world as it was when it was taken."""

from __future__ import annotations

import bisect
from collections import deque

import numpy as np
import pinocchio


class PoseHistory:
    """Poses of one frame in odom over the last moments, interpolated in between.

    Args:
        duration_ns: how far back poses are kept; longer than the camera's latency [ns].
    """

    def __init__(self, duration_ns: int = 500_000_000) -> None:
        self._duration_ns = duration_ns
        self._times: deque[int] = deque()
        self._poses: deque[np.ndarray] = deque()

    def append(self, time_ns: int, transform: np.ndarray) -> None:
        """Add the pose at a time later than every one before, shape (4, 4).

        Raises:
            ValueError: time does not increase.
        """
        if self._times and time_ns <= self._times[-1]:
            raise ValueError(f"pose history: time {time_ns} ns must be > {self._times[-1]} ns")
        self._times.append(time_ns)
        self._poses.append(transform)
        while len(self._times) > 2 and self._times[1] <= time_ns - self._duration_ns:
            self._times.popleft()
            self._poses.popleft()

    def at(self, time_ns: int) -> np.ndarray | None:
        """Pose at a time, shape (4, 4); None before the first or after the last pose kept."""
        if not self._times or time_ns < self._times[0] or time_ns > self._times[-1]:
            return None
        after = bisect.bisect_left(self._times, time_ns)
        if self._times[after] == time_ns:
            return self._poses[after]
        before = after - 1
        ratio = (time_ns - self._times[before]) / (self._times[after] - self._times[before])
        start, end = pinocchio.SE3(self._poses[before]), pinocchio.SE3(self._poses[after])
        return np.array(pinocchio.SE3.Interpolate(start, end, ratio).homogeneous)
