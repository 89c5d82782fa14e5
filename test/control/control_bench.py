"""Standing and random states, and a controller on ideal readings, for the tests of the controller."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pinocchio as pin

from robot_trials_control.config import ControllerConfig
from robot_trials_control.controller import WholeBodyWalkingController
from robot_trials_control.records import (
    MotionMode,
    Record,
    make_control_sample,
    make_motion_command,
)
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.robot.parameters import RobotParameters

PERIOD = 0.002
"""Control period [s]."""


def make_reference_model(parameters: RobotParameters) -> pin.Model:
    """The same robot read from the URDF once more, independent of `RobotModel`."""
    model = pin.buildModelFromUrdf(str(Path(parameters.urdf)), pin.JointModelFreeFlyer())
    armature = model.armature
    armature[6:] = parameters.armature
    model.armature = armature
    return model


def standing_configuration(model: RobotModel) -> np.ndarray:
    """Nominal posture, upright, soles on the ground at z = 0, their middle above the origin; shape (nq,)."""
    q = pin.neutral(model.model)
    q[7:] = model.nominal_joints
    data = model.model.createData()
    pin.framesForwardKinematics(model.model, data, q)
    soles = np.mean([data.oMf[frame].translation for frame in model.foot_ids], axis=0)
    q[:3] = -soles
    return q


def random_stance(model: RobotModel, generator: np.random.Generator) -> np.ndarray:
    """Any way to stand with both soles flat on the ground, the centre of mass above their middle; shape (nq,).

    Feet, base and arms (off the ends of their ranges) are drawn; legs and base are solved for.
    """
    q, data = standing_configuration(model), model.model.createData()
    low, high = model.model.lowerPositionLimit[7:], model.model.upperPositionLimit[7:]
    legs = np.array([model.moves_a_foot(i) for i in range(model.nu)])
    q[7:][~legs] = (low + generator.uniform(0.1, 0.9, model.nu) * (high - low))[~legs]
    pin.framesForwardKinematics(model.model, data, q)
    shifts = generator.uniform((-0.1, -0.02, -0.3), (0.1, 0.02, 0.3), (2, 3))
    soles = [data.oMf[f].translation + (x, y, 0.0) for f, (x, y, _) in zip(model.foot_ids, shifts, strict=True)]
    wanted = [pin.SE3(pin.exp3(np.array((0.0, 0.0, s[2]))), p) for p, s in zip(soles, shifts, strict=True)]
    q[2] -= generator.uniform(0.01, 0.10)
    q[3:7] = pin.Quaternion(pin.exp3(generator.uniform(-0.15, 0.15, 3))).coeffs()
    for _ in range(25):
        q[:2] += 0.5 * (np.mean(soles, axis=0) - pin.centerOfMass(model.model, data, q))[:2]
        for frame, pose in zip(model.foot_ids, wanted, strict=True):
            jacobian = pin.computeFrameJacobian(model.model, data, q, frame, pin.LOCAL)
            moved = legs & np.any(jacobian[:, 6:], axis=0)
            pin.framesForwardKinematics(model.model, data, q)
            miss = pin.log6(data.oMf[frame].actInv(pose)).vector
            q[7:][moved] += np.linalg.solve(jacobian[:, 6:][:, moved], miss)
    return q


def random_state(model: RobotModel, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Any configuration within the joint ranges and any base pose, with any velocity: shapes (nq,) and (nv,)."""
    q = np.zeros(model.nq)
    q[:3] = generator.uniform(-2.0, 2.0, 3)
    quaternion = generator.standard_normal(4)
    q[3:7] = quaternion / np.linalg.norm(quaternion)
    q[7:] = generator.uniform(model.model.lowerPositionLimit[7:], model.model.upperPositionLimit[7:])
    return q, generator.standard_normal(model.nv)


def write_standing(model: RobotModel, state: Record) -> None:
    """Fill in ideal readings of the robot standing still in its nominal posture."""
    data = model.model.createData()
    q, still = standing_configuration(model), np.zeros(model.nv)
    torque = pin.rnea(model.model, data, q, still, still)
    for frame in model.foot_ids:
        jacobian = pin.computeFrameJacobian(model.model, data, q, frame, pin.LOCAL)
        torque -= jacobian[2] * 0.5 * model.own_mass * GRAVITY
    state.joint_position[:], state.joint_velocity[:] = model.nominal_joints, 0.0
    state.joint_torque[:] = torque[6:]
    state.imu_angular_velocity[:] = 0.0
    state.imu_linear_acceleration[:] = (0.0, 0.0, GRAVITY)
    state.foot_wrench[:] = 0.0
    state.foot_wrench[:, 2] = 0.5 * model.own_mass * GRAVITY
    state.battery[...] = 0.9


class Bench:
    """A controller with the records of one tick, at first standing still.

    Attributes:
        controller: the controller under test.
        sample, motion: its records; change them between steps.
    """

    def __init__(self, parameters: RobotParameters, config: ControllerConfig | None = None) -> None:
        self.controller = WholeBodyWalkingController(parameters, config or ControllerConfig(), PERIOD)
        self.sample = make_control_sample(len(self.controller.joint_names))
        self.motion = make_motion_command()
        self.motion.mode[...] = MotionMode.STAND
        write_standing(self.controller.model, self.sample.state)

    def step(self, count: int = 1) -> Record:
        """Run some control periods on the readings as they are; the last status."""
        sample = self.sample
        for _ in range(count):
            sample.state.time_ns += round(PERIOD * 1e9)
            self.controller.step(sample.state, self.motion, sample.command, sample.status)
        return sample.status
