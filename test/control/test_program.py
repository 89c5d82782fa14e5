"""The whole-body program written out: its cost and its constraints against the same in Pinocchio's quantities.

What is written for the solver is linear and quadratic in y = [joint accelerations, second foot's wrench]. Here every
task and every bound is computed once more from its definition, at any y, on a model read afresh.
"""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from control_bench import make_reference_model
from derivatives import check_derivative
from whole_body_bench import GAINS, Solved

from robot_trials_control.records import LEFT, RIGHT, make_record
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.robot.parameters import RobotParameters
from robot_trials_control.whole_body.constraints import LIMIT_ACCELERATION, LIMIT_HORIZON
from robot_trials_control.whole_body.controller import LIMIT_MARGIN, SECOND_FOOT_WEIGHT, make_program_gains
from robot_trials_control.whole_body.program import choose_feet, program_work_fields, write_program
from robot_trials_control.whole_body.qp import WholeBodyQp
from robot_trials_control.whole_body.references import PoseReference

SEEDS = range(12)


class Written:
    """A program as it is written for the solver at a random state and reference.

    Attributes:
        solved: state, model and reference.
        first: the foot whose wrench is eliminated; `feet` how many stand.
        qp: cost and constraints.
    """

    def __init__(self, parameters: RobotParameters, seed: int) -> None:
        self.solved = solved = Solved(parameters)
        solved.randomise(seed)
        model, reference = solved.model, solved.reference.record.data
        gains, work = make_program_gains(model, GAINS), make_record(program_work_fields(model.nu))
        self.first, self.feet = choose_feet(reference)
        self.qp = WholeBodyQp(model.nu, self.feet, gains.cone)
        parts = model.state.data, reference, gains.data
        write_program(*parts, self.first, solved.v, solved.q[7:], work.data, *self.qp.arrays)
        self.reference_model = make_reference_model(parameters)
        for index, inertia in enumerate(model.model.inertias):
            self.reference_model.inertias[index] = inertia
        self.data = self.reference_model.createData()
        self._frames = {name: self._look_at(name) for name in (*parameters.foot_frames, *parameters.grip_frames)}

    def _look_at(self, name: str) -> tuple[np.ndarray, np.ndarray, pin.SE3]:
        """Jacobian and drift in a frame's own axes, and its pose."""
        model, data, q, v = self.reference_model, self.data, self.solved.q, self.solved.v
        frame = model.getFrameId(name)
        pin.forwardKinematics(model, data, q, v, np.zeros(model.nv))
        pin.updateFramePlacements(model, data)
        drift = pin.getFrameClassicalAcceleration(model, data, frame, pin.LOCAL).vector.copy()
        pose = pin.SE3(data.oMf[frame])
        return pin.computeFrameJacobian(model, data, q, frame, pin.LOCAL).copy(), drift, pose

    def frame(self, names: tuple[str, str], side: int) -> tuple[np.ndarray, np.ndarray, pin.SE3]:
        """Jacobian, drift and pose of a foot or of a grip."""
        return self._frames[names[side]]

    def motion(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Generalised acceleration, joint torques and both feet's wrenches, shapes (nv,), (nu,) and (2, 6)."""
        solved, names, nu = self.solved, self.solved.model.parameters.foot_frames, self.solved.model.nu
        jacobian, drift, _ = self.frame(names, self.first)
        rest = -GAINS.stance_kd * jacobian @ solved.v - drift - jacobian[:, 6:] @ y[:nu]
        a = np.concatenate([np.linalg.solve(jacobian[:, :6], rest), y[:nu]])
        wrenches = np.zeros((2, 6))
        forces = pin.rnea(self.reference_model, self.data, solved.q, solved.v, a)
        if self.feet == 2:
            wrenches[1 - self.first] = y[nu:]
            forces = forces - self.frame(names, 1 - self.first)[0].T @ y[nu:]
        wrenches[self.first] = np.linalg.solve(jacobian[:, :6].T, forces[:6])
        return a, (forces - jacobian.T @ wrenches[self.first])[6:], wrenches


@pytest.fixture(scope="module")
def programs(parameters: RobotParameters) -> list[Written]:
    """At random states, on one foot and on two, hands in use and free."""
    written = [Written(parameters, seed) for seed in SEEDS]
    assert {(program.feet, program.first) for program in written} == {(1, 0), (1, 1), (2, 0), (2, 1)}
    active = [program.solved.reference.hand_active.any() for program in written]
    assert any(active) and not all(active)
    return written


def random_y(program: Written, generator: np.random.Generator) -> np.ndarray:
    """Joint accelerations and a wrench of a size that occurs."""
    nu, size = program.solved.model.nu, program.qp.size
    return generator.standard_normal(size) * np.repeat((10.0, 50.0), (nu, size - nu))


# -- cost ------------------------------------------------------------------------------------------------------


def sine(rotation: np.ndarray) -> np.ndarray:
    """sin(angle) · axis of a rotation, shape (3,)."""
    vector = pin.log3(rotation)
    return np.sinc(np.linalg.norm(vector) / np.pi) * vector


def pose_miss(
    frame: tuple[np.ndarray, np.ndarray, pin.SE3], pose: PoseReference, v: np.ndarray, a: np.ndarray, gains: tuple
) -> np.ndarray:
    """Acceleration of a frame less the wanted one, linear in world and angular in its own axes, shape (6,)."""
    (jacobian, drift, placed), (kp, kd, kp_angular, kd_angular) = frame, gains
    twist, rate, turn = jacobian @ v, jacobian @ a + drift, placed.rotation
    error, error_rate = pose.position - placed.translation, pose.velocity - turn @ twist[:3]
    linear = turn @ rate[:3] - (pose.acceleration + kp * error + kd * error_rate)
    angular = rate[3:] - (kp_angular * sine(turn.T @ pose.rotation) - kd_angular * twist[3:])
    return np.concatenate([linear, angular])


def cost_of(program: Written, y: np.ndarray) -> float:
    """Half the sum of all tasks' weighted squares, as the tasks are defined."""
    a, _, wrenches = program.motion(y)
    solved, names = program.solved, program.solved.model.parameters.foot_frames
    reference, second = solved.reference, 1 - program.first
    terms = [*momentum_terms(program, wrenches), torso_term(program, a)]
    terms.append((np.array(GAINS.force_regularisation), wrenches[program.first]))
    foot = program.frame(names, second)
    if program.feet == 2:
        terms.append((np.array(GAINS.force_regularisation), wrenches[second]))
        terms.append((SECOND_FOOT_WEIGHT, foot[0] @ a + foot[1] + GAINS.stance_kd * foot[0] @ solved.v))
    else:
        kp, kd = np.full(3, GAINS.swing_kp), np.full(3, GAINS.swing_kd)
        kp[2], kd[2] = GAINS.swing_kp_z, GAINS.swing_kd_z
        gains = kp, kd, GAINS.swing_kp, GAINS.swing_kd
        weights = np.repeat((GAINS.swing_linear_weight, GAINS.swing_angular_weight), 3)
        terms.append((weights, pose_miss(foot, reference.swing, solved.v, a, gains)))
    for side in (LEFT, RIGHT):
        if reference.hand_active[side]:
            grip = program.frame(solved.model.parameters.grip_frames, side)
            gains = GAINS.hand_kp, GAINS.hand_kd, GAINS.hand_kp, GAINS.hand_kd
            weights = np.repeat((GAINS.hand_weight, GAINS.hand_orientation_weight), 3)
            terms.append((weights, pose_miss(grip, reference.hands[side], solved.v, a, gains)))
    terms.append(posture_term(program, y))
    return 0.5 * sum(float(np.sum(weight * miss**2)) for weight, miss in terms)


def momentum_terms(program: Written, wrenches: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """Force per mass, and moment about the centre of mass."""
    solved, data = program.solved, program.data
    momentum = pin.computeCentroidalMomentum(program.reference_model, data, solved.q, solved.v)
    com, mass = data.com[0], pin.computeTotalMass(program.reference_model)
    force, moment = np.zeros(3), GAINS.angular_momentum_damping * momentum.angular
    for side, wrench in enumerate(wrenches):
        pose = program.frame(solved.model.parameters.foot_frames, side)[2]
        force += pose.rotation @ wrench[:3]
        moment += pose.rotation @ wrench[3:] + np.cross(pose.translation - com, pose.rotation @ wrench[:3])
    wanted = solved.reference.com_acceleration + (0.0, 0.0, GRAVITY)
    return [(GAINS.momentum_weight, force / mass - wanted), (GAINS.angular_momentum_weight, moment)]


def torso_term(program: Written, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    solved = program.solved
    rotation = pin.Quaternion(solved.q[3:7]).matrix()
    error = sine(rotation.T @ solved.reference.torso_rotation)
    return np.array(GAINS.torso_weights), a[3:6] - (GAINS.torso_kp * error - GAINS.torso_kd * solved.v[3:6])


def posture_term(program: Written, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    solved = program.solved
    model, reference = solved.model, solved.reference
    legs = np.array([model.moves_a_foot(i) for i in range(model.nu)])
    kp, kd = (np.where(legs, *pair) for pair in ((GAINS.posture_kp, GAINS.arm_kp), (GAINS.posture_kd, GAINS.arm_kd)))
    weight = reference.posture_weight + np.where(legs, GAINS.posture_weight_legs, 0.0)
    return weight, y[: model.nu] - (kp * (reference.posture - solved.q[7:]) - kd * solved.v[6:])


def test_the_gradient_is_the_tasks_derivative(programs: list[Written]) -> None:
    """H y + f, everywhere; a quadratic's central difference is exact, so that round-off alone is let pass."""
    generator = np.random.default_rng(0)
    for program in programs:
        for _ in range(3):
            y, d = random_y(program, generator), generator.standard_normal(program.qp.size)
            slope = (program.qp.hessian @ y + program.qp.gradient) @ d
            check_derivative(lambda t, p=program, y=y, d=d: cost_of(p, y + t * d), slope, 1.0)


def test_the_hessian_is_the_gradients_derivative(programs: list[Written]) -> None:
    """Along random directions: the second difference of the cost is dᵀ H d."""
    generator = np.random.default_rng(1)
    for program in programs:
        y, d = random_y(program, generator), random_y(program, generator)
        slope = program.qp.hessian @ d @ d
        before, here, after = (cost_of(program, y + t * d) for t in (-1.0, 0.0, 1.0))
        assert before + after - 2.0 * here == pytest.approx(slope, rel=1e-9)
        assert np.linalg.eigvalsh(program.qp.hessian)[0] > 0.0
        np.testing.assert_allclose(program.qp.hessian, program.qp.hessian.T, rtol=1e-9, atol=1e-9)


# -- constraints -----------------------------------------------------------------------------------------------


def slack_below(program: Written, y: np.ndarray) -> np.ndarray:
    """What is left to every upper bound, as the bounds are defined: joints, second foot, torques, wrenches."""
    solved, qp = program.solved, program.qp
    model, parameters, limits = solved.model, solved.model.parameters, solved.reference.normal_force_max
    _, torque, wrenches = program.motion(y)
    high = program.reference_model.upperPositionLimit[7:] - LIMIT_MARGIN
    ahead = solved.q[7:] + LIMIT_HORIZON * solved.v[6:]
    arms = np.array([not model.moves_a_foot(i) for i in range(model.nu)])
    bound = np.maximum(2.0 * (high - ahead) / LIMIT_HORIZON**2, -LIMIT_ACCELERATION)
    joints = np.where(arms, bound - y[: model.nu], np.inf)
    second = np.full(qp.size - model.nu, np.inf)
    if program.feet == 2:
        second[2] = limits[1 - program.first] - wrenches[1 - program.first, 2]
    normal = limits[program.first] - wrenches[program.first, 2]
    standing = [program.first] if program.feet == 1 else [program.first, 1 - program.first]
    cones = [-solved.body.gains.cone @ wrenches[side] for side in standing]
    return np.concatenate([joints, second, GAINS.torque_margin * parameters.torque_limits - torque, [normal], *cones])


def test_every_bound_is_what_it_says(programs: list[Written]) -> None:
    """Upper bound less row · y is the torque, force, wrench or joint motion that is left, at any y."""
    generator = np.random.default_rng(2)
    for program in programs:
        qp, nu = program.qp, program.solved.model.nu
        for _ in range(3):
            y = random_y(program, generator)
            reached = np.concatenate([y, qp.matrix @ y])
            left, expected = qp.upper - reached, slack_below(program, y)
            bounded = np.isfinite(expected)
            np.testing.assert_allclose(left[bounded], expected[bounded], atol=1e-7)
            assert (qp.upper[~bounded] >= 1e20).all()
            torques = slice(qp.size, qp.size + nu)
            width = 2.0 * GAINS.torque_margin * program.solved.model.parameters.torque_limits
            np.testing.assert_allclose((qp.upper - qp.lower)[torques], width, atol=1e-9)
            normal = reached[qp.size + nu] - qp.lower[qp.size + nu]
            assert normal == pytest.approx(program.motion(y)[2][program.first, 2], abs=1e-7)
