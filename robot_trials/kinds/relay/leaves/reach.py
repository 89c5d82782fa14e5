"""Bring the open hand to the torch that the giver offers: to a waypoint before it, then along the fingers."""

from __future__ import annotations

import math

import numpy as np
from py_trees.common import Status

from robot_trials.kinds.common.hand import (
    axis_angle_to_target,
    command_grasp,
    command_hand_in_odom,
    command_payload,
    distance_to_target,
)
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.leaves.held_load import may_hold
from robot_trials.kinds.relay.leaves.torch_hand import command_hand_ready, compute_grip_on_axis, compute_pregrasp
from robot_trials.kinds.relay.longest import RETRACT_PATIENCE
from robot_trials_control.records import MotionMode, PayloadMode

SIGHTINGS_MIN = 3
"""Observations that a grip pose must rest on before the hand goes there."""
READY_DISTANCE = 0.06
"""The hand counts as raised within this [m]."""
PREGRASP_DISTANCE = 0.04
"""The waypoint counts as reached within this [m]."""


class RaiseHand(Leaf[RelayContext]):
    """Brings the hand from the body up to before it; a hand that is out already stays."""

    def __init__(self, name: str, context: RelayContext) -> None:
        super().__init__(name, context)
        self._there = self.watch(context.parameters.still_time)

    def update(self) -> Status:
        """SUCCESS with the hand up."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        if context.hand_target is not None:
            return Status.SUCCESS
        command_grasp(context, closed=False)
        command_hand_ready(context)
        near = self.elapsed > 0.1 and float(context.status.hand_error[context.hand]) < READY_DISTANCE
        return Status.SUCCESS if self._there.update(near, context.time) else Status.RUNNING


class Pregrasp(Leaf[RelayContext]):
    """Moves the open hand beside the seen torch."""

    def __init__(self, name: str, context: RelayContext) -> None:
        super().__init__(name, context)
        self._there = self.watch(context.parameters.still_time)

    def update(self) -> Status:
        """FAILURE if the torch is not seen, SUCCESS at the waypoint."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        command_grasp(context, closed=False)
        command_payload(context, PayloadMode.NONE)
        torch = context.target("torch", context.parameters.seen_age)
        if torch is None or torch.count < SIGHTINGS_MIN:
            if self.elapsed > 2.0 * context.parameters.seen_age:
                return self.fail(describe_unseen(context, "torch", context.parameters.seen_age))
            return Status.RUNNING
        waypoint = compute_pregrasp(context, compute_grip_on_axis(context, torch.transform))
        command_hand_in_odom(context, waypoint, context.manner.hands.reach_speed)
        near = distance_to_target(context, waypoint) < PREGRASP_DISTANCE
        return Status.SUCCESS if self._there.update(near, context.time) else Status.RUNNING


class Approach(Leaf[RelayContext]):
    """Moves the open hand onto the grip, following the seen torch, and stays until it is still there."""

    def __init__(self, name: str, context: RelayContext) -> None:
        super().__init__(name, context)
        self._there = self.watch(context.parameters.still_time)
        self._askew = self.watch(context.parameters.grasp_patience)
        self._grip: np.ndarray | None = None
        self._torch: np.ndarray | None = None

    def initialise(self) -> None:
        """Forget the last grip."""
        super().initialise()
        self._grip = self._torch = None

    def update(self) -> Status:
        """FAILURE if the torch was never seen or is askew in the hand, SUCCESS with the hand around the grip."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        torch = context.target("torch", context.parameters.seen_age)
        if torch is not None and torch.count >= SIGHTINGS_MIN:
            self._torch, self._grip = torch.transform, compute_grip_on_axis(context, torch.transform)
        if self._grip is None or self._torch is None:
            return self.fail(describe_unseen(context, "torch", context.parameters.seen_age))
        command_hand_in_odom(context, self._grip, context.manner.hands.approach_speed)
        near = distance_to_target(context, self._grip) < context.manner.hands.grasp_distance
        angle, bound = axis_angle_to_target(context, self._torch), context.manner.hands.grasp_angle
        aligned = angle < bound
        if self._askew.update(near and not aligned, context.time):
            needed = f"must be < {math.degrees(bound):.1f} deg"
            return self.fail(f"torch {math.degrees(angle):.1f} deg off the hand's axis: {needed}")
        return Status.SUCCESS if self._there.update(near and aligned, context.time) else Status.RUNNING


class Tare(Leaf[RelayContext]):
    """Holds the empty hand still around the grip while the payload estimator learns its bias."""

    def update(self) -> Status:
        """SUCCESS after the tare time."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        command_payload(context, PayloadMode.TARE)
        return Status.SUCCESS if self.elapsed >= context.manner.walk.tare_time else Status.RUNNING


class Retract(Leaf[RelayContext]):
    """Opens the hand and moves it back along the fingers, away from what it could not take or has given."""

    def __init__(self, name: str, context: RelayContext) -> None:
        super().__init__(name, context)
        self._back: np.ndarray | None = None

    def initialise(self) -> None:
        """Remember where to go back to."""
        super().initialise()
        target = self.context.hand_target
        self._back = None if target is None else compute_pregrasp(self.context, target)

    def update(self) -> Status:
        """SUCCESS once back, or where the hand never left the body.

        A hand that may hold the torch stays shut and the trial ends: another attempt would open it.
        """
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        if may_hold(context):
            context.fail(f"the hand holds a load of {float(context.status.payload_mass):.2f} kg and stays shut")
            return self.fail(context.failure)
        command_grasp(context, closed=False)
        command_payload(context, PayloadMode.NONE)
        if self._back is None:
            return Status.SUCCESS
        if self.elapsed < context.manner.hands.close_time:
            return Status.RUNNING
        command_hand_in_odom(context, self._back, context.manner.hands.approach_speed)
        near = distance_to_target(context, self._back) < PREGRASP_DISTANCE
        late = self.elapsed > RETRACT_PATIENCE
        return Status.SUCCESS if near or late else Status.RUNNING


def describe_unseen(context: RelayContext, name: str, bound: float) -> str:
    """Why a target seen longer ago than `bound` [s] cannot be reached for, with the numbers."""
    seen = context.target(name)
    if seen is None:
        return f"{name} was never seen"
    return f"{name} last seen {seen.age(context.time_ns):.1f} s ago (bound {bound:g} s), {seen.count} sightings"
