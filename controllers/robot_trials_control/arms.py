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
def place(position: np.ndarray, frame: np.ndarray, out: np.ndarray) -> None:
    """Write a point of a frame in world, shape (3,) [m]; `frame` has the rows origin [m] and rotation, shape (4, 3)."""
    for i in range(3):
        out[i] = frame[0, i]
        for k in range(3):
            out[i] += frame[1 + i, k] * position[k]


@compiled
def carry_along(pose: np.ndarray, frame: np.ndarray, out: np.ndarray) -> None:
    """Write a pose of a frame in world; poses are rows of a `PoseReference`, shape (6, 3), `frame` as for `place`."""
    place(pose[0], frame, out[0])
    for i in range(3):
        out[1, i] = out[2, i] = 0.0
        for k in range(3):
            out[1, i] += frame[1 + i, k] * pose[1, k]
            out[2, i] += frame[1 + i, k] * pose[2, k]
        for j in range(3):
            out[3 + i, j] = 0.0
            for k in range(3):
                out[3 + i, j] += frame[1 + i, k] * pose[3 + k, j]


@compiled
def add_motion(velocity: np.ndarray, acceleration: np.ndarray, pose: np.ndarray) -> None:
    """Add a frame's own horizontal velocity and acceleration, shape (3,), to a pose, shape (6, 3)."""
    for i in range(2):
        pose[1, i] += velocity[i]
        pose[2, i] += acceleration[i]


@compiled
def follow_posture(
    nominal: np.ndarray, head_joints: np.ndarray, head: np.ndarray, step: float, posture: np.ndarray, out: np.ndarray
) -> None:
    """Move a posture by at most `step` a joint, the head towards its command and all else to the nominal posture.

    Args:
        nominal: shape (nu,) [rad].
        head_joints, head: joints of the head, and where they shall be, shapes (h,) and (≥ h,) [rad].
        step: [rad].
        posture, out: changed in place, and a copy of it, shape (nu,) [rad].
    """
    for i in range(nominal.size):
        out[i] = nominal[i]
    for i in range(head_joints.size):
        out[head_joints[i]] = head[i]
    for i in range(nominal.size):
        posture[i] += min(max(out[i] - posture[i], -step), step)
        out[i] = posture[i]


class HandTarget:
    """One hand's pose on its way to a target.

    The pose lives in the commanded frame (heading or odom), so that a moving body carries it along.
    """

    def __init__(self) -> None:
        self.mode = HandMode.POSTURE
        self.pose = PoseReference()

    def start(self, grip: FrameState, frame: np.ndarray) -> None:
        """Take over from where the hand is now; the frame as for `place`."""
        pose, axes = self.pose, frame[1:]
        pose.position[:] = axes.T @ (grip.position - frame[0])
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
        self._head = np.array([names.index(name) for name in model.parameters.head_joints], dtype=np.intp)
        upper = [not model.moves_a_foot(i) for i in range(model.nu)]
        self._upper_weight = np.where(upper, gains.posture_weight_arms, 0.0)
        self._weight = self._upper_weight.copy()
        self._posture = model.nominal_joints.copy()
        self._heading_frame, self._odom_frame = np.zeros((4, 3)), np.zeros((4, 3))
        self._odom_frame[1:] = np.eye(3)
        self._goals = np.zeros((2, 3))

    def reset(self, joints: np.ndarray) -> None:
        """Start from the joints' present angles, shape (nu,) [rad]."""
        self._posture[:] = joints
        self._weight[:] = self._upper_weight
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
        rotation_about_z(heading, self._heading_frame[1:])
        self._heading_frame[0, :2] = com[:2]
        for side in (LEFT, RIGHT):
            mode = HAND_MODES[motion.hand_mode[side]]
            out.hand_active[side] = active = mode is not HandMode.POSTURE
            if active:
                self.model.grips[side].update()
            if mode is not self.targets[side].mode:
                self._switch(side, mode, joints)
            if mode is HandMode.HEADING:
                self._move_hand(dt, side, motion, self._heading_frame, out.hands[side])
                add_motion(com_velocity, com_acceleration, out.hands[side].values)
            elif active:
                self._move_hand(dt, side, motion, self._odom_frame, out.hands[side])
        out.posture_weight[:] = self._weight
        step = POSTURE_RATE_MAX * dt
        follow_posture(self.model.nominal_joints, self._head, motion.head, step, self._posture, out.posture)

    def distance_to_goal(self, side: int) -> float:
        """How far the grip is from its commanded place [m]; 0 in posture mode."""
        if self.targets[side].mode is HandMode.POSTURE:
            return 0.0
        return math.dist(self._goals[side], self.model.grips[side].position)

    def _switch(self, side: int, mode: HandMode, joints: np.ndarray) -> None:
        """Begin a mode from where the arm is."""
        target, arm = self.targets[side], self._arms[side]
        if mode is HandMode.POSTURE:
            self._posture[arm], self._weight[arm] = joints[arm], self._upper_weight[arm]
        else:
            target.start(self.model.grips[side], self._heading_frame if mode is HandMode.HEADING else self._odom_frame)
            self._weight[arm] = self._weight_hand
        target.mode = mode

    def _move_hand(self, dt: float, side: int, motion: Record, frame: np.ndarray, out: PoseReference) -> None:
        pose, position = self.targets[side].pose.values, motion.hand_position[side]
        follow_target(dt, position, motion.hand_orientation_xyzw[side], float(motion.hand_speed), pose)
        carry_along(pose, frame, out.values)
        place(position, frame, self._goals[side])
