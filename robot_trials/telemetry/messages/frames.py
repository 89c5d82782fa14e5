"""Names of coordinate frames in messages, from what the robot's profile says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from robot_trials_control.records import LEFT, RIGHT

HANDS = {"left": LEFT, "right": RIGHT}
"""Index of a hand by the name that a trial's YAML gives it."""


@dataclass(frozen=True)
class FrameNames:
    """Coordinate frames named in the messages; those of the robot have no default, for they differ from robot to robot.

    Attributes:
        base: the floating base.
        imu: of gyro and accelerometer.
        camera: optical frame of the head camera.
        soles: left, right.
        grips: left, right.
    """

    base: str
    imu: str
    camera: str
    soles: tuple[str, str]
    grips: tuple[str, str]
    map: str = "map"
    odom: str = "odom"

    @classmethod
    def from_roles(cls, roles: Mapping[str, str]) -> Self:
        """From the robot's frames by role.

        Args:
            roles: URDF frame of base, imu, camera_optical, left_foot, right_foot, left_hand and right_hand.
        """
        return cls(
            base=roles["base"],
            imu=roles["imu"],
            camera=roles["camera_optical"],
            soles=(roles["left_foot"], roles["right_foot"]),
            grips=(roles["left_hand"], roles["right_hand"]),
        )
