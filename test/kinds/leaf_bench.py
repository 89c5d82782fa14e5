"""A context without a robot, and a way to tick one leaf in it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import py_trees
from greeting import LONG_LANE, load_greeting
from py_trees.common import Status

from robot_trials.config import TrialSetup
from robot_trials.geometry import StampedPose, rotation_to_transform
from robot_trials.kinds.common.context import TrialContext
from robot_trials_control.records import RIGHT, MotionMode, make_control_sample

JOINTS = ("a", "b", "head_yaw", "head_pitch")
PERIOD = 0.02
ContextT = TypeVar("ContextT", bound=TrialContext)


@functools.cache
def load_setup(overrides: tuple[str, ...], output: str | None) -> TrialSetup:
    """A trial of no certain kind on a lane; read once for all tests."""
    return load_greeting(length=6.0, overrides=(*LONG_LANE, *overrides), output=output)


def make_context(*overrides: str, output: str | None = None) -> TrialContext:
    """A standing, sound robot at the map's origin that knows where it is."""
    return make_sound(TrialContext, load_setup(overrides, output))


def make_sound(kind: type[ContextT], setup: TrialSetup) -> ContextT:
    """The same as a kind's own context."""
    sample = make_control_sample(len(JOINTS))
    context = kind(setup, sample.state, sample.status, JOINTS)
    context.state.foot_wrench[:, 2] = 280.0
    context.state.battery[...] = 0.9
    context.status.base_position[2] = 0.85
    context.status.base_orientation_xyzw[3] = 1.0
    context.status.hand_pose[:, 6] = 1.0
    context.status.mode[...] = MotionMode.STAND
    known = {"map_deviation": (0.02, 0.02, 0.01), "place_deviation": (0.02, 0.02)}
    perceive(context, localized_ns=0, **known, targets={})
    return context


def perceive(context: TrialContext, **known: object) -> None:
    """Let perception know something else than before."""
    context.percept = replace(context.percept, **known)


def remember(context: TrialContext, name: str, pose: StampedPose) -> None:
    """Let a target have been seen."""
    perceive(context, targets={**context.percept.targets, name: pose})


def see(context: TrialContext, name: str, position: tuple[float, float, float], count: int = 8) -> None:
    """Let a target be seen now, upright."""
    pose = rotation_to_transform(np.eye(3), np.array(position))
    remember(context, name, StampedPose(pose, context.time_ns, count, 0.003))


def hand_follows(context: TrialContext) -> None:
    """The right hand is where it was sent."""
    context.status.hand_pose[RIGHT, :3] = context.command.hand_position[RIGHT]
    context.status.hand_pose[RIGHT, 3:] = context.command.hand_orientation_xyzw[RIGHT]


def tick(
    leaf: py_trees.behaviour.Behaviour,
    context: TrialContext,
    seconds: float,
    world: Callable[[TrialContext], None] | None = None,
) -> Status:
    """Tick until the leaf ends or the time is over; `world` acts after every tick."""
    for _ in range(max(1, round(seconds / PERIOD))):
        context.time += PERIOD
        context.time_ns += round(PERIOD * 1e9)
        leaf.tick_once()
        if leaf.status != Status.RUNNING:
            break
        if world is not None:
            world(context)
    return leaf.status
