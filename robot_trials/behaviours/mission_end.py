"""The step from a failed mission to the safe end: the reason is noted before anything else."""

from __future__ import annotations

from py_trees.behaviour import Behaviour
from py_trees.common import Status

from robot_trials.behaviours.context import TrialContext
from robot_trials.behaviours.leaf import Leaf, find_failure


class GiveUp(Leaf):
    """Notes why the mission failed; always SUCCESS, so that the safe end follows in the same tick.

    Args:
        name: name in the tree.
        context: the trial's blackboard.
        mission: what failed.
    """

    def __init__(self, name: str, context: TrialContext, mission: Behaviour) -> None:
        super().__init__(name, context)
        self._mission = mission

    def update(self) -> Status:
        """Note the reason and begin the last phase."""
        context = self.context
        context.fail(find_failure(self._mission) or f"{context.phase}: failed without a reason")
        context.begin_phase("safe_end")
        return Status.SUCCESS
