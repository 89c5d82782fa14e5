"""Walking to a stance: arrival, patience with noise, and how fast."""

from __future__ import annotations

import pytest
from leaf_bench import make_context, tick
from py_trees.common import Status

from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.leaves.step_back import StepBack
from robot_trials.kinds.common.leaves.walk_to import WalkTo
from robot_trials_control.records import HandMode, MotionMode


def arrive(context: TrialContext) -> None:
    """The robot stands where it was sent."""
    context.status.base_position[:2] = context.command.walk_target[:2]
    context.status.at_target[...] = True


def test_arrives() -> None:
    context = make_context()
    leaf = WalkTo("walk", context, lambda _: (1.0, 0.2, 0.0), 0.4)
    assert tick(leaf, context, 0.5) == Status.RUNNING
    assert int(context.command.mode) == MotionMode.WALK_TO
    assert tuple(context.command.walk_target) == (1.0, 0.2, 0.0)
    assert float(context.command.walk_speed) == pytest.approx(0.4)
    assert tick(leaf, context, 1.0, arrive) == Status.SUCCESS


def test_does_not_believe_a_controller_that_stands_elsewhere() -> None:
    context = make_context()
    leaf = WalkTo("walk", context, lambda _: (1.0, 0.0, 0.0), 0.4)
    context.status.at_target[...] = True
    assert tick(leaf, context, 2.0) == Status.RUNNING


def test_near_stance_is_not_chased_by_noise() -> None:
    context = make_context()
    stances = iter([(0.5, 0.0, 0.0), (0.52, 0.01, 0.0), (0.60, 0.0, 0.0)])
    stance = [next(stances)]
    leaf = WalkTo("walk", context, lambda _: stance[0], 0.4)
    tick(leaf, context, 0.02)
    stance[0] = next(stances)
    tick(leaf, context, 0.02)
    assert context.command.walk_target[0] == pytest.approx(0.5)
    stance[0] = next(stances)
    tick(leaf, context, 0.02)
    assert context.command.walk_target[0] == pytest.approx(0.6)


def test_step_back_goes_behind() -> None:
    context = make_context()
    leaf = StepBack("back", context)
    tick(leaf, context, 0.02)
    assert context.command.walk_target[0] == pytest.approx(-context.manner.walk.step_back)
    assert int(context.command.hand_mode[context.hand]) == HandMode.POSTURE
    assert tick(leaf, context, 2.0, arrive) == Status.SUCCESS


def test_a_walk_stays_clear_of_the_permits_cap() -> None:
    context = make_context("trial.walking_speed=0.5")
    assert context.setup.permit.caps.speed == 0.5
    leaf = WalkTo("walk", context, lambda _: (2.0, 0.0, 0.0), context.setup.trial.walking_speed)
    tick(leaf, context, 0.02)
    assert float(context.command.walk_speed) == pytest.approx(0.5 * context.manner.walk.cap_share)


def test_a_slow_trial_walks_slowly_everywhere() -> None:
    context = make_context("trial.walking_speed=0.2")
    for leaf in (
        WalkTo("walk", context, lambda _: (2.0, 0.0, 0.0), context.manner.walk.approach_speed),
        StepBack("back", context),
    ):
        tick(leaf, context, 0.02)
        assert float(context.command.walk_speed) == pytest.approx(0.2)
