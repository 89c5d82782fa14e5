"""The robot profile: what the project must know of a robot beside its URDF, read from `config/robots/*.yaml`."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from robot_trials.config.files.document import read_document
from robot_trials.config.files.model import Loaded, StrictModel, load_model
from robot_trials.exceptions import ConfigError
from robot_trials.robots.manner import Manner, read_manner
from robot_trials.robots.urdf import UrdfSummary, read_urdf_summary, resolve_urdf
from robot_trials_control.exceptions import ModelError
from robot_trials_control.robot.parameters import RobotParameters

TorqueSet = Literal["urdf", "continuous", "peak", "rated"]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
PerJoint = dict[str, NotNegative]
Pair = Annotated[tuple[str, str], Field(strict=False)]
SIDE = "<s>"


class Frames(StrictModel):
    """Names of the URDF frames with a role."""

    base: str
    imu: str
    camera: str
    camera_optical: str
    feet: Pair
    hands: Pair

    @property
    def by_role(self) -> dict[str, str]:
        """Frames by role: base, imu, camera_optical, left_foot, right_foot, left_hand, right_hand."""
        sides = {
            f"{side}_{role}": pair[i]
            for role, pair in (("foot", self.feet), ("hand", self.hands))
            for i, side in enumerate(("left", "right"))
        }
        return {"base": self.base, "imu": self.imu, "camera_optical": self.camera_optical} | sides


class Sole(StrictModel):
    """Contact patch [m]."""

    length: Positive
    width: Positive


class TorqueUse(StrictModel):
    """Which set of torque limits each check uses."""

    drives: TorqueSet
    controller: TorqueSet
    payload_headroom: TorqueSet


class TorqueLimits(StrictModel):
    """Torque limits [N·m] by set and joint."""

    sets: dict[TorqueSet, PerJoint]
    use: TorqueUse


class Drive(StrictModel):
    """Timing of the joint drives."""

    period: Annotated[float, Field(ge=0.001, le=0.02)]
    delay_periods: Annotated[int, Field(ge=0, le=5)]


class Sensors(StrictModel):
    """Standard deviations of the sensors' noise; zero switches one off."""

    gyro_noise: NotNegative
    gyro_bias: NotNegative
    accelerometer_noise: NotNegative
    accelerometer_bias: NotNegative
    encoder_bits: Annotated[int, Field(ge=8, le=24)]
    velocity_noise: NotNegative
    torque_noise: NotNegative
    torque_gain: Annotated[float, Field(ge=0, lt=0.5)]
    force_noise: NotNegative
    moment_noise: NotNegative


class Camera(StrictModel):
    """Head camera: pinhole without distortion."""

    width: Annotated[int, Field(ge=64, le=4096)]
    height: Annotated[int, Field(ge=64, le=4096)]
    horizontal_fov_deg: Annotated[float, Field(gt=10, lt=150)]
    rate_hz: Annotated[float, Field(gt=0, le=100)]
    latency: NotNegative
    image_noise: NotNegative

    @property
    def matrix(self) -> np.ndarray:
        """Pinhole intrinsics [px], shape (3, 3)."""
        focal = self.width / 2 / np.tan(np.radians(self.horizontal_fov_deg) / 2)
        return np.array([[focal, 0, (self.width - 1) / 2], [0, focal, (self.height - 1) / 2], [0, 0, 1.0]])


class Battery(StrictModel):
    """Energy store; capacity [J], power [W], charge 0…1."""

    capacity: Positive
    idle_power: NotNegative
    charge_at_start: Annotated[float, Field(gt=0, le=1)]


class RobotProfile(StrictModel):
    """A robot as the rest of the project sees it.

    Joint keys of the YAML may hold <s> for each of `sides`; the properties below give arrays in the URDF's joint order.
    """

    name: str
    urdf: str
    sides: Pair = ("l", "r")
    frames: Frames
    head_joints: Annotated[tuple[str, ...], Field(strict=False, max_length=2)]
    sole: Sole
    nominal_posture: dict[str, float]
    torque_limits: TorqueLimits
    armature: PerJoint
    friction_ratio: Annotated[float, Field(ge=0, lt=0.5)]
    drive: Drive
    sensors: Sensors
    camera: Camera
    battery: Battery
    manner_given: dict[str, Any] = Field(default_factory=dict, alias="manner")
    file: Path = Field(default=Path(), exclude=True, strict=False)

    @property
    def urdf_path(self) -> Path:
        """The robot description as a file of this machine."""
        return resolve_urdf(self.urdf, self.file)

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Actuated joints in Pinocchio's order of the URDF, the order of every joint array."""
        return read_urdf_summary(self.urdf_path).joint_names

    def torque_limit_array(self, which: TorqueSet) -> np.ndarray:
        """Torque limits of one set, shape (nu,) [N·m]."""
        return self._joint_array(self.torque_limits.sets[which])

    @property
    def armature_array(self) -> np.ndarray:
        """Rotor inertia at each joint, shape (nu,) [kg·m²]."""
        return self._joint_array(self.armature)

    @property
    def friction_array(self) -> np.ndarray:
        """Coulomb friction of each joint, shape (nu,) [N·m]."""
        return self.friction_ratio * self.torque_limit_array("urdf")

    @property
    def nominal_array(self) -> np.ndarray:
        """Nominal standing posture, shape (nu,) [rad]; joints not named stand at 0."""
        return self._joint_array({name: 0.0 for name in self.joint_names} | self.posture)

    @property
    def posture(self) -> dict[str, float]:
        """Nominal posture with both sides written out [rad]."""
        return expand_sides(self.nominal_posture, self.sides)

    @cached_property
    def manner(self) -> Manner:
        """How this body moves: what the profile says, the rest scaled by its figures.

        Raises:
            ConfigError: a hand place out of reach, a head range beyond the joints', or a description without limbs.
        """
        from robot_trials.robots.figures import measure_body  # Pinocchio is loaded only where a body is measured

        document = read_document(self.file)
        try:
            return read_manner(document, measure_body(self))
        except ModelError as error:
            raise ConfigError([document.problem(("urdf",), self.urdf, str(error))]) from error

    def to_parameters(self, torque_limits: TorqueSet | None = None) -> RobotParameters:
        """What the controller needs; `torque_limits` defaults to the profile's choice for it."""
        return RobotParameters(
            urdf=self.urdf_path,
            foot_frames=self.frames.feet,
            grip_frames=self.frames.hands,
            imu_frame=self.frames.imu,
            camera_frame=self.frames.camera_optical,
            sole_half_length=self.sole.length / 2,
            sole_half_width=self.sole.width / 2,
            nominal_posture=self.posture,
            torque_limits=self.torque_limit_array(torque_limits or self.torque_limits.use.controller),
            armature=self.armature_array,
            friction=self.friction_array,
            head_joints=self.head_joints,
        )

    def _joint_array(self, by_name: dict[str, float]) -> np.ndarray:
        expanded = expand_sides(by_name, self.sides)
        return np.array([expanded[name] for name in self.joint_names], dtype=float)


def expand_sides(by_name: dict[str, float], sides: tuple[str, str]) -> dict[str, float]:
    """Write out every <s> in a joint name as the word for the left and the one for the right."""
    return {
        key.replace(SIDE, side): value for key, value in by_name.items() for side in (sides if SIDE in key else ("",))
    }


def load_profile(file: Path) -> RobotProfile:
    """Read and check a robot profile and the URDF it names.

    Raises:
        ConfigError: with every problem: unknown or missing keys, values out of range, no URDF, a frame or joint the
            URDF lacks, a joint without a torque limit, a posture outside the joint's range, a manner out of bounds.
    """
    loaded = load_model(file, RobotProfile)
    read_manner(loaded.document)
    profile = loaded.value.model_copy(update={"file": file})
    problems = _find_problems(loaded, profile)
    if problems:
        raise ConfigError(problems)
    return profile


def _find_problems(loaded: Loaded[RobotProfile], profile: RobotProfile) -> list:
    try:
        path = profile.urdf_path
        summary = read_urdf_summary(path)
    except (OSError, ValueError) as error:
        return [loaded.problem("urdf", profile.urdf, f"must name a readable URDF: {error}")]
    problems = []
    frames = profile.frames.model_dump()
    for key, name in [(key, frames[key]) for key in ("base", "imu", "camera", "camera_optical")] + [
        (f"{key}.{index}", frames[key][index]) for key in ("feet", "hands") for index in (0, 1)
    ]:
        if name not in summary.links:
            problems.append(loaded.problem(f"frames.{key}", name, f"must be a link of {path}"))
    per_joint = {f"torque_limits.sets.{which}": table for which, table in profile.torque_limits.sets.items()}
    for key, table in {**per_joint, "armature": profile.armature}.items():
        missing = sorted(set(summary.joint_names) - set(expand_sides(table, profile.sides)))
        if missing:
            problems.append(loaded.problem(key, None, f"must name every joint; lacks {', '.join(missing)}"))
    for name in profile.head_joints:
        if name not in summary.joint_names:
            problems.append(loaded.problem("head_joints", name, f"must be a joint of {path}"))
    for use, which in profile.torque_limits.use.model_dump().items():
        if which not in profile.torque_limits.sets:
            problems.append(loaded.problem(f"torque_limits.use.{use}", which, "must be one of torque_limits.sets"))
    return problems + _find_posture_problems(loaded, profile, summary)


def _find_posture_problems(loaded: Loaded[RobotProfile], profile: RobotProfile, summary: UrdfSummary) -> list:
    problems = []
    for key, value in profile.nominal_posture.items():
        for name in expand_sides({key: value}, profile.sides):
            if name not in summary.joint_names:
                problems.append(loaded.problem(f"nominal_posture.{key}", name, "must be a joint of the URDF"))
                continue
            lower, upper = summary.ranges[summary.joint_names.index(name)]
            if not lower <= value <= upper:
                bound = f"must lie in the range of {name}, {lower:g} … {upper:g}"
                problems.append(loaded.problem(f"nominal_posture.{key}", value, bound))
    return problems
