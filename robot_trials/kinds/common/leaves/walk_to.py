"""Walk to a stance and stand there."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from py_trees.common import Status

from robot_trials.geometry import PlanarPose, wrap_angle
from robot_trials.kinds.common.leaves.leaf import ContextT, Leaf
from robot_trials_control.records import MotionMode

StanceFunction = Callable[[Any], PlanarPose]
"""Gives a stance, middle between the feet, in odom as known now."""
FAR = 1.0
"""Farther from the stance than this the target follows every correction; nearer only those worth a step [m]."""


class WalkTo(Leaf[ContextT]):
    """Walks until both feet stand still at the stance; what the hands do is left as it is.

    Args:
        name: name in the tree.
        context: the trial's blackboard.
        compute_stance: middle between the feet, in odom, as known now.
        speed: upper bound, as far as the trial's own and the permit's cap allow [m/s].
    """

    def __init__(self, name: str, context: ContextT, compute_stance: StanceFunction, speed: float) -> None:
        super().__init__(name, context)
        self._compute_stance = compute_stance
        setup, share = context.setup, context.manner.walk.cap_share
        self._speed = min(speed, setup.demands.speed, share * setup.permit.caps.speed)
        self._target: PlanarPose | None = None
        self._settled = self.watch(context.parameters.still_time)

    def initialise(self) -> None:
        """Forget the last stance."""
        super().initialise()
        self._target = None

    def update(self) -> Status:
        """RUNNING until there, then SUCCESS."""
        context = self.context
        self._follow(self._compute_stance(context))
        assert self._target is not None
        context.command.mode[...] = MotionMode.WALK_TO
        context.command.walk_target[:] = self._target
        context.command.walk_speed[...] = self._speed
        return Status.SUCCESS if self._settled.update(self._is_there(self._target), context.time) else Status.RUNNING

    def _follow(self, stance: PlanarPose) -> None:
        """Take over a stance that differs enough from the target to be worth a step."""
        retarget = self.context.manner.walk.retarget_distance
        if self._target is not None:
            x, y, _ = self.context.robot_in_odom
            far = math.hypot(stance[0] - x, stance[1] - y) > FAR
            moved = math.hypot(stance[0] - self._target[0], stance[1] - self._target[1])
            turned = abs(wrap_angle(stance[2] - self._target[2]))
            if not far and moved < retarget and turned < retarget:
                return
        self._target = stance

    def _is_there(self, target: PlanarPose) -> bool:
        status, walk = self.context.status, self.context.manner.walk
        if self.elapsed < self.context.parameters.still_time or not status.at_target or status.walking:
            return False
        x, y, yaw = self.context.robot_in_odom
        near = math.hypot(target[0] - x, target[1] - y) <= walk.arrive_distance
        return near and abs(wrap_angle(target[2] - yaw)) <= walk.arrive_angle
