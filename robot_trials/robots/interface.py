"""The contract every robot meets, simulated or real."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

import numpy as np

from robot_trials_control.records import Record

if TYPE_CHECKING:
    from robot_trials.config.site import Site
    from robot_trials.robots.options import SimOptions


SensorGroup = Literal["joints", "imu", "feet"]
"""Sensors that fail together."""
Failure = Literal["silent", "nan"]
"""How: no new reading comes, or one that is no number."""


@dataclass(frozen=True)
class FiducialObservation:
    """One fiducial seen by the head camera.

    Attributes:
        time_ns: capture time of the frame.
        tag_id: number printed on the fiducial.
        transform_camera_tag: pose of the tag in the camera's optical frame (z forward, x right), shape (4, 4).
    """

    time_ns: int
    tag_id: int
    transform_camera_tag: np.ndarray


@dataclass(frozen=True)
class CameraFrame:
    """One rendered or captured picture of the head camera.

    Attributes:
        time_ns: capture time.
        image_bgr: picture, shape (height, width, 3), uint8.
        camera_matrix: pinhole intrinsics [px], shape (3, 3).
    """

    time_ns: int
    image_bgr: np.ndarray
    camera_matrix: np.ndarray


class Robot(Protocol):
    """A robot whose joints take impedance commands at a fixed control period.

    Attributes:
        joint_names: actuated joints in the order of every joint array.
        control_period_ns: time between two calls of `read_state` [ns].
    """

    joint_names: tuple[str, ...]
    control_period_ns: int

    def read_state(self, state: Record) -> None:
        """Wait for the next control tick and fill in the sensor readings.

        A simulated robot advances its world by one control period under the command in force.

        Raises:
            RobotFault: the robot or simulator no longer answers.
        """

    def write_command(self, command: Record, torque_applied: np.ndarray) -> None:
        """Send the impedance command; `torque_applied` receives what the drives really apply [N·m], shape (nu,)."""

    def read_truth(self, truth: Record) -> None:
        """Fill in what only a simulator knows; leaves NaN on hardware."""

    def read_fiducials(self) -> list[FiducialObservation]:
        """Fiducials that became available since the last call (a sensor model; empty where frames are used)."""

    def read_camera(self) -> CameraFrame | None:
        """The newest head camera frame not yet returned, if any."""

    def close(self) -> None:
        """Release the simulator or the connection; idempotent."""


class SimulatedRobot(Robot, Protocol):
    """A robot whose simulator can be told what to do to it, and knows where it really is.

    Trials ask for nothing of it but what they ask of every robot; drills, benchmarks and tests do.
    """

    @property
    def has_hanging_prop(self) -> bool:
        """Whether a prop hangs beside the robot."""

    def put_prop_in_hand(self, side: int) -> None:
        """Put the hanging prop into a hand, which holds it as soon as it is shut.

        Raises:
            ValueError: none hangs here.
        """

    def push(self, force: np.ndarray, duration: float) -> None:
        """Push the base's centre of mass with `force`, world, shape (3,) [N], for `duration` [s]."""

    def fail_sensor(self, group: SensorGroup, failure: Failure, duration: float = math.inf) -> None:
        """Let sensors fall silent, or read no number, for `duration` [s]."""

    def heat(self, joint: str, temperature: float) -> None:
        """Make a drive's winding as warm as this now [°C]."""

    def sole_poses(self) -> np.ndarray:
        """True poses of the soles in the world, left and right, shape (2, 4, 4)."""

    def centre_of_mass(self) -> np.ndarray:
        """True centre of mass of the robot alone in the world, shape (3,) [m]."""


@runtime_checkable
class SimulatedWorld(Protocol):
    """What a simulated robot's world can do between two trials, while the robot stands still and keeps its place."""

    def enter_world(self, site: Site, options: SimOptions) -> None:
        """Go on in the world of another trial on the same place.

        Args:
            site: the place, with another course.
            options: as the robot was opened with, but for the props.

        Raises:
            ValueError: a hand of the robot holds something, or this world takes no other trial.
        """

    def reset_props(self) -> None:
        """Put the things and people of the trial back to where they were at the start.

        Raises:
            ValueError: a hand of the robot holds one of them.
        """
