"""Judges of walking over ground, on what only the simulator knows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from robot_trials.geometry import PlanarPose
from robot_trials.path import PathFollower
from robot_trials_control.records import Record


class WayJudge:
    """How far the base went over the ground, and in what time.

    Attributes:
        way: length of its true way, in pieces of `PIECE` [m].
    """

    PIECE = 0.25
    """Shorter pieces would count the sway [m]."""

    def __init__(self) -> None:
        self.way, self._last = 0.0, (math.nan, math.nan)

    def update(self, sample: Record) -> None:
        """Look at one tick."""
        x, y, _ = sample.truth.base_position.tolist()
        piece = math.dist((x, y), self._last)
        if math.isnan(piece):
            self._last = x, y
        elif piece >= self.PIECE:
            self.way, self._last = self.way + piece, (x, y)


class LaneJudge:
    """How far the soles' corners leave the middle of a path, in the world.

    Attributes:
        deviation_max: largest distance of a corner to the path [m].
    """

    EVERY = 25
    """Ticks between two looks: every foothold is seen."""

    def __init__(self, path: Sequence[PlanarPose], half_length: float, half_width: float) -> None:
        self._path, self.deviation_max = PathFollower(path), 0.0
        x, y = half_length, half_width
        self._corners = np.array([(i * x, j * y, 0.0, 1.0) for i in (1, -1) for j in (1, -1)])
        self._ticks = 0

    def update(self, sole_poses: np.ndarray) -> None:
        """Look at one tick; poses of both soles in the world, shape (2, 4, 4)."""
        self._ticks += 1
        if self._ticks % self.EVERY:
            return
        for pose in sole_poses:
            for x, y in (self._corners @ pose.T)[:, :2].tolist():
                self.deviation_max = max(self.deviation_max, self._path.deviation(x, y))
