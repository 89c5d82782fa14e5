"""Leave somebody who was given something: arms to the body, a few steps back."""

from __future__ import annotations

from py_trees.common import Status

from robot_trials.geometry import PlanarPose, compose_planar
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.hand import command_arms_posture
from robot_trials.kinds.common.leaves.walk_to import WalkTo


class StepBack(WalkTo[TrialContext]):
    """Walks backwards from where the leaf starts."""

    def __init__(self, name: str, context: TrialContext) -> None:
        super().__init__(name, context, self._compute_target, context.manner.walk.approach_speed)
        self._behind: PlanarPose = (0.0, 0.0, 0.0)

    def initialise(self) -> None:
        """Choose the stance behind the present one."""
        super().initialise()
        self._behind = compose_planar(self.context.robot_in_odom, (-self.context.manner.walk.step_back, 0.0, 0.0))

    def update(self) -> Status:
        """SUCCESS at the stance behind."""
        command_arms_posture(self.context)
        return super().update()

    def _compute_target(self, _: TrialContext) -> PlanarPose:
        return self._behind
