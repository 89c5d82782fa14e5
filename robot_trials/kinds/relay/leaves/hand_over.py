"""Lower the torch into the receiver's hand and let go only when the receiver carries it."""

from __future__ import annotations

import numpy as np
from py_trees.common import Status

from robot_trials.kinds.common.hand import command_grasp, command_hand_in_odom, command_payload, move_along_z
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.leaves.held_load import compute_given_bound, compute_shared_bound, whole_load
from robot_trials.kinds.relay.longest import TAKE_BACK_TIME
from robot_trials_control.records import MotionMode, PayloadMode

LOWERED_WAIT = 4.0
"""With the torch lowered as far as it may be, the receiver must carry within this time [s]."""


class LowerUntilCarried(Leaf[RelayContext]):
    """Lowers the torch slowly until the measured load has gone over to the receiver.

    The hand stays shut throughout: without a receiver that carries, the robot keeps the torch.
    """

    def __init__(self, name: str, context: RelayContext) -> None:
        super().__init__(name, context)
        self._released = self.watch(context.parameters.still_time)
        self._start: np.ndarray | None = None
        self._depth = 0.0
        self._last_time = 0.0
        self._bottom_since: float | None = None

    def initialise(self) -> None:
        """Start from the offered pose."""
        super().initialise()
        self._start = self.context.hand_target
        self._depth = 0.0
        self._last_time = self.context.time
        self._bottom_since = None

    def update(self) -> Status:
        """SUCCESS once the receiver carries; FAILURE with the torch still held."""
        context, parameters = self.context, self.context.parameters
        if self._start is None:
            return self.fail("nothing to hand over: the torch was not offered")
        context.command.mode[...] = MotionMode.STAND
        command_grasp(context, closed=True)
        command_payload(context, PayloadMode.TRACK)
        mass = float(context.status.payload_mass)
        bound = compute_given_bound(context)
        if self.elapsed > parameters.offer_time:
            self._lower(mass > bound)
        command_hand_in_odom(context, move_along_z(self._start, -self._depth), context.manner.hands.approach_speed)
        self._last_time = context.time
        if self._released.update(mass < bound, context.time):
            context.report("info", "load", f"receiver carries: load {mass:.2f} kg of {whole_load(context):.2f} kg left")
            return Status.SUCCESS
        if self._bottom_since is not None and context.time - self._bottom_since > LOWERED_WAIT:
            needed = f"must be < {bound:.2f} kg, lowered {self._depth * 1e3:.0f} mm"
            return self.fail(f"receiver does not carry: load {mass:.2f} kg {needed}")
        return Status.RUNNING

    def _lower(self, further: bool) -> None:
        parameters = self.context.parameters
        if further:
            step = parameters.lift_speed * (self.context.time - self._last_time)
            self._depth = min(self._depth + step, parameters.lower_height)
        if self._depth >= parameters.lower_height and self._bottom_since is None:
            self._bottom_since = self.context.time


class TakeBack(Leaf[RelayContext]):
    """After a failed hand-over: raises the torch again if the robot alone carries it, else stays as it is."""

    def __init__(self, name: str, context: RelayContext) -> None:
        super().__init__(name, context)
        self._target: np.ndarray | None = None

    def initialise(self) -> None:
        """Decide from the measured load whether somebody else holds the torch."""
        super().initialise()
        context = self.context
        alone = float(context.status.payload_mass) > compute_shared_bound(context)
        target = context.hand_target
        lift = context.parameters.lower_height if alone else 0.0
        self._target = None if target is None else move_along_z(target, lift)

    def update(self) -> Status:
        """SUCCESS after a moment; the hand stays shut."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        command_grasp(context, closed=True)
        command_payload(context, PayloadMode.TRACK)
        if self._target is not None:
            command_hand_in_odom(context, self._target, context.manner.hands.approach_speed)
        return Status.SUCCESS if self.elapsed > TAKE_BACK_TIME else Status.RUNNING
