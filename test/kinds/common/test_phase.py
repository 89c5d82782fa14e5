"""A phase limits time, tries again and keeps the record; tested with scripted leaves."""

from __future__ import annotations

import py_trees
import pytest
from leaf_bench import make_context, tick
from py_trees.behaviours import StatusQueue
from py_trees.common import Status

from robot_trials.config import PhaseSpec
from robot_trials.exceptions import TrialFault
from robot_trials.kinds.common.leaves.leaf import Leaf, Steady, find_failure
from robot_trials.kinds.common.leaves.phase import Phase


class Grumpy(Leaf):
    """Fails with a reason, each time another."""

    count = 0

    def update(self) -> Status:
        self.count += 1
        return self.fail(f"reason {self.count}")


def script(*statuses: Status) -> StatusQueue:
    return StatusQueue("script", list(statuses), eventually=Status.RUNNING)


def test_success_is_recorded() -> None:
    context = make_context()
    phase = Phase("reach", script(Status.RUNNING, Status.SUCCESS), context, PhaseSpec(timeout=1.0))
    assert tick(phase, context, 1.0) == Status.SUCCESS
    (span,) = context.phases
    assert (span.name, span.result, span.detail) == ("reach", "success", "")
    assert span.end_ns - span.start_ns == 20_000_000
    assert context.phase == "reach"


def test_timeout_names_phase_and_time() -> None:
    context = make_context()
    phase = Phase("carry", script(), context, PhaseSpec(timeout=0.5))
    assert tick(phase, context, 2.0) == Status.FAILURE
    assert phase.reason.startswith("carry: not done after 0.5 s")
    assert context.phases[-1].result == "failure"


def test_retries_and_gives_the_last_reason() -> None:
    context = make_context()
    leaf = Grumpy("grumpy", context)
    phase = Phase("reach", leaf, context, PhaseSpec(timeout=1.0, retries=2))
    assert tick(phase, context, 1.0) == Status.FAILURE
    assert leaf.count == 3 and phase.reason == "reach: reason 3"
    retries = [event for event in context.events if event.source == "retry"]
    assert [event.text for event in retries] == [
        "reach: reason 1; attempt 2 of 3",
        "reach: reason 2; attempt 3 of 3",
    ]
    assert len(context.phases) == 1


def test_retry_can_succeed() -> None:
    context = make_context()
    child = script(Status.FAILURE, Status.RUNNING, Status.SUCCESS)
    phase = Phase("reach", child, context, PhaseSpec(timeout=1.0, retries=1))
    assert tick(phase, context, 1.0) == Status.SUCCESS


def test_interruption_closes_the_record() -> None:
    context = make_context()
    phase = Phase("carry", script(), context, PhaseSpec(timeout=9.0))
    tick(phase, context, 0.1)
    context.fail("stopped from outside")
    phase.stop(Status.INVALID)
    assert (context.phases[-1].result, context.phases[-1].detail) == ("failure", "stopped from outside")


def test_ending_a_phase_that_did_not_begin_is_an_error() -> None:
    with pytest.raises(TrialFault, match="ended without having begun"):
        make_context().end_phase("success")


def test_reason_is_found_below_composites() -> None:
    context = make_context()
    tree = py_trees.composites.Sequence("outer", memory=True, children=[Grumpy("grumpy", context)])
    tick(tree, context, 0.02)
    assert find_failure(tree) == "reason 1"


def test_steady_needs_an_unbroken_time() -> None:
    steady = Steady(0.3)
    assert not steady.update(True, 0.0)
    assert not steady.update(False, 0.2)
    assert not steady.update(True, 0.4)
    assert steady.update(True, 0.75)
