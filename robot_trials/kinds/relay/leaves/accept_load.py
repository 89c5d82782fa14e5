"""Make sure of the load before the first step: nobody else holds it any more, and it is the announced one.

A giver who still holds bears a share, and that share changes with every millimetre that the torch is raised. So the
load is taken for the robot's alone once it rests, and rests at the same mass after it was raised a little further.
"""

from __future__ import annotations

import numpy as np
from py_trees.common import Status

from robot_trials.kinds.common.hand import command_grasp, command_hand_in_odom, command_payload, move_along_z
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.leaves.held_load import EMPTY_MAX
from robot_trials.kinds.relay.leaves.payload_headroom import CarryHeadroom
from robot_trials.safety.shared_load import SteadyLoad
from robot_trials_control.records import MotionMode, PayloadMode

STEADY = 0.10
"""A load that rests moves by no more than this [kg]."""
NUDGE = 0.008
"""How far the torch is raised further: a relaxed arm that holds it takes 0.2 to 0.5 kg less then [m]."""
NUDGE_CHANGE = 0.15
"""A load that changes by more than this from one height to the next is held by somebody else, too; what friction in
the robot's arm hides of it changes by less [kg]."""
NUDGES_MAX = 4
"""After so many the torch is not raised further: whoever still holds does not mean to let go."""
PATIENCE = 12.0
"""Within this time the load must have been found to rest [s]."""


class AcceptLoad(Leaf[RelayContext]):
    """Stands with the felt load, and accepts it as the robot's alone or refuses it for good.

    A load that is refused stays in the shut hand: a person is beside it, and only their act opens it.

    Args:
        name: name in the tree.
        context: the trial's blackboard.
        headroom: of the arm that carries.
    """

    def __init__(self, name: str, context: RelayContext, headroom: CarryHeadroom) -> None:
        super().__init__(name, context)
        self._headroom = headroom
        self._load = SteadyLoad(STEADY, context.parameters.load_time)
        self._start: np.ndarray | None = None
        self._height = self._goal = 0.0
        self._before: float | None = None
        self._last_time = 0.0

    def initialise(self) -> None:
        """Begin where the load was felt."""
        super().initialise()
        self._load.reset()
        self._start = self.context.hand_target
        self._height = self._goal = 0.0
        self._before = None
        self._last_time = self.context.time

    def update(self) -> Status:
        """SUCCESS once nobody else holds the torch and its mass is the announced one; FAILURE ends the trial."""
        context = self.context
        if self._start is None:
            return self.fail("nothing to accept: the hand was not sent to a grip")
        context.command.mode[...] = MotionMode.STAND
        command_grasp(context, closed=True)
        command_payload(context, PayloadMode.TRACK)
        moves = self._raise()
        command_hand_in_odom(context, move_along_z(self._start, self._height), context.manner.hands.approach_speed)
        mass = float(context.status.payload_mass)
        if moves:
            self._load.reset()
        elif self._load.update(mass, context.time):
            return self._judge(self._load.mean)
        if self.elapsed > PATIENCE:
            return self._refuse(f"load does not come to rest in {PATIENCE:g} s, last {mass:.2f} kg", alone=False)
        return Status.RUNNING

    def _raise(self) -> bool:
        """Move the target towards its goal; whether it had to."""
        passed, self._last_time = self.context.time - self._last_time, self.context.time
        moves = self._height < self._goal
        self._height = min(self._height + self.context.parameters.lift_speed * passed, self._goal)
        return moves

    def _judge(self, load: float) -> Status:
        """What follows from a load that rests [kg]."""
        before, self._before = self._before, load
        alone = before is not None and abs(load - before) <= NUDGE_CHANGE
        problem = self._find_too_heavy(load)
        if problem:
            return self._refuse(problem, alone)
        if alone and load <= EMPTY_MAX:
            self.context.holding = False
            return self.fail(f"load {load:.2f} kg: nothing is in the hand any more")
        if alone:
            problem = self._find_too_light(load) or "; ".join(self._headroom.find_problems(load))
            return self._refuse(problem, alone) if problem else self._accept(load)
        if round(self._goal / NUDGE) >= NUDGES_MAX and before is not None:
            change = f"load went from {before:.2f} kg to {load:.2f} kg when raised by {NUDGE * 1e3:.0f} mm"
            return self._refuse(
                f"somebody still holds the torch: {change}, must stay within {NUDGE_CHANGE:g} kg", alone
            )
        self._goal += NUDGE
        self._load.reset()
        return Status.RUNNING

    def _find_too_heavy(self, load: float) -> str:
        payload, cap = self.context.trial.payload, self.context.setup.permit.caps.load
        if load > payload.mass + payload.mass_tolerance:
            return describe_mass(self.context, load, f"must be ≤ {payload.mass + payload.mass_tolerance:g} kg")
        return describe_mass(self.context, load, f"must be ≤ {cap:g} kg, the permit's cap") if load > cap else ""

    def _find_too_light(self, load: float) -> str:
        payload = self.context.trial.payload
        least = payload.mass - payload.mass_tolerance
        return describe_mass(self.context, load, f"must be ≥ {least:g} kg") if load < least else ""

    def _accept(self, load: float) -> Status:
        context, payload = self.context, self.context.trial.payload
        context.holding, context.carried_mass = True, load
        text = f"carries {load:.2f} kg alone, announced {payload.mass:g} ± {payload.mass_tolerance:g} kg"
        context.report("info", "load", text, mass=load, announced=payload.mass, tolerance=payload.mass_tolerance)
        return Status.SUCCESS

    def _refuse(self, reason: str, alone: bool) -> Status:
        return refuse_load(self, reason, alone)


def describe_mass(context: RelayContext, load: float, rule: str) -> str:
    """A measured mass [kg], the announced one, and the rule that it breaks."""
    payload = context.trial.payload
    return f"measured load {load:.2f} kg {rule}: announced {payload.mass:g} ± {payload.mass_tolerance:g} kg"


def refuse_load(leaf: Leaf[RelayContext], reason: str, alone: bool) -> Status:
    """End the trial with the torch in the shut hand.

    Args:
        leaf: that found it.
        reason: why.
        alone: whether the robot alone is known to hold it.
    """
    context = leaf.context
    context.holding, context.held_with_giver = True, not alone
    context.fail(reason)
    return leaf.fail(reason)
