"""Where the robot stands and looks to exchange the torch: planned on the map, corrected by what it sees."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from robot_trials.geometry import PlanarPose, compose_planar, invert_planar, transform_to_planar
from robot_trials.kinds.common.leaves.look_at import PointFunction
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.course import Person

CORRECTION_MAX = 0.35
"""Seen farther from where it is planned than this, a grip is taken for an error of the eye [m]."""


def stance_for_exchange(
    person: Person, name: str, grip: str, standoff: float = 0.0
) -> Callable[[RelayContext], PlanarPose]:
    """A function that gives the stance in odom for taking from or giving to a person.

    Args:
        person: where the site plans the exchange.
        name: the person as a target, "giver" or "receiver".
        grip: what the hand shall meet, as a target: "torch" or "receiver_hand".
        standoff: stop this much short of it [m].
    """
    exchange_in_map, grip_in_exchange = person.robot_stance, grip_in_stance(person)

    def compute(context: RelayContext) -> PlanarPose:
        exchange = context.map_pose_to_odom(exchange_in_map)
        stance = compose_planar(exchange, (-standoff, 0.0, 0.0))
        seen = _planar(context, grip)
        if seen is None:
            seen = _grip_from_person(context, person, name)
        if seen is None:
            return stance
        planned = compose_planar(exchange, grip_in_exchange)
        dx, dy = seen[0] - planned[0], seen[1] - planned[1]
        if math.hypot(dx, dy) > CORRECTION_MAX:
            return stance
        return stance[0] + dx, stance[1] + dy, stance[2]

    return compute


def grip_in_stance(person: Person) -> PlanarPose:
    """Where the grip is planned, seen from the robot's stance."""
    grip: PlanarPose = (float(person.grip[0]), float(person.grip[1]), 0.0)
    return compose_planar(invert_planar(person.robot_stance), grip)


def _planar(context: RelayContext, name: str) -> PlanarPose | None:
    pose = context.target(name, context.parameters.seen_age)
    return None if pose is None else transform_to_planar(pose.transform)


def _grip_from_person(context: RelayContext, person: Person, name: str) -> PlanarPose | None:
    """Where the grip must be if the person stands as seen and offers as planned."""
    pose = context.target(name, context.parameters.seen_age)
    if pose is None:
        return None
    offered = compose_planar(invert_planar(person.stance), (float(person.grip[0]), float(person.grip[1]), 0.0))
    return compose_planar(transform_to_planar(pose.transform), offered)


def point_of_exchange(person: Person, grip: str, distance_max: float = 2.5) -> PointFunction:
    """Where to look for a person's torch or hand: where it is seen, else where it is planned, from near only.

    Args:
        person: where the site plans the exchange.
        grip: what is looked for, as a target.
        distance_max: from farther away the robot looks ahead, at the lane's fiducials [m].
    """
    grip_x, grip_y, grip_z = person.grip.tolist()

    def compute(context: RelayContext) -> np.ndarray | None:
        planned_x, planned_y, _ = context.map_pose_to_odom((grip_x, grip_y, 0.0))
        x, y, _ = context.robot_in_odom
        if math.hypot(planned_x - x, planned_y - y) > distance_max:
            return None
        seen = context.target(grip)
        return np.array([planned_x, planned_y, grip_z]) if seen is None else seen.transform[:3, 3]

    return compute
