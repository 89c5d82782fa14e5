"""How the working hand meets the torch, holds it upright, and learns how it lies in it."""

from __future__ import annotations

import math

import numpy as np

from robot_trials.geometry import (
    Vector,
    quaternion_between,
    quaternion_to_rotation,
    rotate,
    rotation_to_transform,
    rotation_z,
)
from robot_trials.kinds.common.hand import command_hand, on_working_side
from robot_trials.kinds.relay.context import RelayContext
from robot_trials_control.records import HandMode

UP = np.array([0.0, 0.0, 1.0])
GRIP_AGE = 0.5
"""A torch in the hand seen longer ago than this tells nothing new about how it is held [s]."""
PASSED_MAX = 0.1
"""Longer than this between two updates means that the hand did something else meanwhile [s]."""
TILT_AT_ONCE = 0.05
"""A tilt larger than this counts as no more: a hand on its way is not one that droops [rad]."""


def command_hand_carry(context: RelayContext, speed: float) -> None:
    """Hold the torch upright at the carry position of the heading frame, whatever its tilt in the hand."""
    measure_grip(context)
    hold_upright(context)
    position = on_working_side(context, context.manner.hands.carry)
    command_hand(context, HandMode.HEADING, position, _compute_upright_turn(context), speed)


def command_hand_ready(context: RelayContext) -> None:
    """Raise the working hand from the body to before it, fingers still pointing down a little."""
    half = 0.5 * context.manner.hands.ready_pitch
    c, s = math.cos(half), math.sin(half)
    position = on_working_side(context, context.manner.hands.ready)
    command_hand(context, HandMode.HEADING, position, (0.0, s, 0.0, c), context.manner.hands.reach_speed)


def compute_grip_on_axis(context: RelayContext, transform_torch: np.ndarray) -> np.ndarray:
    """Hand pose that grips a torch: thumb along its axis, fingers along the robot's heading, shape (4, 4).

    A torch that is tilted much is gripped at an angle, as far as the grasp bears it.
    """
    hands = context.manner.hands
    axis = transform_torch[:3, 2]
    level = math.hypot(float(axis[0]), float(axis[1]))
    offered = math.atan2(level, float(axis[2]))
    tilt = max(min(offered, hands.tilt_max), offered - hands.misfit_max)
    if level > 1e-9:
        direction = axis[:2] / level
        axis = np.array([math.sin(tilt) * direction[0], math.sin(tilt) * direction[1], math.cos(tilt)])
    heading = rotation_z(context.robot_in_odom[2])
    lean = quaternion_to_rotation(np.array(quaternion_between(UP.tolist(), axis.tolist())))
    return rotation_to_transform(lean @ heading, transform_torch[:3, 3])


def compute_pregrasp(context: RelayContext, transform_grip: np.ndarray) -> np.ndarray:
    """Waypoint before (and after) a grip, back along the heading with the thumb up, shape (4, 4)."""
    heading = rotation_z(context.robot_in_odom[2])
    position = transform_grip[:3, 3] + heading @ np.array(context.manner.hands.pregrasp)
    return rotation_to_transform(heading, position)


def compute_upright_hand(context: RelayContext, heading: np.ndarray) -> np.ndarray:
    """Hand orientation with the given heading that holds the torch upright, shape (3, 3)."""
    return heading @ quaternion_to_rotation(np.array(_compute_upright_turn(context)))


def start_measuring_grip(context: RelayContext) -> None:
    """Take the torch for gripped straight, and forget how its last one was held upright."""
    context.grip_to_torch = np.eye(3)
    context.upright_correction = (0.0, 0.0)


def measure_grip(context: RelayContext) -> bool:
    """Take over how the torch is turned in the hand, if it was seen there well enough of late."""
    seen = context.percept.in_hand
    if seen is None or seen.age(context.time_ns) > GRIP_AGE or seen.count < context.parameters.grip_sightings:
        return False
    context.grip_to_torch = seen.transform[:3, :3]
    return True


def hold_upright(context: RelayContext) -> None:
    """Turn the hand's target slowly against a tilt that stays: friction and the load leave one of some degrees."""
    parameters = context.parameters
    passed = min(context.time - context.upright_time, PASSED_MAX)
    context.upright_time = context.time
    x, y, _ = estimate_torch_axis(context)
    yaw = context.robot_in_odom[2]
    ahead, left = math.cos(yaw) * x + math.sin(yaw) * y, math.cos(yaw) * y - math.sin(yaw) * x
    step = min(1.0, TILT_AT_ONCE / max(math.hypot(x, y), 1e-9)) * passed / parameters.upright_time_constant
    correction_x, correction_y = context.upright_correction
    correction_x, correction_y = correction_x + step * left, correction_y - step * ahead
    part = min(1.0, parameters.upright_correction_max / max(math.hypot(correction_x, correction_y), 1e-9))
    context.upright_correction = (part * correction_x, part * correction_y)


def estimate_torch_tilt(context: RelayContext) -> float:
    """Angle of the held torch to the vertical, from the hand's pose and how the torch lies in it [rad]."""
    return math.acos(max(-1.0, min(1.0, estimate_torch_axis(context)[2])))


def estimate_torch_axis(context: RelayContext) -> Vector:
    """Unit vector along the held torch in odom, from the hand's pose and how the torch lies in it."""
    return rotate(context.status.hand_pose[context.hand, 3:].tolist(), context.grip_to_torch[:, 2].tolist())


def _compute_upright_turn(context: RelayContext) -> tuple[float, float, float, float]:
    """Turn of the hand in the heading frame that holds the torch upright, as a quaternion (x, y, z, w)."""
    x, y = context.upright_correction
    length = math.hypot(x, y, 1.0)
    return quaternion_between(context.grip_to_torch[:, 2].tolist(), (y / length, -x / length, 1.0 / length))
