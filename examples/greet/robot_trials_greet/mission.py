"""A greeting under way on one robot."""

from __future__ import annotations

import math

import numpy as np
from py_trees.behaviour import Behaviour

from robot_trials.config import TrialSetup
from robot_trials.geometry import PlanarPose
from robot_trials.kinds.common.at_start import walk_to_start
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.leaves.phase import Phase
from robot_trials.kinds.common.leaves.preflight import Preflight, list_checks
from robot_trials.kinds.common.leaves.stand import Stand
from robot_trials.kinds.common.leaves.walk_to import WalkTo
from robot_trials.kinds.common.tree import guard_mission, looking, sequence
from robot_trials.kinds.contract import Advance, Quantity
from robot_trials.perception.percept import Attention
from robot_trials.robots import RobotProfile
from robot_trials_control.records import LEFT, RIGHT, Sharing, make_control_sample
from robot_trials_greet.course import GreetCourse
from robot_trials_greet.wave import Wave

EYE_HEIGHT = 1.6
"""Where a person's face is [m]."""
LOOK_DISTANCE = 2.5
"""From farther away the robot looks ahead, at the fiducials by which it finds its way [m]."""
SHARES = {"": 0.0, "preflight": 0.0, "walk_up": 0.1, "wave": 0.4, "walk_back": 0.6, "stand": 0.9}
"""How far the trial is when a phase begins."""


class GreetMission:
    """Context and tree of one greeting.

    Args:
        setup: the trial.
        profile: the robot.
    """

    def __init__(self, setup: TrialSetup, profile: RobotProfile) -> None:
        sample = make_control_sample(len(profile.joint_names))
        self.context = TrialContext(setup, sample.state, sample.status, profile.joint_names, profile.manner)
        self.context.hand = LEFT if setup.trial.wave.hand == "left" else RIGHT
        self._head = tuple(profile.joint_names.index(name) for name in profile.head_joints)
        mission = sequence("mission", *self._build_phases())
        self.tree = guard_mission("greet", self.context, mission)

    def attend(self) -> Attention:
        """Nothing is in the hand."""
        return Attention(self.context.hand)

    def share_load(self) -> Sharing:
        """Nobody touches the hand."""
        return Sharing.NONE

    def measure(self) -> Advance:
        """How far it is, and how far from the person."""
        x, y, _ = self.context.robot_in_map
        person = self._course.person
        distance = Quantity(math.hypot(person.x - x, person.y - y), "m")
        return Advance(SHARES.get(self.context.phase, 1.0), {"distance_to_person": distance})

    @property
    def _course(self) -> GreetCourse:
        course: GreetCourse = self.context.setup.course
        return course

    def _build_phases(self) -> list[Behaviour]:
        context, trial = self.context, self.context.setup.trial
        patience = trial.phases.preflight.timeout - 1.0
        walk_up = WalkTo("walk up", context, self._find_meeting, context.manner.walk.approach_speed)
        walk_back = WalkTo("walk back", context, self._find_start, trial.walking_speed)
        return [
            self._phase("preflight", Preflight("checks", context, list_checks(), patience)),
            walk_to_start(context),
            self._phase("walk_up", self._looking(walk_up)),
            self._phase("wave", self._looking(Wave("wave", context, trial.wave.count))),
            self._phase("walk_back", sequence("back", Stand("arms down", context), self._ahead(walk_back))),
            self._phase("stand", Stand("stand still", context)),
        ]

    def _phase(self, name: str, child: Behaviour) -> Phase:
        return Phase(name, child, self.context, self.context.setup.trial.phases[name])

    def _looking(self, child: Behaviour) -> Behaviour:
        return looking(self.context, child, self._find_face, self._head)

    def _ahead(self, child: Behaviour) -> Behaviour:
        return looking(self.context, child, lambda _: None, self._head)

    def _find_face(self, context: TrialContext) -> np.ndarray | None:
        """The person's face in odom, where they are seen or else planned; None from far away."""
        x, y, _ = context.map_pose_to_odom(self._course.person)
        seen = context.target("person", context.parameters.seen_age)
        if seen is not None:
            x, y = seen.transform[0, 3], seen.transform[1, 3]
        here = context.robot_in_odom
        if math.hypot(x - here[0], y - here[1]) > LOOK_DISTANCE:
            return None
        return np.array([x, y, EYE_HEIGHT])

    def _find_meeting(self, context: TrialContext) -> PlanarPose:
        return context.map_pose_to_odom(self._course.meeting)

    def _find_start(self, context: TrialContext) -> PlanarPose:
        return context.map_pose_to_odom(self._course.start)
