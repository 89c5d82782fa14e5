"""Walking with the torch: along the lane's middle, as long as the load is the accepted one."""

from __future__ import annotations

import itertools

import pytest
from leaf_bench import perceive, tick
from py_trees.common import Status
from relay_bench import make_context

from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.leaves.carry import Carry
from robot_trials_control.records import HandMode, PayloadMode


def make_carry(context: RelayContext) -> Carry:
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

    def step(context: RelayContext) -> None:
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
