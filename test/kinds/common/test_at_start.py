"""A trial begins where the robot stands: at its start at once, near it after a walk, far from it not at all."""

from __future__ import annotations

import pytest
from leaf_bench import make_context, perceive, tick
from py_trees.common import Status

from robot_trials.kinds.common.at_start import BACKWARD_SHARE, RESERVE, walk_to_start
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.landmark import PATIENCE, look_at_landmark
from robot_trials_control.records import MotionMode


def stand_at(context: TrialContext, x: float, y: float = 0.0) -> None:
    """The robot stands on the map, where odom lies, too."""
    context.status.base_position[:2] = x, y


def arrive(context: TrialContext) -> None:
    context.status.base_position[:2] = context.command.walk_target[:2]
    context.status.at_target[...] = True


def test_at_the_start_nothing_happens() -> None:
    context = make_context()
    stand_at(context, context.setup.site.start.x + 0.1)
    assert tick(walk_to_start(context), context, 0.1) == Status.SUCCESS
    assert context.phases == []


def test_near_the_start_it_walks_there() -> None:
    context = make_context()
    stand_at(context, context.setup.site.start.x + 8.0)
    leaf = walk_to_start(context)
    assert tick(leaf, context, 0.1) == Status.RUNNING
    assert int(context.command.mode) == MotionMode.WALK_TO
    assert tick(leaf, context, 5.0, arrive) == Status.SUCCESS
    assert [(span.name, span.result) for span in context.phases] == [("walk_to_start", "success")]


def test_far_from_the_start_it_refuses_with_the_distance() -> None:
    context = make_context("trial.phases.walk_to_start.timeout=30")
    stand_at(context, context.setup.site.start.x + 20.0)
    assert tick(walk_to_start(context), context, 0.1) == Status.FAILURE
    bound = (30.0 - RESERVE) * BACKWARD_SHARE * context.manner.walk.approach_speed
    assert context.phases[0].detail.startswith("walk_to_start: the robot stands 20.0 m from the start at (-3, 0) m:")
    assert f"must be ≤ {bound:.1f} m" in context.phases[0].detail


def test_a_robot_that_looks_the_other_way_turns_first() -> None:
    context = make_context()
    stand_at(context, context.setup.site.start.x)
    context.status.base_orientation_xyzw[:] = 0.0, 0.0, 1.0, 0.0
    assert tick(walk_to_start(context), context, 0.1) == Status.RUNNING


def test_it_looks_at_the_nearest_fiducial_that_faces_it() -> None:
    context = make_context()
    stand_at(context, 1.0)
    boards = [tag.transform_mount_tag[:3, 3] for tag in context.setup.site.fiducials if tag.mount == "map"]
    assert look_at_landmark(context) == pytest.approx(boards[0]), "that at 2 m, on the left"
    stand_at(context, 4.5)
    assert look_at_landmark(context) == pytest.approx(boards[1]), "the one behind shows its back"
    perceive(context, blind_time=PATIENCE)
    assert look_at_landmark(context) == pytest.approx(boards[2]), "somebody may stand before the nearest"
    context.status.base_orientation_xyzw[:] = 0.0, 0.0, 1.0, 0.0
    assert look_at_landmark(context) is None, "looking the other way there is none"
