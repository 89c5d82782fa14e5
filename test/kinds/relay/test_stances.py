"""Stances for the exchange: planned, corrected by what is seen, within reason."""

from __future__ import annotations

import math

import numpy as np
import pytest
from leaf_bench import perceive, remember, see
from relay_bench import make_context

from robot_trials.geometry import StampedPose, planar_to_transform
from robot_trials.kinds.relay.leaves.stances import point_of_exchange, stance_for_exchange


def test_planned_stance_goes_through_map_to_odom() -> None:
    context = make_context()
    perceive(context, map_to_odom=(1.0, 0.0, math.pi / 2))
    stance = stance_for_exchange(context.setup.course.giver, "giver", "torch")(context)
    assert stance == pytest.approx((0.0, 1.0, -math.pi / 2))


def test_seen_torch_moves_the_stance() -> None:
    context = make_context()
    grip = context.setup.course.giver.grip
    see(context, "torch", (grip[0] + 0.05, grip[1] - 0.04, 1.03))
    stance = stance_for_exchange(context.setup.course.giver, "giver", "torch")(context)
    assert stance == pytest.approx((0.05, -0.04, 0.0))


def test_seen_person_moves_the_stance_when_the_torch_is_not_seen() -> None:
    context = make_context()
    giver = context.setup.course.giver
    moved = planar_to_transform((giver.stance.x + 0.1, giver.stance.y, giver.stance.yaw))
    remember(context, "giver", StampedPose(moved, 0, 8, 0.003))
    stance = stance_for_exchange(giver, "giver", "torch")(context)
    assert stance == pytest.approx((0.1, 0.0, 0.0), abs=1e-9)


def test_stops_short_of_the_receiver() -> None:
    context = make_context()
    compute = stance_for_exchange(context.setup.course.receiver, "receiver", "receiver_hand", standoff=0.06)
    planned = context.setup.course.receiver.robot_stance.x
    assert compute(context)[0] == pytest.approx(planned - 0.06)
    grip = context.setup.course.receiver.grip
    see(context, "receiver_hand", (grip[0] + 0.03, grip[1], grip[2]))
    assert compute(context)[0] == pytest.approx(planned - 0.03)


def test_absurd_sight_is_not_followed() -> None:
    context = make_context()
    see(context, "torch", (3.0, 2.0, 1.0))
    stance = stance_for_exchange(context.setup.course.giver, "giver", "torch")(context)
    assert np.allclose(stance, (0.0, 0.0, 0.0))


def test_looks_where_planned_until_seen_and_only_from_near() -> None:
    context = make_context()
    giver = context.setup.course.giver
    compute = point_of_exchange(giver, "torch")
    planned = compute(context)
    assert planned is not None and np.allclose(planned, giver.grip)
    see(context, "torch", (0.5, -0.2, 1.1))
    seen = compute(context)
    assert seen is not None and np.allclose(seen, (0.5, -0.2, 1.1))
    context.status.base_position[0] = -3.0
    assert compute(context) is None
