"""The relay's blackboard: what its leaves share beside what every kind's do."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.relay.course import RelayCourse
from robot_trials.kinds.relay.parameters import RelayParameters
from robot_trials.kinds.relay.spec import RelayTrial


@dataclass
class RelayContext(TrialContext):
    """The typed blackboard of one relay.

    Attributes:
        grip_to_torch: rotation of the torch in the working hand's grip frame, shape (3, 3).
        upright_correction: turn of the carrying hand about the heading frame's x and y, against a tilt that stays,
            in that order [rad].
        upright_time: trial's clock when it was last updated [s].
        carried_mass: load measured when it was accepted as the robot's alone; 0 before [kg].
        held_with_giver: the taking ended without knowing that the giver has let go.
    """

    parameters: RelayParameters = field(default_factory=RelayParameters)
    grip_to_torch: np.ndarray = field(default_factory=lambda: np.eye(3))
    upright_correction: tuple[float, float] = (0.0, 0.0)
    upright_time: float = 0.0
    carried_mass: float = 0.0
    held_with_giver: bool = False

    @property
    def trial(self) -> RelayTrial:
        """The trial's file."""
        trial: RelayTrial = self.setup.trial
        return trial

    @property
    def course(self) -> RelayCourse:
        """Lane and people in the map frame."""
        course: RelayCourse = self.setup.course
        return course
