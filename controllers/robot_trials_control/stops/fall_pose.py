"""How a robot meets the ground: legs damped, arms drawn up in front of chest and face, head straight."""

from __future__ import annotations

import numpy as np

from robot_trials_control.records import LEFT, RIGHT, Record
from robot_trials_control.robot.model import RobotModel

DAMPING = 5.0
"""Of a joint that is given up [N·m·s/rad]."""
ARM_STIFFNESS = 0.8
"""Of the arms and the head, per N·m of torque limit: soft enough to give way [1/rad]."""
ELBOW_BEND = 0.75
"""Share of the elbow's range to which it is bent."""
TUCKED_SHARE = 0.25
"""Share of the way from the nominal posture to which the shoulder lifts the bent arm in front of the chest."""


class FallPose:
    """Writes the command of a falling or fallen robot; hands keep what they hold.

    Attributes:
        stiffness: of arms and head, shape (nu,) [N·m/rad].
    """

    def __init__(self, model: RobotModel) -> None:
        limbs = model.limbs
        upper = ~limbs.is_leg
        self._position = np.where(upper, model.nominal_joints, 0.0)
        for side in (LEFT, RIGHT):
            shoulder, elbow = limbs.shoulders[side], limbs.elbows[side]
            straight, folded = limbs.straight[side], limbs.folded[side]
            self._position[elbow] = straight + ELBOW_BEND * (folded - straight)
            self._position[shoulder] += TUCKED_SHARE * (limbs.lifted[side] - self._position[shoulder])
        self._position[limbs.head] = 0.0
        self.stiffness = np.where(upper, ARM_STIFFNESS * model.parameters.torque_limits, 0.0)

    def write(self, command: Record) -> None:
        """Damped legs, softly tucked arms and head."""
        command.position[:], command.kp[:] = self._position, self.stiffness
        command.velocity[:] = command.torque[:] = 0.0
        command.kd[:] = DAMPING
