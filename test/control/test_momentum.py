"""The robot's momentum changes as the ground's wrenches and gravity say, by Pinocchio at random states."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from control_bench import random_state
from derivatives import check_derivative
from whole_body_bench import Solved

from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.robot.parameters import RobotParameters

SEEDS = range(60)


def momentum_rate(model: RobotModel, q: np.ndarray, v: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Of the centroidal momentum, linear then angular, in world, shape (6,) [N, N·m]."""
    data = model.model.createData()
    return pin.computeCentroidalMomentumTimeVariation(model.model, data, q, v, a).vector.copy()


@pytest.mark.parametrize("seed", range(5))
def test_momentum_of_the_model_has_pinocchios_rate(model: RobotModel, seed: int) -> None:
    """m ċ and L along a motion with velocity v and acceleration a."""
    generator = np.random.default_rng(seed)
    q, v = random_state(model, generator)
    a = 5.0 * generator.standard_normal(model.nv)
    rate = momentum_rate(model, q, v, a)

    def momentum(time: float) -> np.ndarray:
        model.update(pin.integrate(model.model, q, time * v + 0.5 * time**2 * a), v + time * a)
        return np.concatenate([model.mass * model.com_velocity, model.angular_momentum])

    check_derivative(momentum, rate, step=1e-3, scale=100.0)


def test_wrenches_and_gravity_change_the_momentum(parameters: RobotParameters) -> None:
    """ḣ = Σ wrench about the centre of mass + m g, for what the program found, on one foot and on two."""
    solved, feet, sizes = Solved(parameters), [], []
    for seed in SEEDS:
        solved.randomise(seed)
        if not solved.solve():
            continue
        force, moment = solved.wrench_about_com
        force[2] -= solved.model.mass * GRAVITY
        rate = momentum_rate(solved.model, solved.q, solved.v, solved.body.acceleration)
        np.testing.assert_allclose([*force, *moment], rate, atol=1e-4)
        feet.append(len(solved.feet))
        sizes.append(np.abs(rate))
    assert min(feet.count(1), feet.count(2)) > 15
    assert (np.median(sizes, axis=0) > 1.0).all()
