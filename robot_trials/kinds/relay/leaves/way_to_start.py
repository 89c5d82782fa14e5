"""The way back to a relay's start: along the free side of the lane, clear of people and of what they hold out."""

from __future__ import annotations

from py_trees.behaviour import Behaviour

from robot_trials.geometry import PlanarPose
from robot_trials.kinds.common.leaves.walk_to import WalkTo
from robot_trials.kinds.common.tree import sequence
from robot_trials.kinds.relay.context import RelayContext

CLEARANCE = 0.45
"""From the lane's middle to the way, on the side where nobody stands [m]."""
BEFORE = 0.8
"""So far before the giver's place the lane's middle is free [m]."""


class StepAside(WalkTo[RelayContext]):
    """Walks sideways from where the leaf starts to the free side; done at once before the giver."""

    def __init__(self, name: str, context: RelayContext) -> None:
        super().__init__(name, context, self._compute_target, context.manner.walk.approach_speed)
        self._aside: PlanarPose = (0.0, 0.0, 0.0)

    def initialise(self) -> None:
        """Choose the place beside the present one."""
        super().initialise()
        x, _, yaw = self.context.robot_in_map
        self._aside = self.context.map_pose_to_odom((x, _find_side(self.context), yaw))

    def _compute_target(self, _: RelayContext) -> PlanarPose:
        return self._aside


def walk_along_free_side(context: RelayContext) -> Behaviour:
    """Aside, then along the lane to beside the start."""
    speed, start = context.manner.walk.approach_speed, context.setup.site.start

    def beside(context: RelayContext) -> PlanarPose:
        return context.map_pose_to_odom((start.x, _find_side(context), start.yaw))

    return sequence("along the free side", StepAside("aside", context), WalkTo("along", context, beside, speed))


def _find_side(context: RelayContext) -> float:
    """Where the way lies across the lane: opposite to the people, or in its middle before the giver [m]."""
    course = context.course
    if context.robot_in_map[0] < course.giver.robot_stance.x - BEFORE:
        return context.setup.site.start.y
    sides = [person.stance.y for person in (course.giver, course.receiver)]
    return CLEARANCE if sum(sides) < 0.0 else -CLEARANCE
