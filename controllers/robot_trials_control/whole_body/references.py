"""What the whole body should do at one tick: poses, postures and forces that walking and arms write for the program."""

from __future__ import annotations

import numpy as np

from robot_trials_control.records import Field, Record, make_record

FORCE_MAX = 5000.0
"""Bound of one foot's normal force when it carries the robot freely [N]."""


def whole_body_reference_fields(nu: int) -> list[Field]:
    """A `WholeBodyReference` as one record; poses have the rows position, velocity, acceleration, rotation."""
    return [
        ("com_acceleration", "f8", (3,)),
        ("torso_rotation", "f8", (3, 3)),
        ("normal_force_max", "f8", (2,)),
        ("swing", "f8", (6, 3)),
        ("hands", "f8", (2, 6, 3)),
        ("posture", "f8", (nu,)),
        ("posture_weight", "f8", (nu,)),
        ("stance", "u1", (2,)),
        ("hand_active", "u1", (2,)),
    ]


class PoseReference:
    """Where one frame should be, in world; views, written in place.

    Attributes:
        values: all of it, shape (6, 3): position, velocity, acceleration, and the rotation's rows.
        position, velocity, acceleration: shape (3,) [m, m/s, m/s²].
        rotation: shape (3, 3).
    """

    __slots__ = ("acceleration", "position", "rotation", "values", "velocity")

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.position, self.velocity, self.acceleration = values[:3]
        self.rotation = values[3:]
        self.rotation[:] = np.eye(3)


class WholeBodyReference:
    """What the whole body should do at one tick; views on one record, written in place.

    Attributes:
        record: all of it, for compiled functions.
        com_acceleration: world, shape (3,) [m/s²].
        torso_rotation: base in world, shape (3, 3).
        stance: whether each foot is on the ground, shape (2,).
        normal_force_max: bound of each foot's normal force, shape (2,) [N].
        swing: sole frame of the foot in the air.
        hand_active: whether each hand follows its pose task, shape (2,).
        hands: grip frames, left and right.
        posture: joint angles of the posture task, shape (nu,) [rad].
        posture_weight: weight of that task, added to the legs' own, shape (nu,).
    """

    def __init__(self, nominal_joints: np.ndarray) -> None:
        self.record: Record = make_record(whole_body_reference_fields(nominal_joints.size))
        record = self.record
        self.com_acceleration, self.torso_rotation = record.com_acceleration, record.torso_rotation
        self.torso_rotation[:] = np.eye(3)
        self.stance, self.hand_active = record.stance, record.hand_active
        self.stance[:] = True
        self.normal_force_max = record.normal_force_max
        self.normal_force_max[:] = FORCE_MAX
        self.swing = PoseReference(record.swing)
        self.hands = (PoseReference(record.hands[0]), PoseReference(record.hands[1]))
        self.posture, self.posture_weight = record.posture, record.posture_weight
        self.posture[:] = nominal_joints
