"""Reasons to stop, and how the robot ends."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import py_trees
import pytest
from leaf_bench import make_context, perceive, tick
from py_trees.behaviour import Behaviour
from py_trees.common import Status
from py_trees.decorators import EternalGuard

from robot_trials.geometry import rotation_to_transform
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.guard import find_fault, may_go_on
from robot_trials.kinds.common.hand import command_hand_in_odom
from robot_trials.kinds.common.leaves.safe_end import build_safe_end
from robot_trials.kinds.common.longest import REST_PATIENCE
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import Trigger
from robot_trials_control.records import RIGHT, Fault, HandMode, MotionMode

OUT = rotation_to_transform(np.eye(3), np.array([0.42, -0.3, 1.0]))


def guard_of(mission: Behaviour, context: TrialContext) -> EternalGuard:
    return EternalGuard("guard", mission, partial(may_go_on, context))


def test_sound_robot_may_go_on() -> None:
    context = make_context()
    assert find_fault(context) == ""
    guard = guard_of(py_trees.behaviours.Running("mission"), context)
    assert tick(guard, context, 0.02) == Status.RUNNING


def test_fault_interrupts_the_mission() -> None:
    context = make_context()
    mission = py_trees.behaviours.Running("mission")
    guard = guard_of(mission, context)
    tick(guard, context, 0.1)
    context.status.fault[...] = Fault.FALLEN
    assert tick(guard, context, 0.1) == Status.FAILURE
    assert mission.status == Status.INVALID
    assert context.failure == "the robot has fallen"


@pytest.mark.parametrize(
    ("field", "index", "message"),
    [
        ("joint_position", 2, r"joint_position\[head_yaw\] reads nan: must be finite"),
        ("imu_angular_velocity", 1, r"imu_angular_velocity\[1\] reads nan"),
        ("foot_wrench", (0, 2), r"foot_wrench\[2\] reads nan"),
    ],
)
def test_sensor_that_reads_nan_is_named_once_the_ladder_stops_for_it(field: str, index: object, message: str) -> None:
    context = make_context()
    getattr(context.state, field)[index] = math.nan
    guard = guard_of(py_trees.behaviours.Running("mission"), context)
    assert tick(guard, context, 0.02) == Status.RUNNING, "a single reading is bridged"
    context.status.stop_rung[...], context.status.stop_triggers[...] = Rung.PROTECTIVE, Trigger.NOT_FINITE
    assert tick(guard, context, 0.02) == Status.FAILURE
    import re

    assert re.search(message, context.failure)


@pytest.mark.parametrize(
    ("rung", "over", "status"),
    [(Rung.SLOW, False, None), (Rung.PROTECTIVE, False, Status.RUNNING), (Rung.OFF, True, Status.SUCCESS)],
)
def test_a_stop_ends_the_mission_and_is_let_run(rung: Rung, over: bool, status: Status | None) -> None:
    context = make_context()
    context.status.stop_rung[...], context.status.stop_over[...] = rung, over
    context.status.stop_triggers[...] = Trigger.E_STOP
    assert find_fault(context) == ("stopped: emergency stop" if status else "")
    if status is not None:
        assert tick(build_safe_end(context), context, 0.02) == status


@pytest.mark.parametrize(
    ("fault", "words"),
    [(Fault.FALLEN, "fallen"), (Fault.QP_FAILED, "QP"), (Fault.BAD_SENSOR, "bad sensor")],
)
def test_controller_faults(fault: Fault, words: str) -> None:
    context = make_context()
    context.status.fault[...] = fault
    assert words in find_fault(context)


def test_walking_blind() -> None:
    context = make_context()
    perceive(context, blind_way=8.4)
    assert find_fault(context) == "no site fiducial in 8.4 m of walking: must be ≤ 8 m"


def test_first_reason_counts() -> None:
    context = make_context()
    context.fail("first")
    context.fail("second")
    assert context.failure == "first"


def test_ends_standing_with_the_hands_at_the_body() -> None:
    context = make_context()
    command_hand_in_odom(context, OUT, 0.1)
    context.command.mode[...] = MotionMode.WALK_TO
    assert tick(build_safe_end(context), context, 30.0) == Status.SUCCESS
    assert int(context.command.mode) == MotionMode.STAND
    assert int(context.command.hand_mode[RIGHT]) == HandMode.POSTURE


def test_fall_is_damped_even_after_the_safe_end_began() -> None:
    context = make_context()
    context.status.walking[...] = True
    end = build_safe_end(context)
    assert tick(end, context, 0.5) == Status.RUNNING
    context.status.fault[...] = Fault.FALLEN
    assert tick(end, context, 5.0) == Status.SUCCESS
    assert int(context.command.mode) == MotionMode.DAMPED


def test_robot_that_never_rests_is_not_waited_for_forever() -> None:
    context = make_context()
    context.status.walking[...] = True
    assert tick(build_safe_end(context), context, REST_PATIENCE + 5.0) == Status.FAILURE
