"""How a trial ends that cannot go on: standing with what it holds, as a stop leaves it, or damped after a fall."""

from __future__ import annotations

import py_trees
from py_trees.common import Status

from robot_trials.behaviours.context import TrialContext
from robot_trials.behaviours.guard import is_fallen, is_stopped
from robot_trials.behaviours.hand import may_hold
from robot_trials.behaviours.leaf import Leaf
from robot_trials.behaviours.reach import Retract
from robot_trials.behaviours.stand import Stand
from robot_trials_control.records import MotionMode

PATIENCE = 20.0
"""Time to come to rest [s]."""
DAMPED_TIME = 1.0
"""Time to sink down after a fall [s]."""


class DampIfFallen(Leaf):
    """After a fall the joints only damp; FAILURE for a robot that has not fallen."""

    def update(self) -> Status:
        """SUCCESS after the damped robot had time to come to rest."""
        if not is_fallen(self.context):
            return Status.FAILURE
        self.context.command.mode[...] = MotionMode.DAMPED
        return Status.SUCCESS if self.elapsed > DAMPED_TIME else Status.RUNNING


class AwaitStop(Leaf):
    """While the stop ladder has the robot no command counts; FAILURE when it has not."""

    def update(self) -> Status:
        """SUCCESS when the robot is as far down the ladder as it goes by itself."""
        if not is_stopped(self.context):
            return Status.FAILURE
        context, status = self.context, self.context.status
        context.command.mode[...] = MotionMode.STAND
        if not status.stop_over:
            return Status.RUNNING
        if status.stop_waits:
            text = (
                "stands and is not lowered: a person may hold the load; it goes down when they let go, or when told to"
            )
            context.report("warn", "stop", text, mass=float(status.payload_mass))
        return Status.SUCCESS


def build_safe_end(context: TrialContext) -> py_trees.behaviour.Behaviour:
    """Damped after a fall, or wherever a stop ends; else standing: an empty hand goes back to the body."""
    stop = Stand("stop", context, move_arms=False, patience=PATIENCE)
    back = py_trees.decorators.FailureIsSuccess("empty hand back", Retract("retract", context))
    stand = Stand("stand safely", context, move_arms=True, patience=PATIENCE)
    keep = Stand("stand as it is", context, move_arms=False, patience=PATIENCE)
    empty = IfHandEmpty("hand empty?", context)
    arms = py_trees.composites.Selector(
        "arms",
        memory=True,
        children=[
            py_trees.composites.Sequence("empty", memory=True, children=[empty, back, stand]),
            keep,
        ],
    )
    standing = py_trees.composites.Sequence("end standing", memory=True, children=[stop, arms])
    return py_trees.composites.Selector(
        "safe end",
        memory=False,
        children=[DampIfFallen("damp after a fall", context), AwaitStop("let the stop run", context), standing],
    )


class IfHandEmpty(Leaf):
    """SUCCESS if the working hand is open or feels no load."""

    def update(self) -> Status:
        """Judge by the measured load."""
        return Status.FAILURE if may_hold(self.context) else Status.SUCCESS
