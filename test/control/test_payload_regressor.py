"""What a load does to the arm's torques, as the load estimator sees it, against Pinocchio.

The rows for the first moment leave out that a load off the grip swings when the hand turns: they are those of the body
regressor where the hand only shifts. The row for the mass is exact.
"""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from control_bench import make_reference_model, random_state
from derivatives import check_derivative

from robot_trials_control.estimation.payload import filter_arm
from robot_trials_control.records import LEFT, RIGHT, make_robot_state
from robot_trials_control.robot.model import RobotModel

CASES = [(LEFT, 0), (RIGHT, 1), (LEFT, 2), (RIGHT, 3)]


class MeasuredArm:
    """An arm in random motion, its hand turning or not, whose drives measure what Pinocchio says for a load in it.

    Attributes:
        arm: its joints.
        q, v, a: the state.
    """

    def __init__(self, model: RobotModel, side: int, seed: int, turns: bool) -> None:
        self.model, self.side, self.arm = model, side, model.arm_joints(side)
        generator = np.random.default_rng(seed)
        self.q, self.v = random_state(model, generator)
        self.a = 3.0 * generator.standard_normal(model.nv)
        if not turns:
            model.update(self.q, self.v)
            turn = model.grips[side].jacobian[3:].copy()
            self.v -= np.linalg.pinv(turn) @ turn @ self.v
            model.update(self.q, self.v)
            self.a -= np.linalg.pinv(turn) @ (turn @ self.a + model.grips[side].drift[3:])

    def torque(self, mass: float, com: np.ndarray) -> np.ndarray:
        """Of all joints with a point mass in the hand, by a model of its own, shape (nu,) [N·m]."""
        robot = make_reference_model(self.model.parameters)
        grip = robot.frames[self.model.grip_ids[self.side]]
        robot.appendBodyToJoint(grip.parentJoint, pin.Inertia(mass, com, np.zeros((3, 3))), grip.placement)
        return pin.rnea(robot, robot.createData(), self.q, self.v, self.a)[6:]

    def read(self, torque: np.ndarray, applied: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Regressor and output without low-pass, shapes (n, 4) and (n,); `applied` is the load in the model."""
        model, state = self.model, make_robot_state(self.model.nu)
        state.joint_torque[:] = torque
        mass = float(applied[0])
        model.set_payload(self.side, mass, applied[1:] / mass if mass > 0.0 else np.zeros(3))
        model.update(self.q, self.v)
        grip, regressor, output = model.grips[self.side], np.zeros((self.arm.size, 4)), np.zeros(self.arm.size)
        frame = grip.jacobian, grip.drift, grip.rotation
        dynamics = model.mass_matrix, model.bias
        filter_arm(1.0, self.arm, *frame, *dynamics, self.a, state.data, applied, regressor, output)
        return regressor, output


@pytest.mark.parametrize(("columns", "turns"), [(1, True), (4, False)], ids=["turning", "shifting"])
@pytest.mark.parametrize(("side", "seed"), CASES)
def test_rows_are_pinocchios_body_regressor(model: RobotModel, side: int, seed: int, columns: int, turns: bool) -> None:
    """J_armᵀ Y with columns of the regressor of a body at the grip [Atkeson1986]."""
    hand = MeasuredArm(model, side, seed, turns)
    regressor, _ = hand.read(np.zeros(model.nu), np.zeros(4))
    robot, data = model.model, model.model.createData()
    pin.rnea(robot, data, hand.q, hand.v, hand.a)
    pin.updateFramePlacements(robot, data)
    body = pin.frameBodyRegressor(robot, data, model.grip_ids[side])
    expected = model.grips[side].jacobian[:, 6 + hand.arm].T @ body[:, :columns]
    np.testing.assert_allclose(regressor[:, :columns], expected, atol=1e-9)


@pytest.mark.parametrize(("side", "seed"), CASES)
def test_rows_are_the_torques_derivatives(model: RobotModel, side: int, seed: int) -> None:
    """Of inverse dynamics by the mass of a load at the grip, and by the place of a load that is there already.

    A load has second moments as well, m c cᵀ about the grip. They are no part of the rows, and do not count at c = 0.
    """
    turning, shifting, mass = MeasuredArm(model, side, seed, True), MeasuredArm(model, side, seed, False), 2.0
    regressor, _ = turning.read(np.zeros(model.nu), np.zeros(4))
    check_derivative(lambda m: turning.torque(1.0 + m, np.zeros(3))[turning.arm], regressor[:, 0], scale=100.0)
    regressor, _ = shifting.read(np.zeros(model.nu), np.zeros(4))
    for axis in np.eye(3):
        slope = mass * regressor[:, 1:] @ axis
        check_derivative(lambda c, axis=axis: shifting.torque(mass, c * axis)[shifting.arm], slope, scale=100.0)


@pytest.mark.parametrize(("side", "seed"), CASES)
@pytest.mark.parametrize("applied", [0.0, 0.7, 1.6])
def test_output_is_what_the_unloaded_arm_does_not_explain(
    model: RobotModel, side: int, seed: int, applied: float
) -> None:
    """Rows times the load, however much of it is in the model already; exact for a load at the grip."""
    hand = MeasuredArm(model, side, seed, turns=True)
    regressor, output = hand.read(hand.torque(1.6, np.zeros(3)), np.array((applied, 0.0, 0.0, 0.0)))
    np.testing.assert_allclose(output, 1.6 * regressor[:, 0], atol=1e-8)
