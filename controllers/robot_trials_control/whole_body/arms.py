"""Smooth references for hands, arm posture and head."""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.config import WholeBodyGains
from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.numeric.rotations import (
    rotation_about_z,
    rotation_from_quaternion,
    rotation_vector,
    turn_in_body,
)
from robot_trials_control.records import LEFT, RIGHT, Field, HandMode, Record, make_motion_command, make_record
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import FIRST_GRIP
from robot_trials_control.whole_body.references import WholeBodyReference, whole_body_reference_fields

HAND_BANDWIDTH = 8.0
"""Natural frequency of the filter on hand targets [rad/s]."""
HAND_TURN_MAX = 1.0
"""Fastest turn of a hand's reference [rad/s]."""
ANGLE_MIN = 1e-6
"""Turn below which a hand's reference is taken to be there [rad]."""
POSTURE_RATE_MAX = 0.8
"""Fastest change of a posture reference [rad/s]."""


GIVE = 0.02
"""An arm that gives way stays where it was put once a joint has been moved by more than this [rad]."""


def arm_fields(nu: int, head: int) -> list[Field]:
    """Arms and head on their way, for a head of so many joints."""
    return [
        ("pose", "f8", (2, 6, 3)),  # of each hand in the frame it was commanded in; rows of a `PoseReference`
        ("goal", "f8", (2, 3)),  # where each hand shall be, odom [m]
        ("posture", "f8", (nu,)),  # [rad]
        ("weight", "f8", (nu,)),  # of the posture task
        ("nominal", "f8", (nu,)),  # posture wanted, but for the head [rad]
        ("free_weight", "f8", (nu,)),  # where no hand is in use
        ("hand_weight", "f8"),  # of the joints of a hand in use
        ("head", "i8", (max(head, 1),)),  # joints of the head
        ("head_count", "i8"),
        ("mode", "u1", (2,)),  # HandMode of each hand
        ("is_arm", "u1", (2, nu)),  # whether a joint carries a hand
    ]


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
def start_hand(side: int, frame: np.ndarray, model: np.ndarray, arms: np.ndarray) -> None:
    """Begin at rest where the grip is now; `frame` as for `place`."""
    m, pose = model[0], arms[0].pose[side]
    rotation, position = m.rotation[FIRST_GRIP + side], m.position[FIRST_GRIP + side]
    pose[:3] = 0.0
    for i in range(3):
        for k in range(3):
            pose[0, i] += frame[1 + k, i] * (position[k] - frame[0, k])
        for j in range(3):
            pose[3 + i, j] = 0.0
            for k in range(3):
                pose[3 + i, j] += frame[1 + k, i] * rotation[k, j]


@compiled
def switch_hand(
    side: int, mode: int, frame: np.ndarray, joints: np.ndarray, model: np.ndarray, arms: np.ndarray
) -> None:
    """Begin a mode from where the arm is; arguments as for `update_arms`, `frame` as for `place`."""
    a = arms[0]
    a.mode[side] = mode
    for i in range(joints.size):
        if a.is_arm[side, i]:
            a.weight[i] = a.free_weight[i] if mode == HandMode.POSTURE else a.hand_weight
            if mode == HandMode.POSTURE:
                a.posture[i] = joints[i]
    if mode != HandMode.POSTURE:
        start_hand(side, frame, model, arms)


@compiled
def update_arms(
    dt: float,
    motion: np.ndarray,
    heading: float,
    ground: float,
    joints: np.ndarray,
    model: np.ndarray,
    arms: np.ndarray,
    reference: np.ndarray,
) -> None:
    """Advance hands, posture and head by one tick.

    Args:
        dt: control period [s].
        motion: motion command record.
        heading: of the body [rad].
        ground: height of the ground under the centre of mass [m].
        joints: present angles, shape (nu,) [rad].
        model, arms: records of `model_state_fields` and `arm_fields`.
        reference: receives posture, posture weights and hand poses, record of `whole_body_reference_fields`.
    """
    command, m, a, r = motion[0], model[0], arms[0], reference[0]
    heading_frame, odom_frame = np.zeros((4, 3)), np.zeros((4, 3))
    rotation_about_z(heading, heading_frame[1:])
    heading_frame[0, 0], heading_frame[0, 1], heading_frame[0, 2] = m.com[0], m.com[1], ground
    rotation_about_z(0.0, odom_frame[1:])
    for side in range(2):
        mode, pose = command.hand_mode[side], a.pose[side]
        frame = heading_frame if mode == HandMode.HEADING else odom_frame
        if mode != a.mode[side]:
            switch_hand(side, mode, frame, joints, model, arms)
        r.hand_active[side] = mode != HandMode.POSTURE
        if mode != HandMode.POSTURE:
            position, orientation = command.hand_position[side], command.hand_orientation_xyzw[side]
            follow_target(dt, position, orientation, command.hand_speed, pose)
            carry_along(pose, frame, r.hands[side])
            place(position, frame, a.goal[side])
        if mode == HandMode.HEADING:
            add_motion(m.com_velocity, r.com_acceleration, r.hands[side])
    follow_posture(POSTURE_RATE_MAX * dt, command.head, arms, reference)


@compiled
def follow_posture(step: float, head: np.ndarray, arms: np.ndarray, reference: np.ndarray) -> None:
    """Move the posture by at most `step` a joint [rad], the head to its command, all else to the nominal posture."""
    a, r = arms[0], reference[0]
    for i in range(a.head_count):
        a.nominal[a.head[i]] = head[i]
    for i in range(a.posture.size):
        a.posture[i] += min(max(a.nominal[i] - a.posture[i], -step), step)
        r.posture[i], r.posture_weight[i] = a.posture[i], a.weight[i]


@compiled
def give_way(joints: np.ndarray, arms: np.ndarray) -> None:
    """Let arms in posture mode stay where they were moved to; present angles, shape (nu,) [rad]."""
    a = arms[0]
    for side in range(2):
        for i in range(joints.size):
            if a.is_arm[side, i] and a.mode[side] == HandMode.POSTURE:
                a.posture[i] = a.nominal[i] = min(max(a.nominal[i], joints[i] - GIVE), joints[i] + GIVE)


@compiled
def measure_distance_to_goal(side: int, model: np.ndarray, arms: np.ndarray) -> float:
    """How far a grip is from its commanded place [m]; 0 in posture mode."""
    if arms[0].mode[side] == HandMode.POSTURE:
        return 0.0
    goal, position = arms[0].goal[side], model[0].position[FIRST_GRIP + side]
    return math.sqrt((goal[0] - position[0]) ** 2 + (goal[1] - position[1]) ** 2 + (goal[2] - position[2]) ** 2)


class ArmReferences:
    """Writes hands, arm posture and head into a `WholeBodyReference`.

    Attributes:
        state: arms and head on their way, record of `arm_fields`.
    """

    def __init__(self, model: RobotModel, gains: WholeBodyGains) -> None:
        self.model = model
        head = model.limbs.head
        self.state: Record = make_record(arm_fields(model.nu, len(head)))
        state = self.state
        state.head[: len(head)], state.head_count[...] = head, len(head)
        state.free_weight[:] = np.where(~model.limbs.is_leg, gains.posture_weight_arms, 0.0)
        state.hand_weight[...] = gains.posture_weight_hand
        for side in (LEFT, RIGHT):
            state.is_arm[side, model.arm_joints(side)] = 1
        self.reset(model.nominal_joints)
        reference = make_record(whole_body_reference_fields(model.nu))
        parts = model.state.data, state.data, reference.data
        self._give_way = bind(give_way, model.nominal_joints, state.data)
        self._update = bind(update_arms, 0.0, make_motion_command().data, 0.0, 0.0, model.nominal_joints, *parts)

    def reset(self, joints: np.ndarray) -> None:
        """Start from the joints' present angles, shape (nu,) [rad]."""
        state = self.state
        state.posture[:], state.weight[:] = joints, state.free_weight
        state.nominal[:] = self.model.nominal_joints
        state.mode[:] = HandMode.POSTURE

    def hold(self, joints: np.ndarray | None) -> None:
        """Let an arm in posture mode stay as it is, joint angles of shape (nu,) [rad], or go back to nominal: None."""
        self.state.nominal[:] = self.model.nominal_joints if joints is None else joints

    def give_way(self, joints: np.ndarray) -> None:
        """Let arms that are held follow a person who moves them; joint angles of shape (nu,) [rad]."""
        self._give_way(joints, self.state.data)

    def update(
        self, dt: float, motion: Record, heading: float, ground: float, joints: np.ndarray, out: WholeBodyReference
    ) -> None:
        """Advance by `dt`.

        Args:
            dt: control period [s].
            motion: motion command record.
            heading: of the body [rad].
            ground: height of the ground under the centre of mass [m].
            joints: present angles, shape (nu,) [rad].
            out: receives posture, posture weights and hand poses; its centre of mass's acceleration counts.
        """
        self._update(dt, motion.data, heading, ground, joints, self.model.state.data, self.state.data, out.record.data)

    def distance_to_goal(self, side: int) -> float:
        """How far the grip is from its commanded place [m]; 0 in posture mode."""
        return measure_distance_to_goal(side, self.model.state.data, self.state.data)
