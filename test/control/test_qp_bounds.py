"""Properties of the program's solutions over a long run of random states and references on one and two feet.

One program goes through all of them, as it does while walking, solvable or not; nothing is drawn to be easy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from control_bench import random_stance
from whole_body_bench import GAINS, Solved

from robot_trials_control.records import LEFT, RIGHT, make_record
from robot_trials_control.robot.contacts import compute_wrench_cone
from robot_trials_control.robot.parameters import RobotParameters
from robot_trials_control.whole_body.constraints import LIMIT_ACCELERATION, LIMIT_HORIZON
from robot_trials_control.whole_body.controller import LIMIT_MARGIN, make_program_gains
from robot_trials_control.whole_body.program import choose_feet, program_work_fields, write_program
from robot_trials_control.whole_body.qp import WholeBodyQp

SEEDS = range(400)
TOLERANCE = 1e-6
"""Of the solver, on every bound in its unit."""
BOUNDS = ("torque", "cone", "normal force", "joint range")


@dataclass(frozen=True)
class Tick:
    """What became of one program of the run.

    Attributes:
        feasible: whether it was drawn without a contradiction in it; `solved` what it said itself.
        excess: of each of `BOUNDS`, how far the solution is beyond it.
        binds: whether it is at it.
        kept: whether the command before it is in force bit for bit.
    """

    feasible: bool
    solved: bool
    excess: np.ndarray
    binds: np.ndarray
    kept: bool


def measure_excess(solved: Solved) -> np.ndarray:
    """How far a solution is beyond each of `BOUNDS`, shape (4,) [N·m, N or N·m, N, rad/s²]."""
    model, parameters, reference = solved.model, solved.model.parameters, solved.reference
    torque = np.abs(solved.body.torque) - GAINS.torque_margin * parameters.torque_limits
    x, y = (half - GAINS.cop_margin for half in (parameters.sole_half_length, parameters.sole_half_width))
    cone = compute_wrench_cone(x, y, GAINS.friction) @ solved.wrenches.T
    normal = solved.wrenches[:, 2]
    force = np.maximum(-normal, normal - reference.normal_force_max[solved.feet])
    arms = np.array([not model.moves_a_foot(i) for i in range(model.nu)])
    low, high = model.model.lowerPositionLimit[7:] + LIMIT_MARGIN, model.model.upperPositionLimit[7:] - LIMIT_MARGIN
    ahead, scale = solved.q[7:] + LIMIT_HORIZON * solved.v[6:], 2.0 / LIMIT_HORIZON**2
    acceleration = solved.body.acceleration[6:]
    above = acceleration - np.maximum(scale * (high - ahead), -LIMIT_ACCELERATION)
    below = np.minimum(scale * (low - ahead), LIMIT_ACCELERATION) - acceleration
    return np.array([torque.max(), cone.max(), force.max(), np.maximum(above, below)[arms].max()])


def draw(solved: Solved, seed: int) -> bool:
    """A state and reference; every ninth contradicts itself. Returns whether it does not."""
    generator = np.random.default_rng(10_000 + seed)
    solved.randomise(seed)
    solved.v *= generator.choice([0.0, 1.0, 3.0, 10.0])
    if seed % 4 == 0:
        solved.q[:] = random_stance(solved.model, generator)
    if seed % 9 == 0:
        solved.reference.normal_force_max[:] = -generator.uniform(1.0, 100.0)
    return seed % 9 != 0


@pytest.fixture(scope="module")
def run(parameters: RobotParameters) -> list[Tick]:
    """All of them in a row by one program."""
    solved, ticks = Solved(parameters), []
    for seed in SEEDS:
        feasible = draw(solved, seed)
        before = solved.body.torque.tobytes() + solved.body.acceleration.tobytes()
        failures, found = solved.body.failures, solved.solve()
        assert solved.body.failures == failures + (not found) and (solved.body.exit_flag == 1) == found
        kept = before == solved.body.torque.tobytes() + solved.body.acceleration.tobytes()
        excess = measure_excess(solved) if found else np.full(4, -np.inf)
        ticks.append(Tick(feasible, found, excess, excess > -TOLERANCE, kept))
    return ticks


def test_most_programs_have_a_solution(run: list[Tick]) -> None:
    feasible = [tick.solved for tick in run if tick.feasible]
    assert np.mean(feasible) > 0.9


@pytest.mark.parametrize(("index", "name"), list(enumerate(BOUNDS)))
def test_solutions_respect_every_bound(run: list[Tick], index: int, name: str) -> None:
    """To the solver's tolerance, and the draw is such that each of them does bind."""
    solved = [tick for tick in run if tick.solved]
    assert max(tick.excess[index] for tick in solved) < TOLERANCE, name
    assert np.mean([tick.binds[index] for tick in solved]) > 0.05, name


def test_a_program_without_solution_is_reported_and_the_last_good_command_stays(run: list[Tick]) -> None:
    assert not any(tick.solved for tick in run if not tick.feasible)
    assert all(tick.kept != tick.solved for tick in run)


def test_the_solution_is_the_cheapest_of_all_that_are_allowed(parameters: RobotParameters) -> None:
    """First-order optimality: from the solution no other allowed point lies downhill.

    The other points are solutions of the same constraints for other costs, which lie all over the edge of what is
    allowed.
    """
    solved, compared = Solved(parameters), 0
    gains, work = make_program_gains(solved.model, GAINS), make_record(program_work_fields(solved.model.nu))
    for seed in range(30):
        solved.randomise(seed)
        first, feet = choose_feet(solved.reference.record.data)
        qp = WholeBodyQp(solved.model.nu, feet, gains.cone)
        parts = solved.model.state.data, solved.reference.record.data, gains.data
        write_program(*parts, first, solved.v, solved.q[7:], work.data, *qp.arrays)
        if not qp.solve():
            continue
        best, gradient = qp.solution.copy(), qp.hessian @ qp.solution + qp.gradient
        generator = np.random.default_rng(seed)
        for _ in range(5):
            qp.gradient[:] = qp.hessian @ (generator.standard_normal(qp.size) * 100.0)
            if qp.solve():
                step = qp.solution - best
                assert gradient @ step > -1e-6 * np.linalg.norm(gradient) * np.linalg.norm(step)
                compared += 1
    assert compared > 100


def test_a_mirrored_program_has_the_mirrored_solution(parameters: RobotParameters) -> None:
    """Whichever foot is eliminated: bounds and wishes of the other side give the wrenches of the other side."""
    found = []
    for side, sign in ((LEFT, 1.0), (RIGHT, -1.0)):
        solved = Solved(parameters)
        solved.reference.normal_force_max[side] = 150.0
        solved.reference.com_acceleration[:] = 0.2, -0.3 * sign, -0.1
        assert solved.solve()
        found.append(solved.wrenches)
    np.testing.assert_allclose(found[0], found[1][::-1] * (1, -1, 1, -1, 1, -1), atol=0.01)
