"""Walking to a stance: arrival, patience with noise, and the lane's middle."""

from __future__ import annotations

import itertools

import pytest
from leaf_bench import make_context, perceive, tick
from py_trees.common import Status

from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.step_back import StepBack
from robot_trials.kinds.common.walk_to import WalkTo
from robot_trials.kinds.relay.carry import Carry
from robot_trials_control.records import HandMode, MotionMode, PayloadMode


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


def make_carry(context: TrialContext) -> Carry:
    receiver = context.setup.course.receiver
    return Carry("carry", context, receiver, lambda c: c.map_pose_to_odom(receiver.robot_stance))


def test_carry_aims_at_the_lanes_middle_ahead() -> None:
    context = make_context()
    perceive(context, map_to_odom=(0.0, 0.4, 0.0))
    context.carried_mass = 1.6
    context.status.payload_mass[...] = 1.6
    leaf = make_carry(context)
    tick(leaf, context, 0.02)
    lookahead = context.manner.walk.lookahead
    assert tuple(context.command.walk_target) == pytest.approx((lookahead, -0.4, 0.0))
    assert int(context.command.hand_mode[context.hand]) == HandMode.HEADING
    assert float(context.command.walk_speed) == pytest.approx(context.setup.trial.walking_speed)
    context.status.base_position[0] = 5.0
    tick(leaf, context, 0.02)
    assert context.command.walk_target[0] == pytest.approx(context.setup.course.receiver.robot_stance.x)


def test_carry_fails_when_the_torch_is_lost() -> None:
    context = make_context()
    context.holding, context.carried_mass = True, 1.6
    leaf = make_carry(context)
    swing = itertools.cycle([3.0] * 10 + [0.2] * 10)

    def step(context: TrialContext) -> None:
        context.status.payload_mass[...] = next(swing)

    assert tick(leaf, context, 10.0, step) == Status.RUNNING, "steps shake the estimate"
    assert int(context.command.payload_mode) == PayloadMode.HOLD
    context.status.payload_mass[...] = 0.05
    assert tick(leaf, context, 4.0) == Status.FAILURE
    assert "torch lost: load 0.48 kg must be ≥ 0.48 kg" in leaf.reason
    assert not context.holding


@pytest.mark.parametrize("load", [1.15, 2.05])
def test_carry_fails_when_the_load_is_no_longer_the_accepted_one(load: float) -> None:
    context = make_context()
    context.holding, context.carried_mass = True, 1.6
    context.status.payload_mass[...] = 1.6
    leaf = make_carry(context)
    assert tick(leaf, context, 5.0) == Status.RUNNING
    context.status.payload_mass[...] = 1.6 + 0.85 * (load - 1.6)
    assert tick(leaf, context, 15.0) == Status.RUNNING, "within the tolerance"
    context.status.payload_mass[...] = load
    assert tick(leaf, context, 10.0) == Status.FAILURE
    assert "load changed from 1.60 kg to" in leaf.reason and "must stay within 0.4 kg" in leaf.reason
    assert context.holding, "the hand stays shut"


def test_step_back_goes_behind() -> None:
    context = make_context()
    leaf = StepBack("back", context)
    tick(leaf, context, 0.02)
    assert context.command.walk_target[0] == pytest.approx(-context.manner.walk.step_back)
    assert int(context.command.hand_mode[context.hand]) == HandMode.POSTURE
    assert tick(leaf, context, 2.0, arrive) == Status.SUCCESS


def test_a_walk_stays_clear_of_the_permits_cap() -> None:
    context = make_context("trial.walking_speed=1.0")
    assert context.setup.permit.caps.speed == 1.0
    leaf = WalkTo("walk", context, lambda _: (2.0, 0.0, 0.0), context.setup.trial.walking_speed)
    tick(leaf, context, 0.02)
    assert float(context.command.walk_speed) == pytest.approx(context.manner.walk.cap_share)


def test_a_slow_trial_walks_slowly_everywhere() -> None:
    context = make_context("trial.walking_speed=0.2")
    for leaf in (
        WalkTo("walk", context, lambda _: (2.0, 0.0, 0.0), context.manner.walk.approach_speed),
        StepBack("back", context),
    ):
        tick(leaf, context, 0.02)
        assert float(context.command.walk_speed) == pytest.approx(0.2)
