"""What a robot's body measures: the few figures that its manner is scaled by, from its description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pinocchio as pin

from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import GRAVITY

if TYPE_CHECKING:
    from robot_trials.robots.profile import RobotProfile


@dataclass(frozen=True)
class BodyFigures:
    """Sizes of a robot that stands in its nominal posture.

    Attributes:
        leg_length: from hip to sole, knee as in the zero posture [m].
        arm_length: from shoulder over the elbow to the grip [m].
        shoulder: of the right arm in the heading frame, shape (3,) [m].
        weight: without load [N].
        head_range: lower and upper limit of each head joint, shape (n, 2) [rad].
    """

    leg_length: float
    arm_length: float
    shoulder: np.ndarray
    weight: float
    head_range: np.ndarray


def measure_body(profile: RobotProfile) -> BodyFigures:
    """Measure a robot.

    Raises:
        ModelError: the description lacks what the profile names.
    """
    robot = RobotModel(profile.to_parameters())
    model, data, limbs = robot.model, robot.data, robot.limbs
    q = pin.neutral(model)
    pin.framesForwardKinematics(model, data, q)
    legs = [
        data.oMf[foot].translation - data.oMi[int(leg[0]) + 2].translation
        for foot, leg in zip(robot.foot_ids, limbs.legs, strict=True)
    ]
    shoulder, elbow = (data.oMi[int(joint[RIGHT]) + 2].translation.copy() for joint in (limbs.shoulders, limbs.elbows))
    grip = data.oMf[robot.grip_ids[RIGHT]].translation.copy()
    q[7:] = robot.nominal_joints
    pin.framesForwardKinematics(model, data, q)
    ground = min(float(data.oMf[foot].translation[2]) for foot in robot.foot_ids)
    com = pin.centerOfMass(model, data, q)
    limits = model.lowerPositionLimit[7:][limbs.head], model.upperPositionLimit[7:][limbs.head]
    return BodyFigures(
        leg_length=float(np.linalg.norm(legs[LEFT])),
        arm_length=float(np.linalg.norm(elbow - shoulder) + np.linalg.norm(grip - elbow)),
        shoulder=data.oMi[int(limbs.shoulders[RIGHT]) + 2].translation - (com[0], com[1], ground),
        weight=robot.own_mass * GRAVITY,
        head_range=np.stack(limits, axis=1),
    )
