"""The whole-body program: exact dynamics, its tasks, and bounds that hold whatever is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pinocchio as pin
import pytest
from whole_body_bench import GAINS, Solved, inverse_dynamics

from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.robot.contacts import compute_wrench_cone
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.robot.parameters import RobotParameters
from robot_trials_control.whole_body.constraints import LIMIT_ACCELERATION, LIMIT_HORIZON
from robot_trials_control.whole_body.controller import LIMIT_MARGIN
from robot_trials_control.whole_body.references import FORCE_MAX

SEEDS = range(40)


@pytest.fixture
def standing(parameters: RobotParameters) -> Solved:
    """Standing in the nominal posture, asked to stay."""
    solved = Solved(parameters)
    assert solved.solve()
    return solved


@pytest.fixture(scope="module")
def randoms(parameters: RobotParameters) -> list[Solved]:
    """Programs at random states that had a solution."""
    tried = []
    for seed in SEEDS:
        solved = Solved(parameters)
        solved.randomise(seed)
        tried.append((solved, solved.solve()))
    found = [solved for solved, success in tried if success]
    assert len(found) >= 0.85 * len(tried)
    assert {len(solved.feet) for solved in found} == {1, 2}
    return found


def test_torques_at_rest_are_the_static_ones(standing: Solved) -> None:
    """Asked to stay, the robot stays: its torques carry its weight on the wrenches found."""
    assert np.abs(standing.body.acceleration).max() < 0.1
    static = inverse_dynamics(standing, np.zeros(standing.model.nv))
    np.testing.assert_allclose(standing.body.torque, static[6:], atol=0.1)
    np.testing.assert_allclose(static[:6], 0.0, atol=0.5)
    np.testing.assert_allclose(standing.ground_force, (0, 0, standing.model.mass * GRAVITY), atol=0.5)


def test_both_feet_share_the_weight_of_a_symmetric_stance(standing: Solved) -> None:
    left, right = standing.wrenches
    np.testing.assert_allclose(left * (1, -1, 1, -1, 1, -1), right, atol=1e-3)


def test_solutions_obey_the_rigid_body_dynamics(randoms: list[Solved]) -> None:
    """M v̇ + h = Sᵀτ + Jᵀw, recomputed by the recursive Newton-Euler algorithm."""
    for solved in randoms:
        forces = inverse_dynamics(solved, solved.body.acceleration)
        np.testing.assert_allclose(forces[:6], 0.0, atol=1e-5)
        np.testing.assert_allclose(forces[6:], solved.body.torque, atol=1e-8)


def test_ground_forces_move_the_centre_of_mass(randoms: list[Solved]) -> None:
    """Σf = m (c̈ + g)."""
    for solved in randoms:
        model, data = solved.model.model, solved.model.model.createData()
        pin.centerOfMass(model, data, solved.q, solved.v, solved.body.acceleration)
        expected = solved.model.mass * (data.acom[0] + (0, 0, GRAVITY))
        np.testing.assert_allclose(solved.ground_force, expected, atol=1e-4)


@pytest.mark.parametrize("wanted", [(0.0, 0.0, 0.0), (0.4, 0.0, 0.0), (0.0, -0.4, 0.0), (-0.2, 0.2, 0.0)])
def test_the_momentum_task_is_met_where_the_soles_allow(standing: Solved, wanted: tuple[float, ...]) -> None:
    standing.reference.com_acceleration[:] = wanted
    assert standing.solve()
    achieved = standing.ground_force / standing.model.mass - (0, 0, GRAVITY)
    np.testing.assert_allclose(achieved, wanted, atol=0.03)


def test_the_momentum_task_yields_to_the_posture_only_in_part(standing: Solved) -> None:
    """Up and down the legs' posture resists; more than half of what is asked for remains."""
    for wanted in (1.0, -1.0):
        standing.reference.com_acceleration[2] = wanted
        assert standing.solve()
        achieved = standing.ground_force[2] / standing.model.mass - GRAVITY
        assert 0.5 < achieved / wanted < 1.0


def test_feet_stay_where_they_are(randoms: list[Solved]) -> None:
    """The foot that carries most exactly, the other as nearly as its weight in the cost holds it."""
    for solved in randoms:
        limits = solved.reference.normal_force_max
        first = max(solved.feet, key=lambda side: (limits[side], side))
        for side in solved.feet:
            foot = solved.model.feet[side]
            rate = foot.jacobian @ solved.body.acceleration + foot.drift
            wanted = -GAINS.stance_kd * foot.jacobian @ solved.v
            np.testing.assert_allclose(rate, wanted, atol=1e-9 if side == first else 0.05)


def test_torques_stay_within_the_limits(randoms: list[Solved]) -> None:
    for solved in randoms:
        share = np.abs(solved.body.torque) / solved.model.parameters.torque_limits
        assert share.max() <= GAINS.torque_margin + 1e-5


def test_torque_limits_do_bind_when_they_are_low(parameters: RobotParameters) -> None:
    """With weak knees the torque saturates instead of exceeding the bound."""
    weak = replace(parameters, torque_limits=np.minimum(parameters.torque_limits, 15.0))
    solved, bound = Solved(weak), GAINS.torque_margin * np.minimum(parameters.torque_limits, 15.0)
    solved.reference.com_acceleration[2] = 3.0
    assert solved.solve()
    assert np.abs(solved.body.torque / bound).max() == pytest.approx(1.0, abs=1e-5)


def test_wrenches_stay_in_their_cone(randoms: list[Solved]) -> None:
    parameters = randoms[0].model.parameters
    margin = GAINS.cop_margin
    x, y = parameters.sole_half_length - margin, parameters.sole_half_width - margin
    cone = compute_wrench_cone(x, y, GAINS.friction)
    for solved in randoms:
        assert (cone @ solved.wrenches.T).max() < 1e-4
        for force, torque in zip(solved.wrenches[:, :3], solved.wrenches[:, 3:], strict=True):
            assert np.hypot(*force[:2]) <= GAINS.friction * force[2] + 1e-4
            assert abs(torque[0]) <= y * force[2] + 1e-4 and abs(torque[1]) <= x * force[2] + 1e-4


def test_normal_forces_stay_within_their_bounds(randoms: list[Solved]) -> None:
    bounds_that_bind = 0
    for solved in randoms:
        normal, limit = solved.wrenches[:, 2], solved.reference.normal_force_max[solved.feet]
        assert (normal >= -1e-6).all() and (normal <= limit + 1e-4).all()
        bounds_that_bind += int((normal > limit - 1e-3).any())
    assert bounds_that_bind > 0


def test_arms_stay_within_their_range(randoms: list[Solved]) -> None:
    """A joint moved by the solved acceleration over the horizon ends inside, unless braking would be too hard."""
    for solved in randoms:
        model = solved.model
        arms = [i for i in range(model.nu) if not model.moves_a_foot(i)]
        low = model.model.lowerPositionLimit[7:][arms] + LIMIT_MARGIN
        high = model.model.upperPositionLimit[7:][arms] - LIMIT_MARGIN
        acceleration = solved.body.acceleration[6:][arms]
        reached = solved.q[7:][arms] + LIMIT_HORIZON * solved.v[6:][arms] + 0.5 * LIMIT_HORIZON**2 * acceleration
        assert ((reached <= high + 1e-6) | (acceleration <= -LIMIT_ACCELERATION + 1e-5)).all()
        assert ((reached >= low - 1e-6) | (acceleration >= LIMIT_ACCELERATION - 1e-5)).all()


def test_an_arm_is_kept_from_the_end_of_its_range(standing: Solved) -> None:
    """Asked to swing an elbow through its stop, the joint slows down before it."""
    model = standing.model
    elbow = model.joint_names.index("zarm_l4_joint")
    stop = model.model.lowerPositionLimit[7 + elbow]
    standing.q[7 + elbow], standing.v[6 + elbow] = stop + 0.05, -1.0
    standing.reference.posture[elbow] = stop - 1.0
    assert standing.solve()
    assert standing.body.acceleration[6 + elbow] > 10.0


def test_a_foot_at_its_force_bound_hands_its_weight_over(standing: Solved) -> None:
    """The last moment of double support: the centre of mass over one foot, 5 N left on the other."""
    standing.reference.normal_force_max[LEFT] = 5.0
    assert standing.solve()
    assert standing.wrenches[0][2] <= 5.0 + 1e-6
    assert standing.wrenches[1][2] > 0.8 * standing.model.mass * GRAVITY


def test_hand_task_pulls_towards_its_pose(standing: Solved) -> None:
    reference, grip = standing.reference, standing.model.grips[RIGHT]
    reference.hand_active[RIGHT] = True
    reference.posture_weight[standing.model.arm_joints(RIGHT)] = GAINS.posture_weight_hand
    reference.hands[RIGHT].position[:] = grip.position + (0.01, 0.02, -0.01)
    reference.hands[RIGHT].rotation[:] = grip.rotation
    assert standing.solve()
    a = grip.rotation @ (grip.jacobian @ standing.body.acceleration + grip.drift)[:3]
    np.testing.assert_allclose(a, GAINS.hand_kp * np.array((0.01, 0.02, -0.01)), atol=0.3)


def test_swing_task_follows_its_reference(parameters: RobotParameters) -> None:
    """On the right foot with the left one asked to rise, and little else to heed."""
    solved = Solved(parameters, replace(GAINS, swing_linear_weight=400.0))
    reference, foot = solved.reference, solved.model.feet[LEFT]
    solved.model.update(solved.q, solved.v)
    reference.stance[LEFT] = False
    reference.swing.position[:], reference.swing.rotation[:] = foot.position, foot.rotation
    reference.swing.acceleration[:] = (0.5, 0.0, 2.0)
    assert solved.solve()
    a = foot.rotation @ (foot.jacobian @ solved.body.acceleration + foot.drift)[:3]
    np.testing.assert_allclose(a, (0.5, 0.0, 2.0), atol=0.05)


def test_a_program_without_solution_keeps_the_last_one_and_counts(standing: Solved) -> None:
    torque, acceleration = standing.body.torque.copy(), standing.body.acceleration.copy()
    standing.reference.normal_force_max[:] = -10.0
    for failures in (1, 2, 3):
        assert not standing.solve()
        assert standing.body.failures == failures and standing.body.exit_flag != 1
        np.testing.assert_array_equal(standing.body.torque, torque)
        np.testing.assert_array_equal(standing.body.acceleration, acceleration)
    standing.reference.normal_force_max[:] = FORCE_MAX
    assert standing.solve()
    assert standing.body.failures == 3 and standing.body.exit_flag == 1
    np.testing.assert_allclose(standing.body.torque, torque, atol=1e-6)


def test_arms_too_weak_to_brake_leave_no_solution(parameters: RobotParameters) -> None:
    """Torque limits far too small: gravity moves the arm through its stop and no torque can hold it."""
    solved = Solved(replace(parameters, torque_limits=np.full_like(parameters.torque_limits, 1e-3)))
    shoulder = solved.model.joint_names.index("zarm_r2_joint")
    solved.q[7 + shoulder] = solved.model.model.upperPositionLimit[7 + shoulder]
    solved.v[6 + shoulder] = 2.0
    assert not solved.solve()
    assert solved.body.failures == 1
    np.testing.assert_array_equal(solved.body.torque, 0.0)


def test_soft_arms_resist_a_displacement_less_and_firm_ones_come_back(standing: Solved) -> None:
    """The same error of an arm's joint asks for less acceleration, and nothing else of the program changes."""
    joint = int(standing.model.arm_joints(RIGHT)[1])
    standing.reference.posture[joint] += 0.05
    pulls = []
    for soft in (False, True, False):
        standing.body.soften_arms(soft)
        assert standing.solve()
        pulls.append(float(standing.body.acceleration[6 + joint]))
    assert 0.0 < pulls[1] < 0.3 * pulls[0] and pulls[2] == pytest.approx(pulls[0])
