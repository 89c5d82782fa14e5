"""How a trial ends that cannot go on: standing with what it holds, as a stop leaves it, or damped after a fall."""

from __future__ import annotations

import py_trees
from py_trees.behaviour import Behaviour
from py_trees.common import Status

from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.guard import is_fallen, is_stopped
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials.kinds.common.leaves.stand import Stand
from robot_trials.kinds.common.longest import REST_PATIENCE
from robot_trials_control.records import MotionMode

DAMPED_TIME = 1.0
"""Time to sink down after a fall [s]."""


class DampIfFallen(Leaf[TrialContext]):
    """After a fall the joints only damp; FAILURE for a robot that has not fallen."""

    def update(self) -> Status:
        """SUCCESS after the damped robot had time to come to rest."""
        if not is_fallen(self.context):
            return Status.FAILURE
        self.context.command.mode[...] = MotionMode.DAMPED
        return Status.SUCCESS if self.elapsed > DAMPED_TIME else Status.RUNNING


class AwaitStop(Leaf[TrialContext]):
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


def build_safe_end(context: TrialContext, arms: Behaviour | None = None) -> Behaviour:
    """Damped after a fall, or wherever a stop ends; else standing.

    Args:
        context: the trial's blackboard.
        arms: what the arms do at last; when omitted they go back to the body.
    """
    stop = Stand("stop", context, rest=None, patience=REST_PATIENCE)
    arms = arms or Stand("stand safely", context, patience=REST_PATIENCE)
    standing = py_trees.composites.Sequence("end standing", memory=True, children=[stop, arms])
    return py_trees.composites.Selector(
        "safe end",
        memory=False,
        children=[DampIfFallen("damp after a fall", context), AwaitStop("let the stop run", context), standing],
    )
