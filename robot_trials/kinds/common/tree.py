"""Puts a mission together: one thing after the other, tried again, with the head on something, under a guard."""

from __future__ import annotations

from functools import partial

import py_trees
from py_trees.behaviour import Behaviour
from py_trees.common import ParallelPolicy
from py_trees.decorators import EternalGuard

from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.guard import may_go_on
from robot_trials.kinds.common.leaves.look_at import LookAt, PointFunction
from robot_trials.kinds.common.leaves.mission_end import GiveUp
from robot_trials.kinds.common.leaves.safe_end import build_safe_end


def sequence(name: str, *children: Behaviour) -> Behaviour:
    """Children one after the other, each until it succeeds."""
    return py_trees.composites.Sequence(name, memory=True, children=list(children))


def retry(name: str, attempt: Behaviour, recover: Behaviour, retries: int) -> Behaviour:
    """The attempt, and again after recovering from a failure, `retries` times at most."""
    failed = sequence("recover", recover, py_trees.behaviours.Failure("try again"))
    once = py_trees.composites.Selector(name, memory=True, children=[attempt, failed])
    return py_trees.decorators.Retry(f"{name}, retried", once, num_failures=1 + retries)


def looking(context: TrialContext, child: Behaviour, point: PointFunction, head_joints: tuple[int, ...]) -> Behaviour:
    """The child, with the head on a point meanwhile.

    Args:
        context: the trial's blackboard.
        child: what ends it.
        point: in odom; None to look ahead.
        head_joints: indices of the head's yaw and pitch joint in every joint array.
    """
    look = LookAt("look", context, point, head_joints)
    policy = ParallelPolicy.SuccessOnSelected(children=[child], synchronise=False)
    return py_trees.composites.Parallel(f"{child.name}, looking", policy=policy, children=[look, child])


def guard_mission(name: str, context: TrialContext, mission: Behaviour, arms: Behaviour | None = None) -> Behaviour:
    """A whole trial: the mission under its guard, or else the safe end.

    Args:
        name: of the tree.
        context: the trial's blackboard.
        mission: from preflight to standing.
        arms: what the arms do at the safe end; back to the body when omitted.
    """
    guarded = EternalGuard("guarded mission", mission, partial(may_go_on, context))
    ending = sequence("ending", GiveUp("give up", context), build_safe_end(context, arms))
    return py_trees.composites.Selector(name, memory=True, children=[guarded, ending])
