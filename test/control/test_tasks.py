"""Wanted accelerations as what they are for: the energy of every error goes down at the rate of its damping alone.

With acceleration = feed-forward + kp · error + kd · rate error, V = ½ kp |error|² + ½ |rate error|² has the derivative
−kd |rate error|²: stiffness stores, damping takes. The frames' accelerations pass through Jacobian and drift on their
way, so that these are checked along a motion of the whole robot, too.
"""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from control_bench import random_state
from derivatives import check_derivative

from robot_trials_control.robot.model import RobotModel
from robot_trials_control.whole_body.references import PoseReference
from robot_trials_control.whole_body.tasks import compute_pose_target, compute_posture_target, write_torso_task

KP, KD = np.array((500.0, 500.0, 700.0, 300.0, 300.0, 300.0)), np.array((40.0, 40.0, 45.0, 30.0, 30.0, 30.0))
"""Stiffness and damping, linear in world, then angular."""
STEP = 1e-3
"""First time step [s]: the errors' own time constants are some 30 ms."""


def potential(rotation: np.ndarray, desired: np.ndarray) -> float:
    """1 − cos of the angle between two rotations."""
    return 0.5 * float(np.trace(np.eye(3) - rotation.T @ desired))


@pytest.mark.parametrize("frame", range(4))
@pytest.mark.parametrize("seed", range(3))
def test_a_frame_loses_energy_to_its_damping_alone(model: RobotModel, frame: int, seed: int) -> None:
    """Towards a moving position and a resting orientation, soles and grips."""
    generator = np.random.default_rng(10 * seed + frame)
    q, v = random_state(model, generator)
    model.update(q, v)
    state, reference = (*model.feet, *model.grips)[frame], PoseReference(np.zeros((6, 3)))
    reference.position[:] = state.position + generator.uniform(-0.1, 0.1, 3)
    reference.rotation[:] = state.rotation @ pin.exp3(generator.uniform(-0.5, 0.5, 3))
    reference.velocity[:], reference.acceleration[:] = generator.standard_normal((2, 3))
    target = np.zeros(6)
    parts = state.jacobian, state.drift, state.rotation, state.position
    compute_pose_target(*parts, reference.values, v, np.array((KP, KD)), target)
    acceleration = np.linalg.lstsq(state.jacobian, target, rcond=None)[0]

    def rates(time: float) -> tuple[np.ndarray, np.ndarray]:
        twist = state.jacobian @ (v + time * acceleration)
        return reference.velocity + time * reference.acceleration - state.rotation @ twist[:3], twist[3:]

    def energy(time: float) -> float:
        change = time * v + 0.5 * time**2 * acceleration
        model.update(pin.integrate(model.model, q, change), v + time * acceleration)
        wanted = reference.position + time * reference.velocity + 0.5 * time**2 * reference.acceleration
        linear, angular = rates(time)
        stored = KP[:3] @ (wanted - state.position) ** 2 + linear @ linear + angular @ angular
        return 0.5 * float(stored) + KP[3] * potential(state.rotation, reference.rotation)

    linear, angular = rates(0.0)
    check_derivative(energy, -(KD[:3] @ linear**2) - KD[3] * angular @ angular, STEP)


def test_a_posture_loses_energy_to_its_damping_alone() -> None:
    generator, nu = np.random.default_rng(5), 28
    desired, joints, v = generator.uniform(-1, 1, nu), generator.uniform(-1, 1, nu), generator.standard_normal(nu + 6)
    gains, target = generator.uniform(10, 400, (2, nu)), np.zeros(nu)
    compute_posture_target(desired, joints, v, gains, target)

    def energies(time: float) -> np.ndarray:
        error = desired - joints - time * v[6:] - 0.5 * time**2 * target
        return 0.5 * (gains[0] * error**2 + (v[6:] + time * target) ** 2)

    check_derivative(energies, -gains[1] * v[6:] ** 2, STEP)


@pytest.mark.parametrize("seed", range(5))
def test_the_torso_loses_energy_to_its_damping_alone(model: RobotModel, seed: int) -> None:
    """With a base that accelerates as the rows ask for, whatever the legs: turn = 1 on six stand-in joints."""
    generator = np.random.default_rng(seed)
    rotation, desired = (pin.exp3(generator.uniform(-0.8, 0.8, 3)) for _ in range(2))
    v, gains, scale = generator.standard_normal(model.nv), np.array((150.0, 22.0)), np.sqrt((1.5, 0.3, 1.5))
    offset, rows, values = generator.standard_normal(6), np.zeros((9, 6)), np.zeros(9)
    write_torso_task(np.eye(6), offset, rotation, desired, v, gains, scale, rows, values)
    acceleration = np.linalg.solve(rows[6:, 3:], values[6:]) + offset[3:]

    def energy(time: float) -> float:
        turned = rotation @ pin.exp3(time * v[3:6] + 0.5 * time**2 * acceleration)
        rate = v[3:6] + time * acceleration
        return gains[0] * potential(turned, desired) + 0.5 * float(rate @ rate)

    check_derivative(energy, -gains[1] * v[3:6] @ v[3:6], STEP)
