"""Raise a hand and move it to and fro."""

from __future__ import annotations

import math

from py_trees.common import Status

from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.hand import command_hand, on_working_side
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials_control.records import HandMode, MotionMode

RAISED = (0.30, -0.38, 1.35)
"""Right grip in the heading frame, hand beside the head [m]."""
SWING = 0.10
"""To each side of it [m]."""
PERIOD = 1.6
"""Of one wave [s]."""
UPWARDS = (0.0, -math.sqrt(0.5), 0.0, math.sqrt(0.5))
"""Fingers up: turn of the grip frame in the heading frame (x, y, z, w)."""
ARRIVED = 0.06
"""The hand counts as raised this near to its place [m]."""


class Wave(Leaf[TrialContext]):
    """Stands, raises the working hand, waves.

    Args:
        name: name in the tree.
        context: the trial's blackboard.
        count: to and fro so often.
    """

    def __init__(self, name: str, context: TrialContext, count: int) -> None:
        super().__init__(name, context)
        self._count = count
        self._raised_at = math.nan

    def initialise(self) -> None:
        """The hand has to be raised anew."""
        super().initialise()
        self._raised_at = math.nan

    def update(self) -> Status:
        """RUNNING until the last wave, then SUCCESS."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        waved = 0.0 if math.isnan(self._raised_at) else context.time - self._raised_at
        x, y, z = RAISED
        place = x, y + SWING * math.sin(2.0 * math.pi * waved / PERIOD), z
        speed = 2.0 * context.manner.hands.reach_speed
        command_hand(context, HandMode.HEADING, on_working_side(context, place), UPWARDS, speed)
        if math.isnan(self._raised_at) and self.elapsed > 0.2 and self._is_raised():
            self._raised_at = context.time
        return Status.SUCCESS if waved >= self._count * PERIOD else Status.RUNNING

    def _is_raised(self) -> bool:
        return float(self.context.status.hand_error[self.context.hand]) < ARRIVED
