"""Bring the torch upright into the receiver's open hand."""

from __future__ import annotations

import numpy as np
from py_trees.common import Status

from robot_trials.geometry import rotation_to_transform, rotation_z
from robot_trials.kinds.common.hand import (
    command_grasp,
    command_hand_in_odom,
    command_payload,
    distance_to_target,
    hand_in_odom,
)
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.leaves.held_load import compute_shared_bound
from robot_trials.kinds.relay.leaves.reach import SIGHTINGS_MIN, describe_unseen
from robot_trials.kinds.relay.leaves.torch_hand import compute_upright_hand
from robot_trials_control.records import MotionMode, PayloadMode


class OfferTorch(Leaf[RelayContext]):
    """Moves the torch into the receiver's hand; stops where it is if the receiver takes hold earlier."""

    def __init__(self, name: str, context: RelayContext) -> None:
        super().__init__(name, context)
        self._there = self.watch(context.parameters.still_time)
        self._taken = self.watch(context.parameters.still_time)
        self._target: np.ndarray | None = None

    def initialise(self) -> None:
        """Forget the last target."""
        super().initialise()
        self._target = None

    def update(self) -> Status:
        """FAILURE if the receiver's hand is not seen, SUCCESS with the torch held still there."""
        context, parameters = self.context, self.context.parameters
        context.command.mode[...] = MotionMode.STAND
        command_grasp(context, closed=True)
        command_payload(context, PayloadMode.TRACK)
        mass, bound = float(context.status.payload_mass), compute_shared_bound(context)
        if self._taken.update(mass < bound, context.time):
            context.report("info", "load", f"receiver takes hold early: load {mass:.2f} kg below {bound:.2f} kg")
            command_hand_in_odom(context, hand_in_odom(context), context.manner.hands.approach_speed)
            return Status.SUCCESS
        self._look()
        if self._target is None:
            if self.elapsed > 2.0 * parameters.seen_age:
                return self.fail(describe_unseen(context, "receiver_hand", parameters.remembered_age))
            return Status.RUNNING
        command_hand_in_odom(context, self._target, context.manner.hands.approach_speed)
        near = distance_to_target(context, self._target) < context.manner.hands.grasp_distance
        return Status.SUCCESS if self._there.update(near, context.time) else Status.RUNNING

    def _look(self) -> None:
        """Follow the receiver's hand from afar; near it, the robot's arm may hide it, or it moves with the torch."""
        context = self.context
        if self._target is not None and distance_to_target(context, self._target) < context.parameters.freeze_distance:
            return
        seen = context.target("receiver_hand", context.parameters.remembered_age)
        if seen is None or seen.count < SIGHTINGS_MIN:
            return
        heading = rotation_z(context.robot_in_odom[2])
        self._target = rotation_to_transform(compute_upright_hand(context, heading), seen.transform[:3, 3])
