"""Standing still in any posture: the torques found are Pinocchio's own inverse dynamics on the wrenches found.

The program trades a little acceleration for smaller wrenches: what it misses rest by is in proportion to their weight
in its cost.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from control_bench import random_stance
from derivatives import check_order
from whole_body_bench import GAINS, Solved, inverse_dynamics

from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.robot.parameters import RobotParameters

LOAD_COM = np.array((0.02, -0.01, 0.15))
LOADS = [(RIGHT, 0.0), (RIGHT, 1.6), (LEFT, 3.0)]
"""Hand and mass [kg]."""


def stand(parameters: RobotParameters, seed: int, load: tuple[int, float], regularisation: float = 1.0) -> Solved:
    """Asked to stay as it is in a random stance, the weight on wrenches times `regularisation`."""
    weights = tuple(regularisation * weight for weight in GAINS.force_regularisation)
    solved = Solved(parameters, replace(GAINS, force_regularisation=weights))
    model, reference = solved.model, solved.reference
    model.set_payload(*load, LOAD_COM)
    solved.q[:] = random_stance(model, np.random.default_rng(seed))
    model.update(solved.q, solved.v)
    reference.torso_rotation[:], reference.posture[:] = model.base_rotation, solved.q[7:]
    assert solved.solve()
    return solved


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("seed", range(4))
def test_torques_are_the_static_ones(parameters: RobotParameters, seed: int, load: tuple[int, float]) -> None:
    """τ = RNEA(q, 0, 0) − Σ Jᵀw, whose part for the base is zero."""

    def miss(regularisation: float) -> float:
        solved = stand(parameters, seed, load, regularisation)
        forces = inverse_dynamics(solved, np.zeros(solved.model.nv))
        return float(np.abs(forces - np.concatenate([np.zeros(6), solved.body.torque])).max())

    assert miss(1.0) < 0.3
    check_order(miss, 4.0, 1)


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("seed", range(4))
def test_wrenches_balance_gravity(parameters: RobotParameters, seed: int, load: tuple[int, float]) -> None:
    """Σ f = m g upwards and Σ moment about the centre of mass = 0."""

    def miss(regularisation: float) -> float:
        solved = stand(parameters, seed, load, regularisation)
        force, moment = solved.wrench_about_com
        weight = solved.model.mass * GRAVITY
        assert solved.wrenches[:, 2].min() > 0.1 * weight
        return float(np.abs(np.concatenate([force - (0.0, 0.0, weight), moment])).max())

    assert miss(1.0) < 0.3
    check_order(miss, 4.0, 1)


def test_stances_are_flat_and_balanced(parameters: RobotParameters) -> None:
    """The draw itself: soles level at z = 0, joints within their ranges, knees bent by different amounts."""
    model, heights = Solved(parameters).model, []
    for seed in range(10):
        q = random_stance(model, np.random.default_rng(seed))
        model.update(q, np.zeros(model.nv))
        for foot in model.feet:
            np.testing.assert_allclose((foot.position[2], *foot.rotation[2]), (0.0, 0.0, 0.0, 1.0), atol=1e-9)
        middle = np.mean([foot.position for foot in model.feet], axis=0)
        np.testing.assert_allclose(model.com[:2], middle[:2], atol=1e-6)
        assert (q[7:] > model.model.lowerPositionLimit[7:]).all()
        assert (q[7:] < model.model.upperPositionLimit[7:]).all()
        heights.append(q[2])
    assert np.ptp(heights) > 0.05
