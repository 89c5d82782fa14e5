"""The base eliminated: it moves as the legs say while one foot stays, in velocity and in acceleration."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from control_bench import random_state
from derivatives import check_derivative, check_jacobian

from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.whole_body.reduced_dynamics import compute_stance_target, eliminate_base, invert_base_columns

FEET_AND_SEEDS = [(LEFT, 0), (RIGHT, 1), (LEFT, 2), (RIGHT, 3)]


class OnOneFoot:
    """A robot whose sole is held where it is; only the joints are free.

    Attributes:
        joints, rates: at time 0, shape (nu,) [rad, rad/s].
    """

    def __init__(self, model: RobotModel, side: int, seed: int) -> None:
        self.model, self.side = model, side
        q, v = random_state(model, np.random.default_rng(seed))
        self.joints, self.rates = q[7:], v[6:]
        self._sole = self._place(q)

    def _place(self, q: np.ndarray) -> pin.SE3:
        data = self.model.model.createData()
        pin.framesForwardKinematics(self.model.model, data, q)
        return pin.SE3(data.oMf[self.model.foot_ids[self.side]])

    def configuration(self, joints: np.ndarray) -> np.ndarray:
        """Base and joints, by Pinocchio alone, shape (nq,)."""
        alone = np.concatenate([np.zeros(6), [1.0], joints])
        return np.concatenate([pin.SE3ToXYZQUAT(self._sole * self._place(alone).inverse()), joints])

    def eliminate(self, joints: np.ndarray, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """turn and offset, so that the base's velocity is turn · rates and its acceleration turn · a_j + offset."""
        model, nu = self.model, self.model.nu
        inverse, turn, offset, target = np.zeros((6, 6)), np.zeros((6, nu)), np.zeros(6), np.zeros(6)
        q = self.configuration(joints)
        for velocity in (np.zeros(model.nv), np.concatenate([np.zeros(6), rates])):
            velocity[:6] = turn @ rates  # of a foot at rest; the first time only `turn` is found
            model.update(q, velocity)
            foot = model.feet[self.side]
            compute_stance_target(foot.jacobian, foot.drift, velocity, 15.0, target)
            invert_base_columns(foot.jacobian, inverse)
            np.testing.assert_allclose(inverse @ foot.jacobian[:, :6], np.eye(6), atol=1e-12)
            eliminate_base(foot.jacobian, target, inverse, turn, offset)
        np.testing.assert_allclose(foot.jacobian @ velocity, 0.0, atol=1e-12)
        return turn.copy(), offset.copy()


@pytest.mark.parametrize(("side", "seed"), FEET_AND_SEEDS)
def test_base_velocity_follows_from_the_joints(model: RobotModel, side: int, seed: int) -> None:
    """The base's motion in its own axes, for a change of each joint with the sole held."""
    robot = OnOneFoot(model, side, seed)
    turn, _ = robot.eliminate(robot.joints, robot.rates)
    base = pin.XYZQUATToSE3(robot.configuration(robot.joints)[:7])

    def moved(change: np.ndarray) -> np.ndarray:
        there = base.actInv(pin.XYZQUATToSE3(robot.configuration(robot.joints + change)[:7]))
        return np.concatenate([there.translation, pin.log3(there.rotation)])

    check_jacobian(moved, turn)


@pytest.mark.parametrize(("side", "seed"), FEET_AND_SEEDS)
def test_base_acceleration_follows_from_the_joints(model: RobotModel, side: int, seed: int) -> None:
    """d/dt (turn · q̇) = turn · q̈ + offset along a motion of the joints with the sole held."""
    robot = OnOneFoot(model, side, seed)
    acceleration = 3.0 * np.random.default_rng(100 + seed).standard_normal(model.nu)
    turn, offset = robot.eliminate(robot.joints, robot.rates)

    def velocity(time: float) -> np.ndarray:
        rates = robot.rates + time * acceleration
        joints = robot.joints + time * robot.rates + 0.5 * time**2 * acceleration
        return robot.eliminate(joints, rates)[0] @ rates

    check_derivative(velocity, turn @ acceleration + offset, step=3e-3, scale=10.0)
