"""Shut the hand and lift gently until the load is felt."""

from __future__ import annotations

import numpy as np
from py_trees.common import Status

from robot_trials.kinds.common.hand import command_grasp, command_hand_in_odom, command_payload, move_along_z
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.leaves.accept_load import describe_mass, refuse_load
from robot_trials.kinds.relay.leaves.held_load import EMPTY_MAX
from robot_trials_control.records import MotionMode, PayloadMode

LIFTED_WAIT = 3.0
"""With the hand raised as far as it may be, the load must be felt within this time [s]."""


class CloseHand(Leaf[RelayContext]):
    """Shuts the hand around the grip."""

    def update(self) -> Status:
        """SUCCESS when the hand has had time to shut."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        command_grasp(context, closed=True)
        command_payload(context, PayloadMode.TRACK)
        return Status.SUCCESS if self.elapsed >= context.manner.hands.close_time else Status.RUNNING


class Lift(Leaf[RelayContext]):
    """Raises the hand slowly until the load is felt; how much of it the giver still bears is not known yet."""

    def __init__(self, name: str, context: RelayContext) -> None:
        super().__init__(name, context)
        self._loaded = self.watch(context.parameters.still_time)
        self._start: np.ndarray | None = None
        self._height = 0.0
        self._last_time = 0.0
        self._top_since: float | None = None

    def initialise(self) -> None:
        """Start from where the hand was sent to."""
        super().initialise()
        self._start = self.context.hand_target
        self._height = 0.0
        self._last_time = self.context.time
        self._top_since = None

    def update(self) -> Status:
        """SUCCESS once the torch is felt; FAILURE if no load, or too light a one, is."""
        context, payload = self.context, self.context.trial.payload
        if self._start is None:
            return self.fail("nothing to lift: the hand was not sent to a grip")
        context.command.mode[...] = MotionMode.STAND
        command_grasp(context, closed=True)
        command_payload(context, PayloadMode.TRACK)
        mass = float(context.status.payload_mass)
        least = max(context.parameters.load_ratio * payload.mass, payload.mass - payload.mass_tolerance)
        self._raise(mass < least)
        command_hand_in_odom(context, move_along_z(self._start, self._height), context.manner.hands.approach_speed)
        if self._loaded.update(mass >= least, context.time):
            context.holding = True
            return Status.SUCCESS
        if self._top_since is not None and context.time - self._top_since > LIFTED_WAIT:
            rule = f"must be ≥ {least:.2f} kg after lifting {self._height * 1e3:.0f} mm"
            if mass > EMPTY_MAX:
                return refuse_load(self, describe_mass(context, mass, rule), alone=False)
            return self.fail(f"load {mass:.2f} kg {rule}")
        return Status.RUNNING

    def _raise(self, further: bool) -> None:
        """Move the target up a little, unless the load is already felt."""
        parameters = self.context.parameters
        if further:
            step = parameters.lift_speed * (self.context.time - self._last_time)
            self._height = min(self._height + step, parameters.lift_height)
        if self._height >= parameters.lift_height and self._top_since is None:
            self._top_since = self.context.time
        self._last_time = self.context.time
