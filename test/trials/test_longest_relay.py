"""The relay's real tree, with every attempt as late as its limits allow: it takes what is demanded, and hardly less."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import py_trees
import pytest
from py_trees.common import Status
from trial_bench import load_kuavo, load_setup, make_world

from robot_trials.config.setup import TrialSetup
from robot_trials.geometry import pose_to_transform
from robot_trials.kinds.common.leaves.phase import Phase
from robot_trials.kinds.common.leaves.stand import Stand
from robot_trials.kinds.common.longest import REST_PATIENCE, TICK
from robot_trials.trials.trial import Trial
from robot_trials_control.records import make_control_sample

QUICK = {
    "preflight": 3.0,
    "walk_to_start": 2.0,
    "walk_to_giver": 2.0,
    "reach": 3.0,
    "take_over": 2.0,
    "carry": 7.0,
    "reach_receiver": 3.0,
    "hand_over": 2.0,
    "step_back": 2.0,
    "stand": 1.0,
}
"""Limits of the phases, so that seconds of simulated time show what minutes would [s]."""
AROUND = {"take_over": "take_over", "hand_over": "hand_over"}
"""Phases that are tried again together with the one before them, by the phase whose `retries` counts."""
OUT_OF_REACH = pose_to_transform(np.array([9.0, 9.0, 1.0, 0.0, 0.0, 0.0, 1.0]))


class Latest(py_trees.behaviour.Behaviour):
    """Stands in for what a phase does: it takes all of its time, and fails as often as the trial can bear it."""

    def __init__(self, phase: Phase, setup: TrialSetup) -> None:
        super().__init__(f"late {phase.name}")
        self._phase, self._setup = phase, setup

    def update(self) -> Status:
        phase, context = self._phase, self._phase.context
        context.hand_target = OUT_OF_REACH
        if context.time - phase._attempt_started <= phase.spec.timeout:
            return Status.RUNNING
        return Status.FAILURE if self._may_fail() else Status.SUCCESS

    def _may_fail(self) -> bool:
        phase, spans = self._phase, self._phase.context.phases
        begun = sum(span.name == phase.name for span in spans)
        if phase.name in AROUND:
            return begun <= self._setup.trial.phases[AROUND[phase.name]].retries
        return phase.name == "stand" or phase._attempt <= phase.spec.retries


def run_latest(setup: TrialSetup) -> tuple[timedelta, Trial]:
    """How long the trial takes with everything as late as possible, and the trial."""
    world, trial = make_world(setup=setup), Trial(setup, load_kuavo())
    x, y, yaw = world.base
    world.base = (x + 0.8, y, yaw)  # so far from the start that it has to walk there
    for phase in [node for node in trial._tree.iterate() if isinstance(node, Phase)]:
        late = Latest(phase, setup)
        late.parent, phase.children, phase.decorated = phase, [late], late
    sample, quiet = make_control_sample(len(world.profile.joint_names)), trial._context.parameters.quiet_time
    while not trial.finished:
        world.step(trial.motion_command)
        world.fill_state(sample.state)
        world.fill_status(sample.status)
        leaf = trial._tree.tip()
        sample.status.walking[...] = isinstance(leaf, Stand) and leaf.elapsed < REST_PATIENCE - quiet - 5 * TICK
        trial.tick(sample, world.take_fiducials(), int(sample.state.time_ns))
        assert world.time < 2.0 * setup.demands.duration.total_seconds()
    return timedelta(seconds=world.time), trial


@pytest.mark.parametrize("retries", [{}, {"reach": 0, "take_over": 3}, {"reach": 3, "hand_over": 0}])
def test_latest_end_is_what_the_trial_demands(retries: dict[str, int]) -> None:
    setup = load_setup(
        *(f"trial.phases.{name}.timeout={limit}" for name, limit in QUICK.items()),
        *(f"trial.phases.{name}.retries={number}" for name, number in retries.items()),
    )
    taken, trial = run_latest(setup)
    assert [span.name for span in trial.phases][-2:] == ["stand", "safe_end"] and trial.ended == "standing"
    assert sum(span.name == "take_over" for span in trial.phases) == 1 + setup.trial.phases.take_over.retries
    assert 0.97 * setup.demands.duration < taken <= setup.demands.duration


def test_shipped_relay_counts_attempts_inside_attempts() -> None:
    phases = load_setup().trial.phases
    reach, take_over = phases.reach, phases.take_over
    nested = (1 + take_over.retries) * ((1 + reach.retries) * reach.timeout + take_over.timeout)
    assert load_setup().demands.duration.total_seconds() > nested + phases.carry.timeout
    assert load_setup().demands.duration == timedelta(seconds=1060)
