"""What every leaf sees and writes: newest readings and percepts in, the motion command and events out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from robot_trials.config import TrialSetup
from robot_trials.exceptions import TrialFault
from robot_trials.geometry import (
    PlanarPose,
    StampedPose,
    Vector,
    compose_planar,
    invert_planar,
    rotate,
    yaw_of_quaternion,
)
from robot_trials.kinds.common.events import PhaseSpan, Severity, TrialEvent
from robot_trials.kinds.common.parameters import Parameters
from robot_trials.perception.percept import Percept
from robot_trials.robots.manner import Manner
from robot_trials_control.records import LEFT, RIGHT, Record, make_motion_command


@dataclass
class TrialContext:
    """The typed blackboard of one trial; a kind adds what it needs. Nothing in it comes from a simulator's truth.

    Attributes:
        setup: configuration of the trial.
        state: newest sensor readings.
        status: newest controller status.
        joint_names: actuated joints in the order of every joint array.
        manner: places, speeds and distances of the robot's own body.
        parameters: times and shares of what is done, whoever does it.
        command: motion command that leaves fill in.
        percept: what perception knows now.
        time: trial's own clock, which stops while the trial is held [s].
        time_ns: time of the newest state [ns].
        hand: index of the working hand.
        hand_target: pose in odom that the working hand was last sent to, shape (4, 4); None before.
        holding: the working hand has taken something and not yet given it away.
        phase: name of the running phase.
        failure: why the trial ends early; empty while all is well.
        permit_sha256: of the permit's file as the preflight has read it; empty before.
    """

    setup: TrialSetup
    state: Record
    status: Record
    joint_names: tuple[str, ...]
    manner: Manner = field(default_factory=Manner)
    parameters: Parameters = field(default_factory=Parameters)
    command: Record = field(default_factory=make_motion_command)
    percept: Percept = field(default_factory=Percept)
    time: float = 0.0
    time_ns: int = 0
    hand: int = field(init=False)
    hand_target: np.ndarray | None = None
    holding: bool = False
    phase: str = ""
    failure: str = ""
    permit_sha256: str = ""
    events: list[TrialEvent] = field(default_factory=list)
    phases: list[PhaseSpan] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hand = LEFT if self.setup.demands.hand == "left" else RIGHT

    @property
    def robot_in_odom(self) -> PlanarPose:
        """Where the robot is and heads, by its own estimate."""
        position = self.status.base_position
        yaw = yaw_of_quaternion(self.status.base_orientation_xyzw.tolist())
        return float(position[0]), float(position[1]), yaw

    def point_in_camera(self, point: np.ndarray) -> Vector:
        """A point of odom in the camera's optical frame, by the robot's own estimate [m]."""
        x, y, z, w = self.status.base_orientation_xyzw.tolist()
        offset = (point - self.status.base_position).tolist()
        camera = self.percept.transform_base_camera
        across, down, ahead = ((rotate((-x, -y, -z, w), offset) - camera[:3, 3]) @ camera[:3, :3]).tolist()
        return across, down, ahead

    @property
    def robot_in_map(self) -> PlanarPose:
        """The same on the site's map."""
        return compose_planar(self.percept.map_to_odom, self.robot_in_odom)

    def map_pose_to_odom(self, pose: PlanarPose) -> PlanarPose:
        """A planar pose on the map, in odom."""
        return compose_planar(invert_planar(self.percept.map_to_odom), pose)

    def target(self, name: str, age_max: float = math.inf) -> StampedPose | None:
        """A target's pose in odom, if it was seen within the last `age_max` [s]."""
        pose = self.percept.targets.get(name)
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
