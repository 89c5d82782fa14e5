"""Reaching for the torch: waypoint, approach, tare, and going back."""

from __future__ import annotations

import numpy as np
import pytest
from leaf_bench import hand_follows, remember, see, tick
from py_trees.common import Status
from relay_bench import make_context

from robot_trials.geometry import StampedPose, rotation_to_transform
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.hand import hand_in_odom
from robot_trials.kinds.relay.leaves.reach import Approach, Pregrasp, RaiseHand, Retract, Tare
from robot_trials_control.records import RIGHT, HandMode, PayloadMode

GRIP = (0.45, -0.28, 1.02)


def keep_seeing(context: TrialContext) -> None:
    """The torch stays in view and the hand obeys."""
    see(context, "torch", GRIP)
    hand_follows(context)


def test_pregrasp_is_behind_the_torch() -> None:
    context = make_context()
    see(context, "torch", GRIP)
    leaf = Pregrasp("pregrasp", context)
    assert tick(leaf, context, 2.0, keep_seeing) == Status.SUCCESS
    assert int(context.command.hand_mode[RIGHT]) == HandMode.ODOM
    assert np.allclose(context.command.hand_position[RIGHT], np.add(GRIP, (-0.08, 0.0, 0.0)))
    assert float(context.command.hand_closed[RIGHT]) == 0.0


def test_hand_is_raised_from_the_body_but_not_again() -> None:
    context = make_context()
    context.status.hand_error[RIGHT] = 0.4
    leaf = RaiseHand("raise", context)
    assert tick(leaf, context, 1.0) == Status.RUNNING
    assert int(context.command.hand_mode[RIGHT]) == HandMode.HEADING
    context.status.hand_error[RIGHT] = 0.02
    assert tick(leaf, context, 1.0) == Status.SUCCESS
    context.hand_target = np.eye(4)
    context.status.hand_error[RIGHT] = 0.4
    assert tick(leaf, context, 0.02) == Status.SUCCESS


def test_unseen_torch_is_not_reached_for() -> None:
    context = make_context()
    leaf = Pregrasp("pregrasp", context)
    assert tick(leaf, context, 10.0) == Status.FAILURE
    assert leaf.reason == "torch was never seen"
    assert int(context.command.hand_mode[RIGHT]) == HandMode.POSTURE


def test_stale_torch_is_not_reached_for() -> None:
    context = make_context()
    see(context, "torch", GRIP)
    context.time_ns += 3_000_000_000
    leaf = Pregrasp("pregrasp", context)
    assert tick(leaf, context, 10.0) == Status.FAILURE
    assert "torch last seen" in leaf.reason and "bound 1.5 s" in leaf.reason


def test_approach_follows_a_torch_that_moves() -> None:
    context = make_context()
    see(context, "torch", GRIP)
    leaf = Approach("approach", context)
    tick(leaf, context, 0.1)
    see(context, "torch", (0.50, -0.28, 1.02))
    tick(leaf, context, 0.02)
    assert context.command.hand_position[RIGHT][0] == pytest.approx(0.50)
    context.status.hand_pose[RIGHT, :3] = (0.47, -0.28, 1.02)
    assert tick(leaf, context, 1.0) == Status.RUNNING, "30 mm off is not there"
    context.status.hand_pose[RIGHT, :3] = (0.495, -0.28, 1.02)
    assert tick(leaf, context, 1.0) == Status.SUCCESS


def test_hand_is_aligned_with_a_tilted_torch() -> None:
    context = make_context()
    tilt = 0.3
    rotation = np.array([[np.cos(tilt), 0, np.sin(tilt)], [0, 1, 0], [-np.sin(tilt), 0, np.cos(tilt)]])
    remember(context, "torch", StampedPose(rotation_to_transform(rotation, np.array(GRIP)), 0, 8, 0.0))
    leaf = Approach("approach", context)
    context.status.hand_pose[RIGHT, :3] = GRIP
    assert tick(leaf, context, 1.0) == Status.RUNNING, "in place, but far off the torch's axis"
    hand_follows(context)
    assert tick(leaf, context, 1.0) == Status.SUCCESS
    thumb = hand_in_odom(context)[:3, 2]
    assert np.arctan2(thumb[0], thumb[2]) == pytest.approx(context.manner.hands.tilt_max), "the grasp bears the rest"


def tilt_forward(tilt: float) -> np.ndarray:
    """Pose of a torch at the grip, tilted along x, shape (4, 4)."""
    c, s = np.cos(tilt), np.sin(tilt)
    return rotation_to_transform(np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]), np.array(GRIP))


def test_hand_follows_a_torch_that_the_grasp_would_not_bear() -> None:
    context = make_context()
    remember(context, "torch", StampedPose(tilt_forward(0.45), 0, 8, 0.0))
    leaf = Approach("approach", context)
    tick(leaf, context, 0.02)
    hand_follows(context)
    assert tick(leaf, context, 1.0) == Status.SUCCESS
    thumb = hand_in_odom(context)[:3, 2]
    assert np.arctan2(thumb[0], thumb[2]) == pytest.approx(0.45 - context.manner.hands.misfit_max)


def test_torch_askew_in_the_hand_is_not_gripped() -> None:
    context = make_context()
    context.status.hand_pose[RIGHT, :3] = GRIP
    leaf = Approach("approach", context)

    def stay_askew(context: TrialContext) -> None:
        remember(context, "torch", StampedPose(tilt_forward(0.45), context.time_ns, 8, 0.0))

    stay_askew(context)
    assert tick(leaf, context, 5.0, stay_askew) == Status.FAILURE
    assert leaf.reason == "torch 25.8 deg off the hand's axis: must be < 12.6 deg"


def test_tare_lasts_its_time() -> None:
    context = make_context()
    leaf = Tare("tare", context)
    assert tick(leaf, context, 1.0) == Status.RUNNING
    assert int(context.command.payload_mode) == PayloadMode.TARE
    assert tick(leaf, context, 1.5) == Status.SUCCESS


def test_retract_opens_and_goes_back() -> None:
    context = make_context()
    see(context, "torch", GRIP)
    tick(Approach("approach", context), context, 0.02)
    context.command.hand_closed[RIGHT] = 1.0
    leaf = Retract("retract", context)
    assert tick(leaf, context, 3.0, hand_follows) == Status.SUCCESS
    assert float(context.command.hand_closed[RIGHT]) == 0.0
    assert context.command.hand_position[RIGHT][0] == pytest.approx(GRIP[0] - 0.08)


@pytest.mark.parametrize(("holding", "mass"), [(True, 0.0), (False, 1.6), (False, 0.7)])
def test_retract_never_drops_a_load(holding: bool, mass: float) -> None:
    context = make_context()
    context.holding = holding
    context.command.hand_closed[RIGHT] = 1.0
    context.status.payload_mass[...] = mass
    leaf = Retract("retract", context)
    assert tick(leaf, context, 3.0) == Status.FAILURE
    assert float(context.command.hand_closed[RIGHT]) == 1.0
    assert context.failure == f"the hand holds a load of {mass:.2f} kg and stays shut", "no other attempt opens it"
