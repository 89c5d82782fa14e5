"""A greeting as a kind of trial."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from robot_trials.config.files.model import Loaded
from robot_trials.config.setup import TrialSetup
from robot_trials.exceptions import ConfigProblem
from robot_trials.kinds.common.longest import in_turn, limit_phase, under_guard
from robot_trials.kinds.contract import Demands, LaidCourse, Measure, Mission
from robot_trials_greet.course import GreetCourse, GreetCourseSpec, resolve_greet_course
from robot_trials_greet.spec import GreetTrial

if TYPE_CHECKING:
    from robot_trials.kinds.reporting import KindReport
    from robot_trials.robots.profile import RobotProfile
    from robot_trials.robots.props import PropSet


class GreetKind:
    """Walk up to a person, look at them, wave, walk back."""

    name = "greet"
    trial = GreetTrial
    course = GreetCourseSpec

    def resolve_course(self, spec: GreetCourseSpec, trial: GreetTrial) -> LaidCourse:
        """The course with everything on its map."""
        return resolve_greet_course(spec)

    def check(self, trial: Loaded[GreetTrial], course: Loaded[GreetCourseSpec]) -> list[ConfigProblem]:
        """The robot must not stand in the person's reach."""
        person = course.value.person
        dx, dy = person.stance.x - person.robot_stance.x, person.stance.y - person.robot_stance.y
        distance = (dx * dx + dy * dy) ** 0.5
        if distance >= DISTANCE_MIN:
            return []
        rule = f"must be ≥ {DISTANCE_MIN:g} m away from the robot's stance, is {distance:.2f} m"
        return [course.problem("person.stance.x", person.stance.x, rule)]

    def list_bounds(self, trial: GreetTrial, course: GreetCourse) -> dict[str, float]:
        """The built-in bounds of the verdict."""
        return {"raised_time_min": 1.0 * trial.wave.count, "return_distance_max": 0.3}

    def find_demands(self, trial: GreetTrial, course: GreetCourse) -> Demands:
        """What a greeting takes at most."""
        longest = under_guard(in_turn(*(limit_phase(phase) for _, phase in trial.phases)))
        return Demands(trial.walking_speed, timedelta(seconds=math.ceil(longest)), course.area, people=1)

    def describe_course(self, course: GreetCourse) -> dict[str, Any]:
        """Stances in the map frame: x, y [m], yaw [rad]."""
        return {name: list(stance) for name, stance in course._asdict().items()}

    def start_mission(self, setup: TrialSetup, profile: RobotProfile) -> Mission:
        """A fresh greeting."""
        from robot_trials_greet.mission import GreetMission

        return GreetMission(setup, profile)

    def make_props(self, setup: TrialSetup, *, people: bool = True) -> PropSet:
        """The person."""
        from robot_trials_greet.props import make_greet_props

        return make_greet_props(setup, people=people)

    def describe_report(self) -> KindReport:
        """Words, numbers and the person."""
        from robot_trials_greet.report import GreetReport

        return GreetReport()

    def describe_judging(self, setup: TrialSetup) -> dict[str, Any]:
        """Where start and person are, which hand waves, and the bounds."""
        hand = ("left", "right").index(setup.trial.wave.hand)
        places = {"start": list(setup.course.start[:2]), "person": list(setup.course.person[:2])}
        return {**places, "hand": hand, "bounds": dict(setup.criteria)}

    def list_measures(self, facts: Mapping[str, Any]) -> Sequence[Measure]:
        """Whether the person is waved at, and whether the robot is back."""
        from robot_trials_greet.judge.raised_hand import RaisedHand
        from robot_trials_greet.judge.way_back import WayBack

        return RaisedHand(facts), WayBack(facts)


DISTANCE_MIN = 1.2
"""From robot to person [m]."""
KIND = GreetKind()
