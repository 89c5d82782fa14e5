"""Walk along the lane's middle with the torch upright."""

from __future__ import annotations

import math

from py_trees.common import Status

from robot_trials.geometry import PlanarPose
from robot_trials.kinds.common.hand import command_grasp, command_payload
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials.kinds.common.leaves.walk_to import StanceFunction, WalkTo
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.course import Person
from robot_trials.kinds.relay.leaves.held_load import find_change, is_lost
from robot_trials.kinds.relay.leaves.torch_hand import (
    command_hand_carry,
    estimate_torch_tilt,
    measure_grip,
    start_measuring_grip,
)
from robot_trials_control.records import MotionMode, PayloadMode

POSE_DISTANCE = 0.02
"""The carry pose counts as reached within this: a load that is not yet known well pulls the hand further off [m]."""
POSE_TILT = 0.035
"""The torch counts as upright within this [rad]."""
POSE_TIME = 4.0
"""After this time a torch that leans a little more, or hangs a little lower, is carried as it is [s]."""
POSE_DISTANCE_LATE = 0.04
"""Then the carry pose counts as reached within this [m]."""
LOAD_SMOOTHING = 1.5
"""Time constant over which the load is averaged on the way: single steps shake the estimate [s]."""
CHANGED_TIME = 2.0
"""A load that has been another one than was accepted for so long counts as changed; a lost one has gone by then [s]."""


class MeasureTorch(Leaf[RelayContext]):
    """Looks at the torch in the hand, standing, to learn how it is turned there."""

    def initialise(self) -> None:
        """Know nothing of how this torch is held."""
        super().initialise()
        start_measuring_grip(self.context)

    def update(self) -> Status:
        """SUCCESS when it was seen afresh, or not at all for too long: then it is taken as gripped straight."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        command_grasp(context, closed=True)
        command_payload(context, PayloadMode.TRACK)
        if measure_grip(context):
            tilt = math.degrees(math.acos(max(-1.0, min(1.0, float(context.grip_to_torch[2, 2])))))
            context.report("info", "grip", f"torch {tilt:.1f} deg off the hand's axis")
            return Status.SUCCESS
        if self.elapsed > 3.0:
            context.report("warn", "grip", "torch not seen in the hand; taken as gripped straight")
            return Status.SUCCESS
        return Status.RUNNING


class CarryPose(Leaf[RelayContext]):
    """Brings the torch upright to where it is carried, standing."""

    def __init__(self, name: str, context: RelayContext) -> None:
        super().__init__(name, context)
        self._there = self.watch(context.parameters.still_time)

    def update(self) -> Status:
        """SUCCESS with the hand at the carry pose."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        command_carry(context)
        distance = float(context.status.hand_error[context.hand])
        there = distance < POSE_DISTANCE and estimate_torch_tilt(context) < POSE_TILT
        late = self.elapsed > POSE_TIME and distance < POSE_DISTANCE_LATE
        ready = self.elapsed > 0.1 and (there or late)
        return Status.SUCCESS if self._there.update(ready, context.time) else Status.RUNNING


class Carry(WalkTo[RelayContext]):
    """Walks to the receiver along the lane, steered by a point ahead on the lane's middle.

    Args:
        name: name in the tree.
        context: the trial's blackboard.
        receiver: where the way ends.
        compute_stance: the stance there, in odom, as known now.
    """

    def __init__(self, name: str, context: RelayContext, receiver: Person, compute_stance: StanceFunction) -> None:
        super().__init__(name, context, self._compute_target, context.trial.walking_speed)
        self._end_x = receiver.robot_stance.x
        self._compute_end = compute_stance
        self._changed = self.watch(CHANGED_TIME)
        self._mass = 0.0
        self._last_time = 0.0

    def initialise(self) -> None:
        """Start with the torch in hand."""
        super().initialise()
        self._mass = self.context.carried_mass
        self._last_time = self.context.time

    def update(self) -> Status:
        """FAILURE if the load is no longer the accepted one, SUCCESS at the receiver's stance."""
        context = self.context
        command_carry(context, PayloadMode.HOLD)
        load = self._average_load()
        problem = find_change(context, load)
        if is_lost(context, load) or self._changed.update(bool(problem), context.time):
            context.holding = not is_lost(context, load)
            return self.fail(problem)
        return super().update()

    def _average_load(self) -> float:
        """Measured load, smoothed [kg]."""
        time = self.context.time
        share = 1.0 - math.exp(-(time - self._last_time) / LOAD_SMOOTHING)
        self._mass += share * (float(self.context.status.payload_mass) - self._mass)
        self._last_time = time
        return self._mass

    def _compute_target(self, context: RelayContext) -> PlanarPose:
        """A point ahead on the lane's middle; the stance itself at the end."""
        x = context.robot_in_map[0]
        ahead = x + context.manner.walk.lookahead
        if ahead >= self._end_x:
            return self._compute_end(context)
        return context.map_pose_to_odom((ahead, 0.0, 0.0))


def command_carry(context: RelayContext, payload: PayloadMode = PayloadMode.TRACK) -> None:
    """Torch upright at its place beside the body, hand shut, load tracked unless said otherwise."""
    command_hand_carry(context, context.manner.hands.reach_speed)
    command_grasp(context, closed=True)
    command_payload(context, payload)
