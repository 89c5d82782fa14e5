"""Open the hand: only ever after the load has gone over."""

from __future__ import annotations

from py_trees.common import Status

from robot_trials.kinds.common.hand import command_grasp, command_payload
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials.kinds.relay.context import RelayContext
from robot_trials_control.records import MotionMode, PayloadMode


class Release(Leaf[RelayContext]):
    """Opens the hand and takes the load out of the model."""

    def update(self) -> Status:
        """SUCCESS when the hand has had time to open."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        command_grasp(context, closed=False)
        command_payload(context, PayloadMode.NONE)
        context.holding = False
        return Status.SUCCESS if self.elapsed >= context.manner.hands.close_time else Status.RUNNING
