"""Turn the head so that something is in the middle of the picture."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from py_trees.common import Status

from robot_trials.behaviours.context import TrialContext
from robot_trials.behaviours.leaf import Leaf
from robot_trials.config import Person

PointFunction = Callable[[TrialContext], np.ndarray | None]
"""Gives a point in odom, shape (3,) [m], or None to look straight ahead."""
YAW_MAX = 1.3
"""Head yaw commanded at most, short of the joint's stop [rad]."""
PITCH_MAX = 0.48
"""Head pitch commanded at most, short of the joint's stop [rad]."""


class LookAt(Leaf):
    """Keeps the camera on a point; never ends by itself, so it runs beside another leaf.

    Args:
        name: name in the tree.
        context: the trial's blackboard.
        compute_point: point in odom, shape (3,) [m]; None looks straight ahead at the lane.
        head_joints: indices of the head's yaw and pitch joint in every joint array.
    """

    def __init__(
        self,
        name: str,
        context: TrialContext,
        compute_point: PointFunction,
        head_joints: tuple[int, ...],
    ) -> None:
        super().__init__(name, context)
        self._compute_point = compute_point
        self._head_joints = head_joints

    def update(self) -> Status:
        """Command the head; always RUNNING."""
        point = self._compute_point(self.context)
        if point is None or len(self._head_joints) != 2:
            self.context.command.head[:] = 0.0
        else:
            self.context.command.head[:] = self._compute_head(point)
        return Status.RUNNING

    def _compute_head(self, point: np.ndarray) -> tuple[float, float]:
        """Joint angles that bring the point to the middle: those measured plus the angles to it in the picture."""
        context = self.context
        x, y, z = context.point_in_camera(point)
        yaw_measured, pitch_measured = (float(context.state.joint_position[index]) for index in self._head_joints)
        yaw = yaw_measured - math.atan2(x, z)
        pitch = pitch_measured + math.atan2(y, math.hypot(x, z))
        return max(-YAW_MAX, min(YAW_MAX, yaw)), max(-PITCH_MAX, min(PITCH_MAX, pitch))


def point_of_exchange(person: Person, grip: str, distance_max: float = 2.5) -> PointFunction:
    """Where to look for a person's torch or hand: where it is seen, else where it is planned, from near only.

    Args:
        person: where the site plans the exchange.
        grip: what is looked for, as a target.
        distance_max: from farther away the robot looks ahead, at the lane's fiducials [m].
    """
    grip_x, grip_y, grip_z = person.grip.tolist()

    def compute(context: TrialContext) -> np.ndarray | None:
        planned_x, planned_y, _ = context.map_pose_to_odom((grip_x, grip_y, 0.0))
        x, y, _ = context.robot_in_odom
        if math.hypot(planned_x - x, planned_y - y) > distance_max:
            return None
        seen = context.target(grip)
        return np.array([planned_x, planned_y, grip_z]) if seen is None else seen.transform[:3, 3]

    return compute
