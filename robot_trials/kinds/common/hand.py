"""How leaves command the working hand and judge where it is."""

from __future__ import annotations

import math

import numpy as np

from robot_trials.geometry import (
    Vector,
    pose_to_transform,
    rotation_to_quaternion,
)
from robot_trials.kinds.common.context import TrialContext
from robot_trials_control.records import RIGHT, HandMode, PayloadMode


def command_hand_in_odom(context: TrialContext, transform: np.ndarray, speed: float) -> None:
    """Send the working hand's grip frame to a pose in odom, shape (4, 4), at most at `speed` [m/s]."""
    context.hand_target = transform
    orientation = rotation_to_quaternion(transform[:3, :3])
    command_hand(context, HandMode.ODOM, transform[:3, 3], orientation, speed)


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


def move_along_z(transform: np.ndarray, height: float) -> np.ndarray:
    """The same pose raised by `height` [m]."""
    raised = transform.copy()
    raised[2, 3] += height
    return raised


def on_working_side(context: TrialContext, position: Vector) -> Vector:
    """A place given for the right hand, mirrored for the left."""
    x, y, z = position
    return (x, y, z) if context.hand == RIGHT else (x, -y, z)


def command_hand(
    context: TrialContext,
    mode: HandMode,
    position: Vector | np.ndarray,
    orientation_xyzw: tuple[float, float, float, float] | np.ndarray,
    speed: float,
) -> None:
    """Send the working hand's grip frame to a pose of the frame that the mode names, at most at `speed` [m/s]."""
    hand, command = context.hand, context.command
    command.hand_mode[:] = HandMode.POSTURE
    command.hand_mode[hand] = mode
    command.hand_position[hand] = position
    command.hand_orientation_xyzw[hand] = orientation_xyzw
    command.hand_speed[...] = speed
