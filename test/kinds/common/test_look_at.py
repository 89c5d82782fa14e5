"""The head turns towards a point wherever it looks already."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from leaf_bench import make_context, perceive, tick

from robot_trials.geometry import rotation_to_transform
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.leaves.look_at import LookAt
from robot_trials.robots.manner import HeadManner

HEAD = (2, 3)


def aim_camera(context: TrialContext, yaw: float, pitch: float) -> None:
    """Joints and camera pose for a camera 0.65 m above the base, right on the head's axes."""
    context.state.joint_position[2:] = yaw, pitch
    forward = np.array([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), -np.sin(pitch)])
    right = np.array([np.sin(yaw), -np.cos(yaw), 0.0])
    rotation = np.column_stack((right, np.cross(forward, right), forward))
    camera = rotation_to_transform(rotation, np.array([0.0, 0.0, 0.65]))
    perceive(context, transform_base_camera=camera)


@pytest.mark.parametrize(("yaw", "pitch"), [(0.0, 0.0), (-0.5, 0.3)])
def test_same_command_from_wherever_it_looks(yaw: float, pitch: float) -> None:
    context = make_context()
    aim_camera(context, yaw, pitch)
    point = np.array([1.0, -0.5, 1.2])
    tick(LookAt("look", context, lambda _: point, HEAD), context, 0.02)
    assert context.command.head[0] == pytest.approx(np.arctan2(-0.5, 1.0), abs=0.06)
    assert context.command.head[1] == pytest.approx(np.arctan2(0.3, np.hypot(1.0, 0.5)), abs=0.06)


def test_stays_within_the_joints() -> None:
    context = make_context()
    aim_camera(context, 0.0, 0.0)
    tick(LookAt("look", context, lambda _: np.array([0.2, 0.0, 0.0]), HEAD), context, 0.02)
    assert context.command.head[1] == context.manner.head.pitch[1]


def test_stays_within_a_range_that_is_not_the_same_both_ways() -> None:
    context = make_context()
    context.manner = dataclasses.replace(context.manner, head=HeadManner(yaw=(-0.2, 0.6), pitch=(-0.1, 0.3)))
    for point, head in (
        ((0.1, -5.0, 1.5), (-0.2, 0.0)),
        ((0.1, 5.0, 1.5), (0.6, 0.0)),
        ((1.0, 0.0, 5.0), (0.0, -0.1)),
    ):
        aim_camera(context, 0.0, 0.0)
        tick(LookAt("look", context, lambda _, point=point: np.array(point), HEAD), context, 0.02)
        assert tuple(context.command.head) == pytest.approx(head, abs=1e-6)


def test_looks_ahead_without_a_point() -> None:
    context = make_context()
    context.command.head[:] = 0.4, 0.2
    tick(LookAt("look", context, lambda _: None, HEAD), context, 0.02)
    assert tuple(context.command.head) == (0.0, 0.0)
