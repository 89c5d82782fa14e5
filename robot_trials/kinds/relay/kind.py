"""The torch relay as a kind of trial."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from robot_trials.config.criteria import TorqueLimits
from robot_trials.config.files.model import Loaded
from robot_trials.config.setup import TrialSetup
from robot_trials.exceptions import ConfigProblem
from robot_trials.kinds.contract import Demands, LaidCourse, Load, Measure, Mission
from robot_trials.kinds.relay.course import RelayCourse, RelayCourseSpec, resolve_relay_course
from robot_trials.kinds.relay.longest import find_longest
from robot_trials.kinds.relay.spec import RelayTrial
from robot_trials.robots.profile import RobotProfile
from robot_trials.robots.props import PropSet

if TYPE_CHECKING:
    from robot_trials.kinds.reporting import KindReport

MEAN_SPEED_MIN: dict[TorqueLimits, float] = {"urdf": 0.7, "peak": 0.4}
"""Mean walking speed with the torch, by the torque limits in force [m/s]."""
MEAN_SPEED_SHARE = 0.875
"""Part of the walking speed that was asked for which is enough, where that is less: starting and stopping take time."""


class RelayKind:
    """Take a torch from a giver, carry it along the lane, hand it to a receiver."""

    name = "torch_relay"
    trial = RelayTrial
    course = RelayCourseSpec

    def resolve_course(self, spec: RelayCourseSpec, trial: RelayTrial) -> LaidCourse:
        """The course with everything on its map, people on the side of the hand that carries."""
        return resolve_relay_course(spec, trial.payload.hand)

    def check(self, trial: Loaded[RelayTrial], course: Loaded[RelayCourseSpec]) -> list[ConfigProblem]:
        """The carry phase must last long enough for the lane at the walking speed."""
        timeout = trial.value.phases.carry.timeout
        needed = course.value.lane.length / trial.value.walking_speed
        if timeout >= needed:
            return []
        rule = f"must be ≥ {needed:.1f}, lane.length over walking_speed [s]"
        return [trial.problem("phases.carry.timeout", timeout, rule)]

    def find_demands(self, trial: RelayTrial, course: RelayCourse) -> Demands:
        """What a relay takes at most."""
        payload = trial.payload
        return Demands(
            speed=trial.walking_speed,
            duration=timedelta(seconds=math.ceil(find_longest(trial.phases))),
            area=course.area,
            load=Load(payload.mass, payload.mass_tolerance, payload.hand),
            people=2,
        )

    def list_bounds(self, trial: RelayTrial, course: RelayCourse) -> dict[str, float]:
        """The built-in bounds of the verdict."""
        return {
            "distance_min": course.lane.length,
            "mean_speed_min": min(MEAN_SPEED_MIN[trial.torque_limits], MEAN_SPEED_SHARE * trial.walking_speed),
            "torch_tilt_p99_max_deg": 5.0,
            "torch_tilt_max_deg": 10.0,
            "human_force_max": 20.0,
            "lateral_offset_max": 0.3,
        }

    def describe_course(self, course: RelayCourse) -> dict[str, Any]:
        """Lane, zones and people in the map frame [m, rad]; stances are x, y, yaw."""
        return {
            "lane": {"length": course.lane.length, "width": course.lane.width},
            "start_zone": list(course.start_zone),
            "hand_over_zone": list(course.hand_over_zone),
            **{
                name: {
                    "stance": list(person.stance),
                    "robot_stance": list(person.robot_stance),
                    "grip": [float(value) for value in person.grip],
                }
                for name, person in (("giver", course.giver), ("receiver", course.receiver))
            },
        }

    def start_mission(self, setup: TrialSetup, profile: RobotProfile) -> Mission:
        """A fresh relay."""
        from robot_trials.kinds.relay.mission import RelayMission

        return RelayMission(setup, profile)

    def make_props(self, setup: TrialSetup, *, people: bool = True) -> PropSet:
        """Torch, giver and receiver."""
        from robot_trials.kinds.relay.props import make_props

        return make_props(setup, people=people)

    def describe_judging(self, setup: TrialSetup) -> dict[str, Any]:
        """Announced mass, how far from it and how heavy the carried one may be, and bounds of the verdict."""
        payload = setup.trial.payload
        return {
            "payload_mass": payload.mass,
            "payload_tolerance": payload.mass_tolerance,
            "load_cap": setup.permit.caps.load,
            "bounds": dict(setup.criteria),
        }

    def list_measures(self, facts: Mapping[str, Any]) -> Sequence[Measure]:
        """What is carried, how, and what the people feel; older recordings do not say how heavy it might have been."""
        from robot_trials.kinds.relay.judge.carry import CarryMeasure
        from robot_trials.kinds.relay.judge.load import LoadMeasure
        from robot_trials.kinds.relay.judge.people_force import PeopleForce

        bounds, mass = facts["bounds"], facts["payload_mass"]
        measures: list[Measure] = [CarryMeasure(bounds), PeopleForce(mass, bounds["human_force_max"])]
        if "payload_tolerance" in facts:
            measures.append(LoadMeasure(mass, facts["payload_tolerance"], facts["load_cap"]))
        return measures

    def describe_report(self) -> KindReport:
        """Torch, people's forces and the lane."""
        from robot_trials.kinds.relay.page.report import RelayReport

        return RelayReport()


KIND = RelayKind()
