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
    position = _on_working_side(context, context.parameters.carry_position)
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


def command_hand_ready(context: TrialContext) -> None:
    """Raise the working hand from the body to before it, fingers still pointing down a little."""
    pitch = context.parameters.ready_pitch
    c, s = math.cos(pitch), math.sin(pitch)
    rotation = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    transform = rotation_to_transform(rotation, _on_working_side(context, context.parameters.ready_position))
    _command_hand(context, HandMode.HEADING, transform, context.parameters.reach_speed)


def compute_grip_on_axis(context: TrialContext, transform_torch: np.ndarray) -> np.ndarray:
    """Hand pose that grips a torch: thumb along its axis, fingers along the robot's heading, shape (4, 4).

    A torch that is tilted further than the wrist follows is gripped at an angle.
    """
    axis = transform_torch[:3, 2]
    level = math.hypot(float(axis[0]), float(axis[1]))
    tilt = min(math.atan2(level, float(axis[2])), context.parameters.tilt_max)
    if level > 1e-9:
        direction = axis[:2] / level
        axis = np.array([math.sin(tilt) * direction[0], math.sin(tilt) * direction[1], math.cos(tilt)])
    heading = rotation_z(context.robot_in_odom[2])
    return rotation_to_transform(rotation_between(UP, axis) @ heading, transform_torch[:3, 3])


def compute_pregrasp(context: TrialContext, transform_grip: np.ndarray) -> np.ndarray:
    """Waypoint before (and after) a grip, back along the heading with the thumb up, shape (4, 4)."""
    heading = rotation_z(context.robot_in_odom[2])
    position = transform_grip[:3, 3] + heading @ np.array(context.parameters.pregrasp_offset)
    return rotation_to_transform(heading, position)


def compute_upright_hand(context: TrialContext, heading: np.ndarray) -> np.ndarray:
    """Hand orientation with the given heading that holds the torch upright, shape (3, 3)."""
    torch_axis_in_hand = context.grip_to_torch[:, 2]
    return heading @ rotation_between(torch_axis_in_hand, UP)


def estimate_torch_tilt(context: TrialContext) -> float:
    """Angle of the held torch to the vertical, from the hand's pose and how the torch lies in it [rad]."""
    axis = hand_in_odom(context)[:3, :3] @ context.grip_to_torch[:, 2]
    return math.acos(max(-1.0, min(1.0, float(axis[2]))))


def move_along_z(transform: np.ndarray, height: float) -> np.ndarray:
    """The same pose raised by `height` [m]."""
    raised = transform.copy()
    raised[2, 3] += height
    return raised


def _on_working_side(context: TrialContext, position: tuple[float, float, float]) -> np.ndarray:
    """A place given for the right hand, mirrored for the left."""
    mirrored = context.setup.trial.payload.hand == "left"
    return np.array([position[0], -position[1] if mirrored else position[1], position[2]])


def _command_hand(context: TrialContext, mode: HandMode, transform: np.ndarray, speed: float) -> None:
    hand, command = context.hand, context.command
    command.hand_mode[:] = HandMode.POSTURE
    command.hand_mode[hand] = mode
    command.hand_position[hand] = transform[:3, 3]
    command.hand_orientation_xyzw[hand] = rotation_to_quaternion(transform[:3, :3])
    command.hand_speed[...] = speed
