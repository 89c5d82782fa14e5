"""A named phase of the trial: limits the time of one attempt, tries again, and keeps the record of how it went."""

from __future__ import annotations

import py_trees
from py_trees.common import Status

from robot_trials.config import PhaseSpec
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.leaves.leaf import find_failure


class Phase(py_trees.decorators.Decorator):
    """Runs its child as a phase.

    Args:
        name: phase as in the trial's YAML.
        child: what is done in it.
        context: the trial's blackboard.
        spec: time for one attempt and number of retries.
    """

    def __init__(self, name: str, child: py_trees.behaviour.Behaviour, context: TrialContext, spec: PhaseSpec) -> None:
        super().__init__(name, child)
        self.context = context
        self.spec = spec
        self.reason = ""
        self._attempt = 1
        self._attempt_started = 0.0

    def initialise(self) -> None:
        """Begin the phase and its first attempt."""
        self._attempt = 1
        self._attempt_started = self.context.time
        self.reason = ""
        self.context.begin_phase(self.name)

    def update(self) -> Status:
        """Status of the phase after its child was ticked."""
        child = self.decorated
        if child.status == Status.SUCCESS:
            self.context.end_phase("success")
            return Status.SUCCESS
        if child.status == Status.RUNNING:
            if self.context.time - self._attempt_started <= self.spec.timeout:
                return Status.RUNNING
            running = child.tip()
            where = f" in {running.name}" if running is not None and running is not child else ""
            reason = f"{self.name}: not done after {self.spec.timeout:g} s{where}"
            child.stop(Status.INVALID)
        else:
            reason = f"{self.name}: {find_failure(child) or 'failed without a reason'}"
        return self._retry(reason)

    def _retry(self, reason: str) -> Status:
        if self._attempt <= self.spec.retries:
            self.context.report("warn", "retry", f"{reason}; attempt {self._attempt + 1} of {self.spec.retries + 1}")
            self._attempt += 1
            self._attempt_started = self.context.time
            return Status.RUNNING
        self.reason = reason
        self.context.end_phase("failure", reason)
        return Status.FAILURE

    def terminate(self, new_status: Status) -> None:
        """Close the record when something of higher priority interrupts the phase."""
        if new_status == Status.INVALID and self.status == Status.RUNNING:
            self.context.end_phase("failure", self.context.failure or "interrupted")
