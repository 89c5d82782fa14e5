"""Bring the torch upright into the receiver's open hand."""

from __future__ import annotations

import numpy as np
from py_trees.common import Status

from robot_trials.behaviours.context import TrialContext
from robot_trials.behaviours.hand import (
    command_grasp,
    command_hand_in_odom,
    command_payload,
    compute_pregrasp,
    compute_upright_hand,
    distance_to_target,
)
from robot_trials.behaviours.leaf import Leaf, Steady
from robot_trials.behaviours.reach import PREGRASP_DISTANCE, SIGHTINGS_MIN, describe_unseen
from robot_trials.geometry import rotation_to_transform, rotation_z
from robot_trials_control.records import MotionMode, PayloadMode


class OfferTorch(Leaf):
    """Moves the torch before the receiver's hand, then into it.

    Args:
        name: name in the tree.
        context: the trial's blackboard.
        into_hand: False stops at the waypoint before the hand.
    """

    def __init__(self, name: str, context: TrialContext, *, into_hand: bool) -> None:
        super().__init__(name, context)
        self._into_hand = into_hand
        self._there = Steady(context.parameters.still_time)
        self._target: np.ndarray | None = None

    def initialise(self) -> None:
        """Forget the last target."""
        super().initialise()
        self._there.reset()
        self._target = None

    def update(self) -> Status:
        """FAILURE if the receiver's hand is not seen, SUCCESS with the torch held still there."""
        context, parameters = self.context, self.context.parameters
        context.command.mode[...] = MotionMode.STAND
        command_grasp(context, closed=True)
        command_payload(context, PayloadMode.TRACK)
        self._look()
        if self._target is None:
            if self.elapsed > 2.0 * parameters.seen_age:
                return self.fail(describe_unseen(context, "receiver_hand"))
            return Status.RUNNING
        command_hand_in_odom(context, self._target, parameters.approach_speed)
        near = distance_to_target(context, self._target) < (
            parameters.grasp_distance if self._into_hand else PREGRASP_DISTANCE
        )
        return Status.SUCCESS if self._there.update(near, context.time) else Status.RUNNING

    def _look(self) -> None:
        """Follow the receiver's hand while it is seen; near it, the torch may hide it."""
        context = self.context
        seen = context.target("receiver_hand", context.parameters.seen_age)
        if seen is None or seen.count < SIGHTINGS_MIN:
            return
        heading = rotation_z(context.robot_in_odom[2])
        grip = rotation_to_transform(compute_upright_hand(context, heading), seen.transform[:3, 3])
        self._target = grip if self._into_hand else compute_pregrasp(context, grip)
