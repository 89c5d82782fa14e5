"""Paving slabs of slightly different heights, laid where the robot walks.

Flat slabs are used rather than a height field: a sole then meets the ground in up to eight contacts at its own
corners, which stands still, at half the cost. Only the slabs around the robot exist at a time: each physics step pays
for every shape of the world. A slab that is laid again elsewhere takes the height drawn for that place.
"""

from __future__ import annotations

import math

import mujoco
import numpy as np

from robot_trials.config.site import Site

SLAB = 0.5
"""Edge of a slab [m]."""
THICKNESS = 0.1
"""[m]"""
ROWS = 3
"""Slabs side by side: the middle 1.5 m of the lane."""
WINDOW = 5
"""Slabs one behind the other that exist at a time."""
BEHIND = 2
"""Of these, how many lie behind the robot."""
MARGIN = 10.0
"""Paving before the start and behind the hand-over line [m]."""
LEVEL_AROUND_START = 0.75
"""The slabs within this of the start lie level, so that both soles stand on the ground at the start [m]."""


class Paving:
    """Keeps the slabs under the robot.

    Args:
        model, data: the robot's own world.
        site: its lane, start and ground.
        unevenness: largest height of a slab above or below the ground [m].
        seed: draws the heights.
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, site: Site, unevenness: float, seed: int) -> None:
        self._x_min = min(site.start.x, 0.0) - MARGIN
        columns = int(np.ceil((site.lane.length + MARGIN - self._x_min) / SLAB))
        self.heights = np.random.default_rng(seed).uniform(-unevenness, unevenness, (columns, ROWS))
        self._level_start(site)
        first = int(model.body("slab_0").mocapid[0])
        self._positions = data.mocap_pos[first : first + WINDOW * ROWS].reshape(WINDOW, ROWS, 3)
        self._quaternions = data.mocap_quat[first : first + WINDOW * ROWS].reshape(WINDOW, ROWS, 4)
        self._ground = site.ground
        self._laid = np.full(WINDOW, -1)
        self._column = -1
        self.follow(site.start.x)

    def follow(self, x: float) -> None:
        """Lay the slabs around `x` [m]; does nothing while the robot stays on the same column."""
        column = int((x - self._x_min) // SLAB)
        if column == self._column:
            return
        self._column = column
        for wanted in range(column - BEHIND, column - BEHIND + WINDOW):
            slot = wanted % WINDOW
            if self._laid[slot] != wanted:
                self._lay(slot, wanted)

    def _lay(self, slot: int, column: int) -> None:
        self._laid[slot] = column
        bounded = min(max(column, 0), len(self.heights) - 1)
        row = np.arange(ROWS)
        x = self._x_min + (column + 0.5) * SLAB
        slope = self._ground.slope(x)
        self._positions[slot, :, 0] = x + 0.5 * THICKNESS * math.sin(slope)
        self._positions[slot, :, 1] = (row + 0.5 - ROWS / 2) * SLAB
        surface = self._ground.height(x) + self.heights[bounded]
        self._positions[slot, :, 2] = surface - 0.5 * THICKNESS * math.cos(slope)
        self._quaternions[slot] = (math.cos(0.5 * slope), 0.0, -math.sin(0.5 * slope), 0.0)

    def _level_start(self, site: Site) -> None:
        x = self._x_min + (np.arange(len(self.heights)) + 0.5) * SLAB
        y = (np.arange(ROWS) + 0.5 - ROWS / 2) * SLAB
        near_x, near_y = abs(x - site.start.x) < LEVEL_AROUND_START, abs(y - site.start.y) < LEVEL_AROUND_START
        self.heights[np.ix_(near_x, near_y)] = 0.0
