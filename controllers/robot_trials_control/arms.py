"""Smooth references for hands, arm posture and head."""

from __future__ import annotations

import math

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
ANGLE_MIN = 1e-6
"""Turn below which a hand's reference is taken to be there [rad]."""
POSTURE_RATE_MAX = 0.8
"""Fastest change of a posture reference [rad/s]."""


class HandTarget:
    """One hand's pose target, followed by a critically damped filter with bounded speed.

    The filtered pose lives in the commanded frame (heading or odom), so that a moving body carries it along.
    """

    def __init__(self) -> None:
        self.mode = HandMode.POSTURE
        self.position, self.velocity, self.acceleration = np.zeros(3), np.zeros(3), np.zeros(3)
        self.rotation, self._goal = np.eye(3), np.eye(3)
        self._goal_key = b""

    def start(self, mode: HandMode, grip: FrameState, origin: np.ndarray, axes: np.ndarray) -> None:
        """Take over from where the hand is now, in the frame at `origin` with `axes`."""
        self.mode = mode
        self.position[:] = axes.T @ (grip.position - origin)
        self.rotation = axes.T @ grip.rotation
        self.velocity[:], self.acceleration[:] = 0.0, 0.0

    def advance(self, dt: float, position: np.ndarray, orientation_xyzw: np.ndarray, speed_max: float) -> None:
        """Move towards the commanded pose."""
        w = HAND_BANDWIDTH
        acceleration = self.acceleration
        np.subtract(position, self.position, out=acceleration)
        acceleration *= w * w
        acceleration -= (2.0 * w) * self.velocity
        velocity = self.velocity + dt * acceleration
        speed = math.sqrt(velocity.dot(velocity))
        if speed > speed_max:
            velocity *= speed_max / speed
            np.subtract(velocity, self.velocity, out=acceleration)
            acceleration *= 1.0 / dt
        self.velocity[:] = velocity
        velocity *= dt
        self.position += velocity
        self._turn(dt, orientation_xyzw)

    def _turn(self, dt: float, orientation_xyzw: np.ndarray) -> None:
        key = orientation_xyzw.tobytes()
        if key != self._goal_key:
            self._goal_key, self._goal = key, pin.Quaternion(orientation_xyzw).normalized().matrix()
        turn = pin.log3(self.rotation.T.dot(self._goal))
        angle = math.sqrt(turn.dot(turn))
        if angle > ANGLE_MIN:
            turn *= min(HAND_TURN_MAX * dt / angle, HAND_BANDWIDTH * dt, 1.0)
            self.rotation = self.rotation.dot(pin.exp3(turn))


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
        change = self._goal - self._posture
        np.minimum(change, step, out=change)
        np.maximum(change, -step, out=change)
        self._posture += change
        out.posture[:] = self._posture

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
        target.advance(dt, motion.hand_position[side], motion.hand_orientation_xyzw[side], float(motion.hand_speed))
        self._goals[side][:] = origin + axes.dot(motion.hand_position[side])
        self._write(target, origin, axes, out.hands[side])
        if follows:
            out.hands[side].velocity[:2] += com_velocity[:2]
            out.hands[side].acceleration[:2] += com_acceleration[:2]

    @staticmethod
    def _write(target: HandTarget, origin: np.ndarray, axes: np.ndarray, out: PoseReference) -> None:
        np.add(origin, axes.dot(target.position), out=out.position)
        out.velocity[:] = axes.dot(target.velocity)
        out.acceleration[:] = axes.dot(target.acceleration)
        out.rotation = axes.dot(target.rotation)
