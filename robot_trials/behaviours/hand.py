"""How leaves command the working hand and judge where it is."""

from __future__ import annotations

import math

import numpy as np

from robot_trials.behaviours.context import TrialContext
from robot_trials.geometry import (
    pose_to_transform,
    rotation_between,
    rotation_to_quaternion,
    rotation_to_transform,
    rotation_z,
)
from robot_trials_control.records import HandMode, PayloadMode

UP = np.array([0.0, 0.0, 1.0])


def command_hand_in_odom(context: TrialContext, transform: np.ndarray, speed: float) -> None:
    """Send the working hand's grip frame to a pose in odom, shape (4, 4), at most at `speed` [m/s]."""
    context.hand_target = transform
    _command_hand(context, HandMode.ODOM, transform, speed)


def command_hand_carry(context: TrialContext, speed: float) -> None:
    """Hold the torch upright at the carry position of the heading frame, whatever its tilt in the hand."""
    rotation = compute_upright_hand(context, np.eye(3))
    position = np.array(context.parameters.carry_position)
    if context.setup.trial.payload.hand == "left":
        position[1] = -position[1]
    _command_hand(context, HandMode.HEADING, rotation_to_transform(rotation, position), speed)


def command_arms_posture(context: TrialContext) -> None:
    """Let both arms hang and the working hand's payload be none."""
    context.command.hand_mode[:] = HandMode.POSTURE
    context.command.hand_closed[:] = 0.0
    context.command.payload_mode[...] = PayloadMode.NONE
    context.hand_target = None


def command_payload(context: TrialContext, mode: PayloadMode) -> None:
    """Say what the payload estimator shall do with the load in the working hand."""
    context.command.payload_mode[...] = mode
    context.command.payload_hand[...] = context.hand


def command_grasp(context: TrialContext, closed: bool) -> None:
    """Shut or open the working hand."""
    context.command.hand_closed[context.hand] = 1.0 if closed else 0.0


def hand_in_odom(context: TrialContext) -> np.ndarray:
    """Grip frame of the working hand by the robot's own estimate, shape (4, 4)."""
    return pose_to_transform(context.status.hand_pose[context.hand])


def distance_to_target(context: TrialContext, transform: np.ndarray) -> float:
    """Distance of the working hand's grip frame to a pose in odom [m]."""
    return float(np.linalg.norm(context.status.hand_pose[context.hand][:3] - transform[:3, 3]))


def axis_angle_to_target(context: TrialContext, transform: np.ndarray) -> float:
    """Angle between the hand's thumb axis and that of a pose in odom [rad]."""
    cosine = float(hand_in_odom(context)[:3, 2] @ transform[:3, 2])
    return math.acos(max(-1.0, min(1.0, cosine)))


def compute_grip_on_axis(context: TrialContext, transform_torch: np.ndarray) -> np.ndarray:
    """Hand pose that grips a torch: thumb along its axis, fingers along the robot's heading, shape (4, 4)."""
    heading = rotation_z(context.robot_in_odom[2])
    rotation = rotation_between(UP, transform_torch[:3, 2]) @ heading
    return rotation_to_transform(rotation, transform_torch[:3, 3])


def compute_pregrasp(context: TrialContext, transform_grip: np.ndarray) -> np.ndarray:
    """Waypoint before (and after) a grip, back along the fingers, shape (4, 4)."""
    before = transform_grip.copy()
    before[:3, 3] += transform_grip[:3, :3] @ np.array(context.parameters.pregrasp_offset)
    return before


def compute_upright_hand(context: TrialContext, heading: np.ndarray) -> np.ndarray:
    """Hand orientation with the given heading that holds the torch upright, shape (3, 3)."""
    torch_axis_in_hand = context.grip_to_torch[:, 2]
    return heading @ rotation_between(torch_axis_in_hand, UP)


def move_along_z(transform: np.ndarray, height: float) -> np.ndarray:
    """The same pose raised by `height` [m]."""
    raised = transform.copy()
    raised[2, 3] += height
    return raised


def _command_hand(context: TrialContext, mode: HandMode, transform: np.ndarray, speed: float) -> None:
    hand, command = context.hand, context.command
    command.hand_mode[:] = HandMode.POSTURE
    command.hand_mode[hand] = mode
    command.hand_position[hand] = transform[:3, 3]
    command.hand_orientation_xyzw[hand] = rotation_to_quaternion(transform[:3, :3])
    command.hand_speed[...] = speed
