"""What a controller must know of a robot; importing it costs next to nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class RobotParameters:
    """What a controller must know of a robot beside its URDF.

    Joint arrays follow Pinocchio's order of the URDF's joints.

    Attributes:
        urdf: path of the robot description.
        foot_frames: sole frames, left and right: at the middle of the contact patch, x forward, z up.
        grip_frames: grip frames, left and right: x along the fingers, z along the thumb.
        imu_frame: frame of the inertial sensor.
        camera_frame: optical frame of the head camera (z forward, x right).
        head_joints: yaw and pitch joint of the head; empty where there is none.
        sole_half_length: half of the contact patch along x [m].
        sole_half_width: half of the contact patch along y [m].
        nominal_posture: joint name → angle of the standing posture [rad]; joints not named stand at 0.
        torque_limits: joint torque limits, shape (nu,) [N·m].
        armature: rotor inertia seen at each joint, shape (nu,) [kg·m²].
        friction: Coulomb friction of each joint, shape (nu,) [N·m].
    """

    urdf: Path
    foot_frames: tuple[str, str]
    grip_frames: tuple[str, str]
    imu_frame: str
    camera_frame: str
    sole_half_length: float
    sole_half_width: float
    nominal_posture: dict[str, float]
    torque_limits: np.ndarray
    armature: np.ndarray
    friction: np.ndarray
    head_joints: tuple[str, ...] = field(default=())
