"""Stand still."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from py_trees.common import Status

from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.hand import command_arms_posture
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials_control.records import MotionMode

SPEED_MAX = 0.05
"""Base speed below which the robot counts as standing [m/s]."""


class Stand(Leaf[TrialContext]):
    """Stands until it has been quiet for a while.

    Args:
        name: name in the tree.
        context: the trial's blackboard.
        rest: commands the arms meanwhile; None leaves them where the last leaf sent them.
        patience: not quiet for longer than this is a failure [s].
    """

    def __init__(
        self,
        name: str,
        context: TrialContext,
        rest: Callable[[Any], None] | None = command_arms_posture,
        patience: float = math.inf,
    ) -> None:
        super().__init__(name, context)
        self._rest = rest
        self._patience = patience
        self._quiet = self.watch(context.parameters.quiet_time)

    def update(self) -> Status:
        """SUCCESS once standing quietly."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        if self._rest is not None:
            self._rest(context)
        if self._quiet.update(is_standing(context), context.time):
            return Status.SUCCESS
        if self.elapsed > self._patience:
            return self.fail(f"does not stand still after {self._patience:g} s")
        return Status.RUNNING


def is_standing(context: TrialContext) -> bool:
    """Whether the feet rest and the base hardly moves, by the robot's own estimate."""
    speed = float(np.linalg.norm(context.status.base_linear_velocity))
    stands = int(context.status.mode) in (MotionMode.STAND, MotionMode.PROTECTIVE_STOP)
    return stands and not context.status.walking and speed < SPEED_MAX
