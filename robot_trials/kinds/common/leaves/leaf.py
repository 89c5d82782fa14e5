"""Base of the leaves: a clock that starts with the leaf, and failures that carry their reason."""

from __future__ import annotations

from typing import Generic, TypeVar

import py_trees
from py_trees.common import Status

from robot_trials.kinds.common.context import TrialContext

ContextT = TypeVar("ContextT", bound=TrialContext)
"""The kind's own blackboard."""


class Leaf(py_trees.behaviour.Behaviour, Generic[ContextT]):
    """One behaviour of a trial.

    A subclass fills in `context.command` anew in every `update`, so that it works the same after a hold.

    Args:
        name: name in the tree.
        context: the trial's blackboard.
    """

    def __init__(self, name: str, context: ContextT) -> None:
        super().__init__(name)
        self.context = context
        self.reason = ""
        self._started = 0.0
        self._watches: list[Steady] = []

    def initialise(self) -> None:
        """Start the leaf's clock and forget what its watches saw."""
        self.reason = ""
        self._started = self.context.time
        for watch in self._watches:
            watch.reset()

    def watch(self, duration: float) -> Steady:
        """A condition to hold for `duration` [s], watched anew whenever the leaf starts."""
        self._watches.append(Steady(duration))
        return self._watches[-1]

    @property
    def elapsed(self) -> float:
        """Time since the leaf started, holds not counted [s]."""
        return self.context.time - self._started

    def fail(self, reason: str) -> Status:
        """FAILURE with a reason that the phase picks up."""
        self.reason = reason
        self.feedback_message = reason
        return Status.FAILURE


class Steady:
    """Tells whether a condition has held without a break for some time."""

    def __init__(self, duration: float) -> None:
        self._duration = duration
        self._since: float | None = None

    def reset(self) -> None:
        """Forget what was seen."""
        self._since = None

    def update(self, holds: bool, time: float) -> bool:
        """Take in the condition at a time [s]; True once it has held long enough."""
        if not holds:
            self._since = None
            return False
        if self._since is None:
            self._since = time
        return time - self._since >= self._duration


def find_failure(behaviour: py_trees.behaviour.Behaviour) -> str:
    """Reason of the highest leaf or phase that failed at or below a behaviour; empty if none gave any."""
    if behaviour.status != Status.FAILURE:
        return ""
    reason = getattr(behaviour, "reason", "")
    return reason or next(filter(None, map(find_failure, behaviour.children)), "")
