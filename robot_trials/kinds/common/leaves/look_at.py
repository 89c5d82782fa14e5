"""Turn the head so that something is in the middle of the picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from py_trees.common import Status

from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.leaves.leaf import Leaf

PointFunction = Callable[[Any], np.ndarray | None]
"""Gives a point in odom, shape (3,) [m], or None to look straight ahead."""


class LookAt(Leaf[TrialContext]):
    """Keeps the camera on a point; never ends by itself, so it runs beside another leaf.

    Args:
        name: name in the tree.
        context: the trial's blackboard.
        compute_point: point in odom, shape (3,) [m]; None looks straight ahead.
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
        head = context.manner.head
        return min(max(yaw, head.yaw[0]), head.yaw[1]), min(max(pitch, head.pitch[0]), head.pitch[1])
