"""The step from a failed mission to the safe end: the reason is noted before anything else."""

from __future__ import annotations

from py_trees.common import Status

from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.leaves.leaf import Leaf


class GiveUp(Leaf[TrialContext]):
    """Notes why the mission failed; always SUCCESS, so that the safe end follows in the same tick."""

    def update(self) -> Status:
        """Note the reason and begin the last phase."""
        context = self.context
        details = [span.detail for span in context.phases if span.result == "failure"]
        context.fail(details[-1] if details else f"{context.phase}: failed without a reason")
        context.begin_phase("safe_end")
        return Status.SUCCESS
