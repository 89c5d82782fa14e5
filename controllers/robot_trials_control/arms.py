"""Smooth references for hands, arm posture and head."""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from robot_trials_control.config import WholeBodyGains
from robot_trials_control.model import FrameState, RobotModel
from robot_trials_control.records import LEFT, RIGHT, HandMode, Record
from robot_trials_control.rotations import rotation_about_z
from robot_trials_control.whole_body import PoseReference, WholeBodyReference

HAND_BANDWIDTH = 8.0
"""Natural frequency of the filter on hand targets [rad/s]."""
HAND_TURN_MAX = 1.0
"""Fastest turn of a hand's reference [rad/s]."""
POSTURE_RATE_MAX = 0.8
"""Fastest change of a posture reference [rad/s]."""


class HandTarget:
    """One hand's pose target, followed by a critically damped filter with bounded speed.

    The filtered pose lives in the commanded frame (heading or odom), so that a moving body carries it along.
    """

    def __init__(self) -> None:
        self.mode = HandMode.POSTURE
        self.position, self.velocity, self.acceleration = np.zeros(3), np.zeros(3), np.zeros(3)
        self.rotation = np.eye(3)

    def start(self, mode: HandMode, grip: FrameState, origin: np.ndarray, axes: np.ndarray) -> None:
        """Take over from where the hand is now, in the frame at `origin` with `axes`."""
        self.mode = mode
        self.position[:] = axes.T @ (grip.position - origin)
        self.rotation = axes.T @ grip.rotation
        self.velocity[:], self.acceleration[:] = 0.0, 0.0

    def advance(self, dt: float, position: np.ndarray, orientation_xyzw: np.ndarray, speed_max: float) -> None:
        """Move towards the commanded pose."""
        w = HAND_BANDWIDTH
        np.subtract(position, self.position, out=self.acceleration)
        self.acceleration *= w * w
        self.acceleration -= (2.0 * w) * self.velocity
        velocity = self.velocity + dt * self.acceleration
        speed = float(np.sqrt(velocity @ velocity))
        if speed > speed_max > 0.0:
            velocity *= speed_max / speed
        self.acceleration[:] = (velocity - self.velocity) / dt
        self.velocity[:] = velocity
        self.position += dt * velocity
        goal = pin.Quaternion(orientation_xyzw).matrix()
        turn = pin.log3(self.rotation.T @ goal)
        angle = float(np.sqrt(turn @ turn))
        if angle > 1e-9:
            self.rotation = self.rotation @ pin.exp3(turn * min(HAND_TURN_MAX * dt / angle, 1.0, w * dt))


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
        self._axes, self._origin = np.eye(3), np.zeros(3)
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
        step = POSTURE_RATE_MAX * dt
        for side in (LEFT, RIGHT):
            mode = HandMode(int(motion.hand_mode[side]))
            target, arm = self.targets[side], self._arms[side]
            if mode != HandMode.POSTURE:
                self._update_hand(dt, side, mode, motion, com_velocity, com_acceleration, out)
            elif target.mode != HandMode.POSTURE:
                target.mode = mode
                self._posture[arm] = joints[arm]
            out.hand_active[side] = mode != HandMode.POSTURE
            if mode != HandMode.POSTURE:
                out.posture_weight[arm] = self._weight_hand
        self._posture += np.clip(self._goal - self._posture, -step, step)
        out.posture[:] = self._posture

    def distance_to_goal(self, side: int) -> float:
        """How far the grip is from its commanded place [m]; 0 in posture mode."""
        if self.targets[side].mode == HandMode.POSTURE:
            return 0.0
        return float(np.linalg.norm(self._goals[side] - self.model.grips[side].position))

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
        axes = self._axes if follows else np.eye(3)
        if target.mode != mode:
            target.start(mode, grip, origin, axes)
        target.advance(dt, motion.hand_position[side], motion.hand_orientation_xyzw[side], float(motion.hand_speed))
        self._goals[side][:] = origin + axes @ motion.hand_position[side]
        self._write(target, origin, axes, out.hands[side])
        if follows:
            out.hands[side].velocity[:2] += com_velocity[:2]
            out.hands[side].acceleration[:2] += com_acceleration[:2]

    @staticmethod
    def _write(target: HandTarget, origin: np.ndarray, axes: np.ndarray, out: PoseReference) -> None:
        out.position[:] = origin + axes @ target.position
        out.velocity[:] = axes @ target.velocity
        out.acceleration[:] = axes @ target.acceleration
        out.rotation = axes @ target.rotation
