"""How a relay ends that cannot go on: what the hand may hold stays where it is."""

from __future__ import annotations

import numpy as np
from leaf_bench import hand_follows, tick
from py_trees.common import Status
from relay_bench import make_context

from robot_trials.geometry import rotation_to_transform
from robot_trials.kinds.common.hand import command_hand_in_odom
from robot_trials.kinds.common.leaves.safe_end import build_safe_end
from robot_trials.kinds.common.longest import REST_PATIENCE
from robot_trials.kinds.relay.ending import end_arms
from robot_trials_control.records import RIGHT, HandMode, MotionMode

OUT = rotation_to_transform(np.eye(3), np.array([0.42, -0.3, 1.0]))


def test_ends_standing_with_empty_hand_at_the_body() -> None:
    context = make_context()
    command_hand_in_odom(context, OUT, 0.1)
    context.command.mode[...] = MotionMode.WALK_TO
    assert tick(build_safe_end(context, end_arms(context)), context, 30.0, hand_follows) == Status.SUCCESS
    assert int(context.command.mode) == MotionMode.STAND
    assert int(context.command.hand_mode[RIGHT]) == HandMode.POSTURE


def test_ends_standing_with_the_load_where_it_is() -> None:
    context = make_context()
    command_hand_in_odom(context, OUT, 0.1)
    context.command.hand_closed[RIGHT] = 1.0
    context.holding = True
    assert tick(build_safe_end(context, end_arms(context)), context, 30.0, hand_follows) == Status.SUCCESS
    assert int(context.command.hand_mode[RIGHT]) == HandMode.ODOM
    assert float(context.command.hand_closed[RIGHT]) == 1.0


def test_robot_that_never_rests_is_not_waited_for_forever() -> None:
    context = make_context()
    context.status.walking[...] = True
    assert tick(build_safe_end(context, end_arms(context)), context, REST_PATIENCE + 5.0) == Status.FAILURE
