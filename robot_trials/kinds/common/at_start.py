"""A trial begins where the robot stands: it walks to its start, or refuses with the distance."""

from __future__ import annotations

import math

import py_trees
from py_trees.behaviour import Behaviour
from py_trees.common import Status

from robot_trials.config import PhaseSpec
from robot_trials.geometry import PlanarPose, wrap_angle
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.landmark import look_at_landmark
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials.kinds.common.leaves.phase import Phase
from robot_trials.kinds.common.leaves.walk_to import WalkTo
from robot_trials.kinds.common.tree import looking, sequence

PHASE = "walk_to_start"
NEAR = 0.5
"""Nearer than this to its start the trial begins at once [m]."""
NEAR_ANGLE = 0.5
"""The same for its heading [rad]."""
BACKWARD_SHARE = 0.45
"""Part of the speed asked for with which a robot walks that does not turn round: backwards and sideways."""
RESERVE = 10.0
"""Part of the phase's time that is not for the way: to turn, and to come to rest [s]."""


class IsAtStart(Leaf[TrialContext]):
    """SUCCESS if the robot stands at the trial's start, by its own estimate."""

    def update(self) -> Status:
        """Judge place and heading on the map."""
        x, y, yaw = self.context.robot_in_map
        start = self.context.setup.site.start
        near = math.hypot(start.x - x, start.y - y) <= NEAR and abs(wrap_angle(start.yaw - yaw)) <= NEAR_ANGLE
        return Status.SUCCESS if near else Status.FAILURE


class RefuseFar(Leaf[TrialContext]):
    """FAILURE with the distance if the start is farther than the phase's time allows."""

    def update(self) -> Status:
        """Judge the distance on the map."""
        context = self.context
        x, y, _ = context.robot_in_map
        start, timeout = context.setup.site.start, context.setup.trial.phases[PHASE].timeout
        distance = math.hypot(start.x - x, start.y - y)
        bound = max(timeout - RESERVE, 0.0) * BACKWARD_SHARE * context.manner.walk.approach_speed
        if distance <= bound:
            context.report("info", "start", f"{distance:.1f} m from the start: walks there", distance=distance)
            return Status.SUCCESS
        rule = f"must be ≤ {bound:.1f} m, which phases.{PHASE}.timeout of {timeout:g} s allows"
        return self.fail(f"the robot stands {distance:.1f} m from the start at ({start.x:g}, {start.y:g}) m: {rule}")


def walk_to_start(context: TrialContext, head_joints: tuple[int, ...] = (), way: Behaviour | None = None) -> Behaviour:
    """Nothing for a robot that stands at the trial's start; else the phase that brings it there.

    Args:
        context: the trial's blackboard.
        head_joints: indices of the head's yaw and pitch joint in every joint array.
        way: clear of people, to near the start; when omitted the robot walks there straight.
    """
    walk = WalkTo("walk", context, _find_start, context.manner.walk.approach_speed)
    steps = [RefuseFar("near?", context), *([way] if way else []), walk]
    ahead = looking(context, sequence("to the start", *steps), look_at_landmark, head_joints)
    phase = Phase(PHASE, ahead, context, _limits(context))
    return py_trees.composites.Selector("start", memory=True, children=[IsAtStart("at the start?", context), phase])


def _limits(context: TrialContext) -> PhaseSpec:
    limits: PhaseSpec = context.setup.trial.phases[PHASE]
    return limits


def _find_start(context: TrialContext) -> PlanarPose:
    """The start in odom, as known now."""
    return context.map_pose_to_odom(context.setup.site.start)
