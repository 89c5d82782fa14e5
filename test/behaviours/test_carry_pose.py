"""Before walking: how the torch lies in the hand is measured, and it is raised upright."""

from __future__ import annotations

import numpy as np
from leaf_bench import hand_follows, make_context, tick
from py_trees.common import Status

from robot_trials.behaviours.carry import CarryPose, MeasureTorch
from robot_trials.geometry import StampedPose, quaternion_to_rotation, rotation_to_transform
from robot_trials_control.records import RIGHT, HandMode

TILT = 0.12
TILTED = np.array([[1, 0, 0], [0, np.cos(TILT), -np.sin(TILT)], [0, np.sin(TILT), np.cos(TILT)]])


def test_tilt_in_the_hand_is_taken_out() -> None:
    context = make_context()

    def keep_seeing(context) -> None:  # noqa: ANN001
        pose = rotation_to_transform(TILTED, np.array([0.4, -0.3, 1.0]))
        context.targets["torch"] = StampedPose(pose, context.time_ns, 8, 0.003)

    keep_seeing(context)
    assert tick(MeasureTorch("measure", context), context, 3.0, keep_seeing) == Status.SUCCESS
    tick(CarryPose("pose", context), context, 0.02)
    hand = quaternion_to_rotation(context.command.hand_orientation_xyzw[RIGHT])
    assert np.allclose((hand @ TILTED)[:, 2], [0.0, 0.0, 1.0], atol=1e-9)
    assert int(context.command.hand_mode[RIGHT]) == HandMode.HEADING


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


def test_walking_waits_until_the_torch_is_upright() -> None:
    context = make_context()
    context.grip_to_torch = TILTED
    leaf = CarryPose("pose", context)
    assert tick(leaf, context, 2.0) == Status.RUNNING
    hand_follows(context)
    assert tick(leaf, context, 1.0) == Status.SUCCESS


def test_left_hand_carries_on_the_left() -> None:
    context = make_context("trial.payload.hand=left")
    tick(CarryPose("pose", context), context, 0.02)
    assert context.command.hand_position[0][1] > 0.0
    assert int(context.command.hand_mode[RIGHT]) == HandMode.POSTURE
