"""What every leaf sees and writes: newest readings and estimates in, the motion command and events out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from robot_trials.behaviours.parameters import RelayParameters
from robot_trials.config import TrialSetup
from robot_trials.exceptions import TrialFault
from robot_trials.geometry import PlanarPose, StampedPose, Vector, compose_planar, invert_planar, rotate
from robot_trials_control.records import LEFT, RIGHT, Record, make_motion_command

Severity = Literal["info", "warn", "error"]


@dataclass(frozen=True)
class TrialEvent:
    """Something worth a line in the report.

    Attributes:
        time_ns: when it happened, time of the robot's state.
        severity: how bad it is.
        source: what it is about, for example "phase" or "load".
        text: one sentence with its numbers.
        values: numbers worth plotting, with the unit in the name or the sentence.
    """

    time_ns: int
    severity: Severity
    source: str
    text: str
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PhaseSpan:
    """One phase as it went.

    Attributes:
        name: phase of the trial.
        start_ns: when it began.
        end_ns: when it ended; the newest time while it runs.
        result: "success", "failure" or "running".
        detail: reason of a failure, or empty.
    """

    name: str
    start_ns: int
    end_ns: int
    result: str
    detail: str


@dataclass
class TrialContext:
    """The typed blackboard of one trial. Nothing in it comes from a simulator's truth.

    Attributes:
        setup: configuration of the trial.
        state: newest sensor readings.
        status: newest controller status.
        joint_names: actuated joints in the order of every joint array.
        parameters: distances, speeds and times of the behaviours.
        command: motion command that leaves fill in.
        time: trial's own clock, which stops while the trial is held [s].
        time_ns: time of the newest state [ns].
        map_to_odom: pose of odom in the site's map.
        map_deviation: its standard deviations [m, m, rad].
        place_deviation: standard deviations along the map's axes of where the robot is on it [m].
        localized_ns: time of the newest site fiducial used; None before the first.
        blind_time: time walked since then [s].
        targets: newest pose in odom of "giver", "torch", "receiver" and "receiver_hand"; absent before they are seen.
        compute_transform_base_camera: camera's optical frame in the base link for joint positions, shape
            (nu,) → (4, 4).
        hand_target: pose in odom that the working hand was last sent to, shape (4, 4); None before.
        torch_in_hand: torch as seen in the working hand's grip frame while it holds; None before it was.
        grip_to_torch: rotation of the torch in the working hand's grip frame, shape (3, 3).
        upright_correction: turn of the carrying hand about the heading frame's x and y, against a tilt that stays,
            in that order [rad].
        upright_time: trial's clock when it was last updated [s].
        holding: the working hand has taken the torch and not yet given it away.
        carried_mass: load measured when it was taken [kg].
        phase: name of the running phase.
        failure: why the trial ends early; empty while all is well.
    """

    setup: TrialSetup
    state: Record
    status: Record
    joint_names: tuple[str, ...]
    parameters: RelayParameters = field(default_factory=RelayParameters)
    command: Record = field(default_factory=make_motion_command)
    time: float = 0.0
    time_ns: int = 0
    map_to_odom: PlanarPose = (0.0, 0.0, 0.0)
    map_deviation: tuple[float, float, float] = (math.inf, math.inf, math.inf)
    place_deviation: tuple[float, float] = (math.inf, math.inf)
    localized_ns: int | None = None
    blind_time: float = 0.0
    targets: Mapping[str, StampedPose] = field(default_factory=dict)
    compute_transform_base_camera: Callable[[np.ndarray], np.ndarray] = lambda _: np.eye(4)
    hand_target: np.ndarray | None = None
    torch_in_hand: StampedPose | None = None
    grip_to_torch: np.ndarray = field(default_factory=lambda: np.eye(3))
    upright_correction: tuple[float, float] = (0.0, 0.0)
    upright_time: float = 0.0
    holding: bool = False
    carried_mass: float = 0.0
    phase: str = ""
    failure: str = ""
    events: list[TrialEvent] = field(default_factory=list)
    phases: list[PhaseSpan] = field(default_factory=list)

    @property
    def hand(self) -> int:
        """Index of the working hand: the one that carries."""
        return RIGHT if self.setup.trial.payload.hand == "right" else LEFT

    @property
    def robot_in_odom(self) -> PlanarPose:
        """Where the robot is and heads, by its own estimate."""
        x, y, z, w = self.status.base_orientation_xyzw.tolist()
        yaw = math.atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
        position = self.status.base_position
        return float(position[0]), float(position[1]), yaw

    def point_in_camera(self, point: np.ndarray) -> Vector:
        """A point of odom in the camera's optical frame, by the robot's own estimate [m]."""
        x, y, z, w = self.status.base_orientation_xyzw.tolist()
        offset = (point - self.status.base_position).tolist()
        camera = self.compute_transform_base_camera(self.state.joint_position)
        across, down, ahead = ((rotate((-x, -y, -z, w), offset) - camera[:3, 3]) @ camera[:3, :3]).tolist()
        return across, down, ahead

    @property
    def robot_in_map(self) -> PlanarPose:
        """The same on the site's map."""
        return compose_planar(self.map_to_odom, self.robot_in_odom)

    def map_pose_to_odom(self, pose: PlanarPose) -> PlanarPose:
        """A planar pose on the map, in odom."""
        return compose_planar(invert_planar(self.map_to_odom), pose)

    def target(self, name: str, age_max: float = math.inf) -> StampedPose | None:
        """A target's pose in odom, if it was seen within the last `age_max` [s]."""
        pose = self.targets.get(name)
        return pose if pose is not None and pose.age(self.time_ns) <= age_max else None

    def report(self, severity: Severity, source: str, text: str, **values: float) -> None:
        """Add an event at the present time."""
        self.events.append(TrialEvent(self.time_ns, severity, source, text, values))

    def fail(self, reason: str) -> None:
        """End the trial early; the first reason counts."""
        if not self.failure:
            self.failure = reason
            self.report("error", "failure", reason)

    def begin_phase(self, name: str) -> None:
        """Note that a phase begins."""
        self.phase = name
        self.phases.append(PhaseSpan(name, self.time_ns, self.time_ns, "running", ""))
        self.report("info", "phase", name)

    def end_phase(self, result: str, detail: str = "") -> None:
        """Note that the running phase ended.

        Raises:
            TrialFault: no phase is running.
        """
        if not self.phases or self.phases[-1].result != "running":
            raise TrialFault(f"phase {self.phase!r} ended without having begun")
        last = self.phases[-1]
        self.phases[-1] = PhaseSpan(last.name, last.start_ns, self.time_ns, result, detail)
