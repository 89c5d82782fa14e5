"""Giving the torch: only into a hand that is seen, and let go only when the receiver carries."""

from __future__ import annotations

import numpy as np
import pytest
from leaf_bench import hand_follows, see, tick
from py_trees.common import Status
from relay_bench import make_context

from robot_trials.geometry import rotation_to_transform
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.hand import command_hand_in_odom
from robot_trials.kinds.relay.leaves.hand_over import LowerUntilCarried, TakeBack
from robot_trials.kinds.relay.leaves.reach_receiver import OfferTorch
from robot_trials.kinds.relay.leaves.release import Release
from robot_trials_control.records import RIGHT, PayloadMode

OFFER = rotation_to_transform(np.eye(3), np.array([0.42, -0.3, 1.0]))


def carrying() -> TrialContext:
    context = make_context()
    context.holding, context.carried_mass = True, 1.6
    context.status.payload_mass[...] = 1.6
    context.command.hand_closed[RIGHT] = 1.0
    command_hand_in_odom(context, OFFER, 0.1)
    return context


def test_offers_into_the_seen_hand() -> None:
    context = carrying()

    def look(context: TrialContext) -> None:
        see(context, "receiver_hand", (0.45, -0.31, 0.98))
        hand_follows(context)

    look(context)
    assert tick(OfferTorch("offer", context), context, 3.0, look) == Status.SUCCESS
    assert np.allclose(context.command.hand_position[RIGHT], (0.45, -0.31, 0.98))


def test_torch_does_not_chase_a_hand_it_has_reached() -> None:
    context = carrying()
    context.status.hand_pose[RIGHT, :3] = (0.40, -0.31, 0.98)
    see(context, "receiver_hand", (0.45, -0.31, 0.98))
    leaf = OfferTorch("offer", context)
    tick(leaf, context, 0.02)
    see(context, "receiver_hand", (0.35, -0.25, 0.98))
    tick(leaf, context, 0.02)
    assert np.allclose(context.command.hand_position[RIGHT], (0.45, -0.31, 0.98))


def test_hand_seen_a_while_ago_is_remembered() -> None:
    context = carrying()
    see(context, "receiver_hand", (0.45, -0.31, 0.98))
    context.time_ns += 5_000_000_000
    assert tick(OfferTorch("offer", context), context, 3.0, hand_follows) == Status.SUCCESS


def test_receiver_that_takes_hold_early_is_not_pulled() -> None:
    context = carrying()
    see(context, "receiver_hand", (0.55, -0.31, 0.98))
    context.status.hand_pose[RIGHT, :3] = (0.50, -0.30, 1.0)
    leaf = OfferTorch("offer", context)
    assert tick(leaf, context, 0.5) == Status.RUNNING
    context.status.payload_mass[...] = 0.3
    assert tick(leaf, context, 1.0) == Status.SUCCESS
    assert np.allclose(context.command.hand_position[RIGHT], (0.50, -0.30, 1.0)), "stops where the hand is"
    assert float(context.command.hand_closed[RIGHT]) == 1.0


def test_offered_torch_is_upright_however_it_lies_in_the_hand() -> None:
    context = carrying()
    tilt = 0.1
    context.grip_to_torch = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    see(context, "receiver_hand", (0.45, -0.31, 0.98))
    tick(OfferTorch("offer", context), context, 0.02)
    assert context.hand_target is not None
    torch = context.hand_target[:3, :3] @ context.grip_to_torch
    assert np.allclose(torch[:, 2], [0.0, 0.0, 1.0], atol=1e-9)


def test_unseen_receiver_keeps_the_torch() -> None:
    context = carrying()
    leaf = OfferTorch("offer", context)
    assert tick(leaf, context, 10.0) == Status.FAILURE
    assert leaf.reason == "receiver_hand was never seen"
    assert float(context.command.hand_closed[RIGHT]) == 1.0


def test_lets_go_only_when_the_receiver_carries() -> None:
    context = carrying()
    leaf = LowerUntilCarried("lower", context)
    assert tick(leaf, context, 2.0) == Status.RUNNING
    context.status.payload_mass[...] = 0.9
    assert tick(leaf, context, 1.0) == Status.RUNNING, "a share is not enough"
    context.status.payload_mass[...] = 0.2
    assert tick(leaf, context, 0.2) == Status.RUNNING, "nor a moment"
    assert tick(leaf, context, 0.5) == Status.SUCCESS
    assert float(context.command.hand_closed[RIGHT]) == 1.0
    assert tick(Release("release", context), context, 1.0) == Status.SUCCESS
    assert float(context.command.hand_closed[RIGHT]) == 0.0
    assert int(context.command.payload_mode) == PayloadMode.NONE and not context.holding


def test_passive_receiver_times_out_with_the_torch_held() -> None:
    context = carrying()
    leaf = LowerUntilCarried("lower", context)
    assert tick(leaf, context, 30.0) == Status.FAILURE
    assert "load 1.60 kg must be < 0.56 kg, lowered 60 mm" in leaf.reason
    assert float(context.command.hand_closed[RIGHT]) == 1.0 and context.holding
    low = float(context.command.hand_position[RIGHT][2])
    assert low == pytest.approx(0.94)
    assert tick(TakeBack("back", context), context, 3.0) == Status.SUCCESS
    assert context.command.hand_position[RIGHT][2] == pytest.approx(1.0)


def test_torch_is_not_pulled_from_a_receiver_that_holds_some_of_it() -> None:
    context = carrying()
    context.status.payload_mass[...] = 0.8
    before = context.command.hand_position[RIGHT].copy()
    assert tick(TakeBack("back", context), context, 3.0) == Status.SUCCESS
    assert np.allclose(context.command.hand_position[RIGHT], before)
