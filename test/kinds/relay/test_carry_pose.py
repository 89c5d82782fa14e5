"""Before walking: how the torch lies in the hand is measured, and it is raised upright."""

from __future__ import annotations

import numpy as np
import pytest
from leaf_bench import hand_follows, perceive, tick
from py_trees.common import Status
from relay_bench import make_context

from robot_trials.geometry import StampedPose, quaternion_to_rotation, rotation_to_quaternion, rotation_to_transform
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.relay.leaves.carry import CarryPose, MeasureTorch
from robot_trials.kinds.relay.leaves.torch_hand import estimate_torch_tilt
from robot_trials_control.records import RIGHT, HandMode

TILT = 0.12
TILTED = np.array([[1, 0, 0], [0, np.cos(TILT), -np.sin(TILT)], [0, np.sin(TILT), np.cos(TILT)]])


def see_in_hand(context: TrialContext, rotation: np.ndarray, count: int = 8) -> None:
    """Let the torch be seen now, so turned in the hand."""
    perceive(context, in_hand=StampedPose(rotation_to_transform(rotation), context.time_ns, count, 0.003))


def keep_seeing(context: TrialContext) -> None:
    see_in_hand(context, TILTED)


def rotation_y(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def test_tilt_in_the_hand_is_taken_out() -> None:
    context = make_context()
    keep_seeing(context)
    assert tick(MeasureTorch("measure", context), context, 3.0, keep_seeing) == Status.SUCCESS
    tick(CarryPose("pose", context), context, 0.02)
    hand = quaternion_to_rotation(context.command.hand_orientation_xyzw[RIGHT])
    assert np.allclose((hand @ TILTED)[:, 2], [0.0, 0.0, 1.0], atol=0.01)
    assert int(context.command.hand_mode[RIGHT]) == HandMode.HEADING


def test_few_sightings_tell_nothing_yet() -> None:
    context = make_context()
    leaf = MeasureTorch("measure", context)
    few = context.parameters.grip_sightings - 1
    assert tick(leaf, context, 2.0, lambda context: see_in_hand(context, TILTED, few)) == Status.RUNNING
    assert np.allclose(context.grip_to_torch, np.eye(3))


def test_grip_is_measured_on_while_the_torch_is_seen() -> None:
    context = make_context()
    leaf = CarryPose("pose", context)
    see_in_hand(context, TILTED)
    tick(leaf, context, 0.02)
    see_in_hand(context, TILTED.T)
    tick(leaf, context, 0.02)
    assert np.allclose(context.grip_to_torch, TILTED.T)
    context.time_ns += 1_000_000_000
    see_in_hand(context, TILTED)
    context.time_ns += 1_000_000_000
    tick(leaf, context, 0.02)
    assert np.allclose(context.grip_to_torch, TILTED.T), "seen too long ago"


def droop(context: TrialContext, angle: float) -> None:
    """The hand goes where it is sent, but for an angle by which it droops forward [rad]."""
    hand_follows(context)
    sent = quaternion_to_rotation(context.command.hand_orientation_xyzw[RIGHT])
    context.status.hand_pose[RIGHT, 3:] = rotation_to_quaternion(rotation_y(angle) @ sent)


def test_hand_that_droops_is_turned_until_the_torch_is_upright() -> None:
    context = make_context()
    context.status.hand_error[RIGHT] = 0.2
    leaf = CarryPose("pose", context)
    tick(leaf, context, 0.2, lambda context: droop(context, 0.06))
    assert estimate_torch_tilt(context) > 0.04
    tick(leaf, context, 8.0, lambda context: droop(context, 0.06))
    assert estimate_torch_tilt(context) < 0.001


def test_hand_is_not_turned_far() -> None:
    context = make_context()
    context.status.hand_error[RIGHT] = 0.2
    tick(CarryPose("pose", context), context, 20.0, lambda context: droop(context, 0.5))
    bound = context.parameters.upright_correction_max
    assert estimate_torch_tilt(context) == pytest.approx(0.5 - bound, abs=0.002)
    droop(context, 0.0)
    tick(MeasureTorch("measure", context), context, 0.02)
    assert context.upright_correction == (0.0, 0.0), "another torch is held anew"


def test_unseen_torch_is_taken_as_straight() -> None:
    context = make_context()
    assert tick(MeasureTorch("measure", context), context, 5.0) == Status.SUCCESS
    assert np.allclose(context.grip_to_torch, np.eye(3))
    assert context.events[-1].severity == "warn"


def test_pose_counts_only_when_reached() -> None:
    context = make_context()
    context.status.hand_error[RIGHT] = 0.2
    leaf = CarryPose("pose", context)
    assert tick(leaf, context, 2.0) == Status.RUNNING
    context.status.hand_error[RIGHT] = 0.01
    assert tick(leaf, context, 1.0) == Status.SUCCESS


def test_load_that_pulls_the_hand_down_gets_time_to_be_known() -> None:
    context = make_context()
    context.status.hand_error[RIGHT] = 0.03
    leaf = CarryPose("pose", context)
    assert tick(leaf, context, 3.0) == Status.RUNNING
    assert tick(leaf, context, 2.0) == Status.SUCCESS, "30 mm lower it is carried too"


def test_walking_waits_until_the_torch_is_upright() -> None:
    context = make_context()
    context.grip_to_torch = TILTED
    leaf = CarryPose("pose", context)
    assert tick(leaf, context, 2.0) == Status.RUNNING
    hand_follows(context)
    assert tick(leaf, context, 2.0, hand_follows) == Status.SUCCESS


def test_left_hand_carries_on_the_left() -> None:
    context = make_context("trial.payload.hand=left")
    tick(CarryPose("pose", context), context, 0.02)
    assert context.command.hand_position[0][1] > 0.0
    assert int(context.command.hand_mode[RIGHT]) == HandMode.POSTURE
