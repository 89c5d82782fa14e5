"""Smooth references for hands, arm posture and head."""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.compiled import compiled
from robot_trials_control.config import WholeBodyGains
from robot_trials_control.model import FrameState, RobotModel
from robot_trials_control.records import LEFT, RIGHT, HandMode, Record
from robot_trials_control.rotations import rotation_about_z, rotation_from_quaternion, rotation_vector, turn_in_body
from robot_trials_control.whole_body import PoseReference, WholeBodyReference

HAND_BANDWIDTH = 8.0
"""Natural frequency of the filter on hand targets [rad/s]."""
HAND_TURN_MAX = 1.0
"""Fastest turn of a hand's reference [rad/s]."""
HAND_MODES = tuple(HandMode)
ANGLE_MIN = 1e-6
"""Turn below which a hand's reference is taken to be there [rad]."""
POSTURE_RATE_MAX = 0.8
"""Fastest change of a posture reference [rad/s]."""


@compiled
def follow_target(
    dt: float,
    position: np.ndarray,
    orientation_xyzw: np.ndarray,
    speed_max: float,
    pose: np.ndarray,
) -> None:
    """Move a pose towards a target: critically damped, with bounded speed and turn.

    Args:
        dt: control period [s].
        position: of the target, shape (3,) [m].
        orientation_xyzw: of the target, not zero, shape (4,).
        speed_max: [m/s].
        pose: rows of a `PoseReference` in the target's frame, changed in place, shape (6, 3).
    """
    w, square = HAND_BANDWIDTH, 0.0
    wanted = np.zeros(3)
    for i in range(3):
        acceleration = w * w * (position[i] - pose[0, i]) - 2.0 * w * pose[1, i]
        wanted[i] = pose[1, i] + dt * acceleration
        square += wanted[i] * wanted[i]
    scale = min(1.0, speed_max / math.sqrt(square)) if square > 0.0 else 1.0
    for i in range(3):
        pose[2, i] = (scale * wanted[i] - pose[1, i]) / dt
        pose[1, i] = scale * wanted[i]
        pose[0, i] += dt * pose[1, i]
    goal = np.zeros((3, 3))
    rotation_from_quaternion(orientation_xyzw, goal)
    x, y, z = rotation_vector(pose[3:], goal)
    angle = math.sqrt(x * x + y * y + z * z)
    if angle > ANGLE_MIN:
        share = min(HAND_TURN_MAX * dt / angle, HAND_BANDWIDTH * dt, 1.0)
        turn_in_body(pose[3:], share * x, share * y, share * z)


@compiled
def carry_along(pose: np.ndarray, origin: np.ndarray, axes: np.ndarray, out: np.ndarray) -> None:
    """Write a pose of the frame at `origin` with `axes`, shapes (3,) [m] and (3, 3), in world; poses (6, 3)."""
    for i in range(3):
        for row in range(3):
            value = origin[i] if row == 0 else 0.0
            for k in range(3):
                value += axes[i, k] * pose[row, k]
            out[row, i] = value
        for j in range(3):
            value = 0.0
            for k in range(3):
                value += axes[i, k] * pose[3 + k, j]
            out[3 + i, j] = value


@compiled
def follow_posture(goal: np.ndarray, step: float, posture: np.ndarray, out: np.ndarray) -> None:
    """Move a posture towards a goal by at most `step` a joint, and write it to `out`; all of shape (nu,) [rad]."""
    for i in range(goal.size):
        posture[i] += min(max(goal[i] - posture[i], -step), step)
        out[i] = posture[i]


class HandTarget:
    """One hand's pose on its way to a target.

    The pose lives in the commanded frame (heading or odom), so that a moving body carries it along.
    """

    def __init__(self) -> None:
        self.mode = HandMode.POSTURE
        self.pose = PoseReference()

    def start(self, mode: HandMode, grip: FrameState, origin: np.ndarray, axes: np.ndarray) -> None:
        """Take over from where the hand is now, in the frame at `origin` with `axes`."""
        self.mode, pose = mode, self.pose
        pose.position[:] = axes.T @ (grip.position - origin)
        pose.rotation[:] = axes.T @ grip.rotation
        pose.velocity[:], pose.acceleration[:] = 0.0, 0.0


class ArmReferences:
    """Writes hands, arm posture and head into a `WholeBodyReference`."""

    def __init__(self, model: RobotModel, gains: WholeBodyGains) -> None:
        self.model = model
        self._weight_hand = gains.posture_weight_hand
        self.targets = (HandTarget(), HandTarget())
        self._arms = tuple(model.arm_joints(side) for side in (LEFT, RIGHT))
        names = model.joint_names
        self._head = [names.index(name) for name in model.parameters.head_joints]
        upper = [not model.moves_a_foot(i) for i in range(model.nu)]
        self._upper_weight = np.where(upper, gains.posture_weight_arms, 0.0)
        self._posture = model.nominal_joints.copy()
        self._goal = model.nominal_joints.copy()
        self._axes, self._level, self._origin = np.eye(3), np.eye(3), np.zeros(3)
        self._still = np.zeros(3)
        self._goals = (np.zeros(3), np.zeros(3))

    def reset(self, joints: np.ndarray) -> None:
        """Start from the joints' present angles, shape (nu,) [rad]."""
        self._posture[:] = joints
        for target in self.targets:
            target.mode = HandMode.POSTURE

    def update(
        self,
        dt: float,
        motion: Record,
        heading: float,
        com: np.ndarray,
        com_velocity: np.ndarray,
        com_acceleration: np.ndarray,
        joints: np.ndarray,
        out: WholeBodyReference,
    ) -> None:
        """Advance by `dt`.

        Args:
            dt: control period [s].
            motion: motion command record.
            heading: of the body [rad].
            com, com_velocity, com_acceleration: of the centre of mass, odom, shape (3,).
            joints: present angles, shape (nu,) [rad].
            out: receives posture, posture weights and hand poses.
        """
        rotation_about_z(heading, self._axes)
        self._origin[:2] = com[:2]
        self._goal[:] = self.model.nominal_joints
        if self._head:
            self._goal[self._head] = motion.head
        out.posture_weight[:] = self._upper_weight
        for side in (LEFT, RIGHT):
            mode = HAND_MODES[motion.hand_mode[side]]
            target, arm = self.targets[side], self._arms[side]
            if mode != HandMode.POSTURE:
                self._update_hand(dt, side, mode, motion, com_velocity, com_acceleration, out)
            elif target.mode != HandMode.POSTURE:
                target.mode = mode
                self._posture[arm] = joints[arm]
            out.hand_active[side] = mode != HandMode.POSTURE
            if mode != HandMode.POSTURE:
                out.posture_weight[arm] = self._weight_hand
        follow_posture(self._goal, POSTURE_RATE_MAX * dt, self._posture, out.posture)

    def distance_to_goal(self, side: int) -> float:
        """How far the grip is from its commanded place [m]; 0 in posture mode."""
        if self.targets[side].mode == HandMode.POSTURE:
            return 0.0
        error = self._goals[side] - self.model.grips[side].position
        return math.sqrt(error.dot(error))

    def _update_hand(
        self,
        dt: float,
        side: int,
        mode: HandMode,
        motion: Record,
        com_velocity: np.ndarray,
        com_acceleration: np.ndarray,
        out: WholeBodyReference,
    ) -> None:
        target, grip = self.targets[side], self.model.grips[side]
        grip.update()
        follows = mode == HandMode.HEADING
        origin = self._origin if follows else self._still
        axes = self._axes if follows else self._level
        if target.mode != mode:
            target.start(mode, grip, origin, axes)
        position = motion.hand_position[side]
        follow_target(dt, position, motion.hand_orientation_xyzw[side], float(motion.hand_speed), target.pose.values)
        carry_along(target.pose.values, origin, axes, out.hands[side].values)
        np.add(origin, axes.dot(position), out=self._goals[side])
        if follows:
            out.hands[side].velocity[:2] += com_velocity[:2]
            out.hands[side].acceleration[:2] += com_acceleration[:2]
