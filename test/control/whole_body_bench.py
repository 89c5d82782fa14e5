"""Whole-body programs at chosen and at random states, and Pinocchio's word on what they found."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
from control_bench import make_reference_model, standing_configuration

from robot_trials_control.config import WholeBodyGains
from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.parameters import RobotParameters
from robot_trials_control.whole_body.controller import WholeBodyController
from robot_trials_control.whole_body.references import FORCE_MAX, WholeBodyReference

GAINS = WholeBodyGains()


class Solved:
    """A whole-body program at one state, with what it found.

    Attributes:
        body, model, reference: the program, its model and what it was asked for.
        q, v: the state.
        feet: sides on the ground.
    """

    def __init__(self, parameters: RobotParameters, gains: WholeBodyGains = GAINS) -> None:
        self.model = RobotModel(parameters)
        self.body = WholeBodyController(self.model, gains)
        self.reference = WholeBodyReference(self.model.nominal_joints)
        arms = [not self.model.moves_a_foot(i) for i in range(self.model.nu)]
        self.reference.posture_weight[arms] = gains.posture_weight_arms
        self.q, self.v = standing_configuration(self.model), np.zeros(self.model.nv)

    def solve(self) -> bool:
        self.model.update(self.q, self.v)
        return self.body.step(self.v, self.q[7:], self.reference)

    @property
    def feet(self) -> list[int]:
        return [side for side in (LEFT, RIGHT) if self.reference.stance[side]]

    @property
    def wrenches(self) -> np.ndarray:
        """Ground on each standing foot, in and about its sole frame, shape (k, 6)."""
        return self.body.wrenches(self.reference)[self.feet]

    @property
    def ground_force(self) -> np.ndarray:
        """Sum of the ground's forces in world, shape (3,) [N]."""
        return self.wrench_about_com[0]

    @property
    def wrench_about_com(self) -> tuple[np.ndarray, np.ndarray]:
        """Sum of the ground's forces and of their moments about the centre of mass, in world, shape (3,) each."""
        force, moment = np.zeros(3), np.zeros(3)
        for side, wrench in zip(self.feet, self.wrenches, strict=True):
            foot = self.model.feet[side]
            push = foot.rotation @ wrench[:3]
            force += push
            moment += foot.rotation @ wrench[3:] + np.cross(foot.position - self.model.com, push)
        return force, moment

    def randomise(self, seed: int) -> None:
        """A state a walking robot may come into, and any reference within reason."""
        generator = np.random.default_rng(seed)
        model, reference = self.model, self.reference
        low, high = model.model.lowerPositionLimit[7:], model.model.upperPositionLimit[7:]
        legs = np.array([model.moves_a_foot(i) for i in range(model.nu)])
        near = model.nominal_joints + generator.uniform(-0.15, 0.15, model.nu)
        self.q[7:] = np.where(legs, near, generator.uniform(low, high))
        self.q[3:7] = pin.Quaternion(pin.exp3(generator.uniform(-0.1, 0.1, 3))).coeffs()
        self.v[:] = generator.uniform(-0.3, 0.3, model.nv)
        reference.com_acceleration[:] = generator.uniform(-2.0, 2.0, 3)
        reference.torso_rotation[:] = pin.exp3(generator.uniform(-0.3, 0.3, 3))
        reference.stance[:], reference.normal_force_max[:] = True, FORCE_MAX
        reference.stance[seed % 2] = seed % 3 != 0
        if len(self.feet) == 2:
            reference.normal_force_max[seed % 2] = generator.choice([5.0, 200.0, FORCE_MAX])
        poses = [(reference.swing, model.feet[seed % 2])]
        for side in (LEFT, RIGHT):
            reference.hand_active[side] = bool(generator.integers(2))
            poses.append((reference.hands[side], model.grips[side]))
        model.set_payload(RIGHT, generator.uniform(0.0, 2.5), np.array((0.0, 0.0, 0.1)))
        model.update(self.q, self.v)
        for pose, frame in poses:
            pose.position[:] = frame.position + generator.uniform(-0.2, 0.2, 3)
            pose.rotation[:] = frame.rotation @ pin.exp3(generator.uniform(-0.5, 0.5, 3))
            pose.velocity[:] = generator.uniform(-0.5, 0.5, 3)
        reference.posture[:] = model.nominal_joints + generator.uniform(-0.5, 0.5, model.nu)


def inverse_dynamics(solved: Solved, acceleration: np.ndarray) -> np.ndarray:
    """Generalised forces besides the contacts', by Pinocchio on a model built afresh, shape (nv,)."""
    model = solved.model
    reference = make_reference_model(model.parameters)
    for grip in model.grip_ids:
        joint = model.model.frames[grip].parentJoint
        reference.inertias[joint] = model.model.inertias[joint]
    data = reference.createData()
    forces = pin.rnea(reference, data, solved.q, solved.v, acceleration)
    for side, wrench in zip(solved.feet, solved.wrenches, strict=True):
        frame = reference.getFrameId(model.parameters.foot_frames[side])
        forces = forces - pin.computeFrameJacobian(reference, data, solved.q, frame, pin.LOCAL).T @ wrench
    return forces
