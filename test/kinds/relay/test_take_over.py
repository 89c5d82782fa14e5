"""Taking the torch: it is lifted for gently, until the load is felt."""

from __future__ import annotations

import numpy as np
from leaf_bench import tick
from py_trees.common import Status
from relay_bench import make_context

from robot_trials.geometry import rotation_to_transform
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.hand import command_hand_in_odom
from robot_trials.kinds.relay.leaves.held_load import may_hold
from robot_trials.kinds.relay.leaves.take_over import CloseHand, Lift
from robot_trials_control.records import RIGHT, PayloadMode

GRIP = rotation_to_transform(np.eye(3), np.array([0.45, -0.28, 1.0]))


def ready_to_lift() -> TrialContext:
    context = make_context()
    command_hand_in_odom(context, GRIP, 0.1)
    return context


def test_closing_takes_its_time_and_tracks_the_load() -> None:
    context = ready_to_lift()
    leaf = CloseHand("close", context)
    assert tick(leaf, context, 0.3) == Status.RUNNING
    assert float(context.command.hand_closed[RIGHT]) == 1.0
    assert int(context.command.payload_mode) == PayloadMode.TRACK
    assert tick(leaf, context, 0.5) == Status.SUCCESS


def test_lifts_until_the_load_is_felt() -> None:
    context = ready_to_lift()

    def giver_lets_go(context: TrialContext) -> None:
        height = float(context.command.hand_position[RIGHT][2]) - 1.0
        context.status.payload_mass[...] = 1.55 if height > 0.02 else 0.0

    leaf = Lift("lift", context)
    assert tick(leaf, context, 10.0, giver_lets_go) == Status.SUCCESS
    assert 1.02 <= context.command.hand_position[RIGHT][2] < 1.025, "no higher than needed"
    assert context.holding and context.carried_mass == 0.0, "felt, not yet accepted"


def test_lift_is_slow() -> None:
    context = ready_to_lift()
    leaf = Lift("lift", context)
    tick(leaf, context, 1.0)
    assert context.command.hand_position[RIGHT][2] - 1.0 <= context.parameters.lift_speed * 1.0 + 1e-9


def test_gives_up_without_a_load() -> None:
    context = ready_to_lift()
    leaf = Lift("lift", context)
    assert tick(leaf, context, 20.0) == Status.FAILURE
    assert "load 0.00 kg must be ≥ 1.20 kg after lifting 60 mm" in leaf.reason
    assert not context.holding and not context.failure


def test_too_light_a_load_ends_the_trial_with_the_load_in_hand() -> None:
    context = ready_to_lift()
    context.status.payload_mass[...] = 0.45
    leaf = Lift("lift", context)
    assert tick(leaf, context, 10.0) == Status.FAILURE
    assert "measured load 0.45 kg must be ≥ 1.20 kg" in context.failure and "1.6 ± 0.4 kg" in context.failure
    assert may_hold(context) and float(context.command.hand_closed[RIGHT]) == 1.0


def test_nothing_to_lift() -> None:
    leaf = Lift("lift", make_context())
    assert tick(leaf, leaf.context, 1.0) == Status.FAILURE
    assert "not sent to a grip" in leaf.reason
