"""A context without a robot, and a way to tick one leaf in it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import py_trees
from py_trees.common import Status

from robot_trials.config import TrialSetup, load_trial_setup
from robot_trials.geometry import StampedPose, rotation_to_transform
from robot_trials.kinds.relay.context import RelayContext
from robot_trials_control.records import RIGHT, MotionMode, make_control_sample

JOINTS = ("a", "b", "head_yaw", "head_pitch")
PERIOD = 0.02


@functools.cache
def load_setup(overrides: tuple[str, ...], output: str | None) -> TrialSetup:
    """The trial as shipped, on a short lane; read once for all tests."""
    return load_trial_setup("torch_relay", length=6.0, overrides=overrides, output=output)


def make_context(*overrides: str, output: str | None = None) -> RelayContext:
    """A standing, sound robot at the map's origin that knows where it is."""
    setup = load_setup(overrides, output)
    sample = make_control_sample(len(JOINTS))
    context = RelayContext(setup, sample.state, sample.status, JOINTS)
    context.state.foot_wrench[:, 2] = 280.0
    context.state.battery[...] = 0.9
    context.status.base_position[2] = 0.85
    context.status.base_orientation_xyzw[3] = 1.0
    context.status.hand_pose[:, 6] = 1.0
    context.status.mode[...] = MotionMode.STAND
    perceive(context, localized_ns=0, map_deviation=(0.02, 0.02, 0.01), targets={})
    return context


def perceive(context: RelayContext, **known: object) -> None:
    """Let perception know something else than before."""
    context.percept = replace(context.percept, **known)


def remember(context: RelayContext, name: str, pose: StampedPose) -> None:
    """Let a target have been seen."""
    perceive(context, targets={**context.percept.targets, name: pose})


def see(context: RelayContext, name: str, position: tuple[float, float, float], count: int = 8) -> None:
    """Let a target be seen now, upright."""
    pose = rotation_to_transform(np.eye(3), np.array(position))
    remember(context, name, StampedPose(pose, context.time_ns, count, 0.003))


def hand_follows(context: RelayContext) -> None:
    """The right hand is where it was sent."""
    context.status.hand_pose[RIGHT, :3] = context.command.hand_position[RIGHT]
    context.status.hand_pose[RIGHT, 3:] = context.command.hand_orientation_xyzw[RIGHT]


def tick(
    leaf: py_trees.behaviour.Behaviour,
    context: RelayContext,
    seconds: float,
    world: Callable[[RelayContext], None] | None = None,
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
