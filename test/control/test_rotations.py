"""Rotation helpers against Pinocchio."""

from __future__ import annotations

import math

import numpy as np
import pinocchio as pin
import pytest
from derivatives import check_derivative

from robot_trials_control.numeric.rotations import (
    quaternion_xyzw,
    rotation_about_z,
    rotation_error,
    rotation_from_quaternion,
    rotation_vector,
    turn_in_body,
    wrap_angle,
    yaw_of,
)


def random_rotations(count: int, angle_max: float = math.pi) -> list[np.ndarray]:
    generator = np.random.default_rng(11)
    axes = generator.standard_normal((count, 3))
    axes /= np.linalg.norm(axes, axis=1)[:, None]
    return [pin.exp3(axis * angle) for axis, angle in zip(axes, generator.uniform(0, angle_max, count), strict=True)]


def assert_same_rotation(quaternion: tuple[float, ...], rotation: np.ndarray) -> None:
    assert np.linalg.norm(quaternion) == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(pin.Quaternion(np.array(quaternion)).matrix(), rotation, atol=1e-12)


def test_quaternion_of_random_rotations() -> None:
    for rotation in random_rotations(300):
        assert_same_rotation(quaternion_xyzw(rotation), rotation)


@pytest.mark.parametrize("axis", np.eye(3).tolist() + [[1, 1, 0], [0, 1, 1], [1, 0, 1], [1, 2, 3], [-3, 1, 2]])
@pytest.mark.parametrize("angle", [0.0, 1e-9, math.pi / 2, math.pi - 1e-9, math.pi, -math.pi / 2])
def test_quaternion_where_a_component_vanishes(axis: list[float], angle: float) -> None:
    rotation = pin.exp3(np.array(axis) / np.linalg.norm(axis) * angle)
    assert_same_rotation(quaternion_xyzw(rotation), rotation)


def test_rotation_error_is_the_sine_of_the_angle_along_the_axis() -> None:
    for current, turn in zip(random_rotations(100), random_rotations(100, math.pi / 2)[::-1], strict=True):
        vector = pin.log3(turn)
        angle = np.linalg.norm(vector)
        expected = vector / angle * math.sin(angle)
        np.testing.assert_allclose(rotation_error(current, current @ turn), expected, atol=1e-12)


def test_rotation_error_of_a_small_turn_is_the_turn() -> None:
    turn = np.array((1e-5, -2e-5, 3e-5))
    current = random_rotations(1)[0]
    np.testing.assert_allclose(rotation_error(current, current @ pin.exp3(turn)), turn, atol=1e-12)


@pytest.mark.parametrize("yaw", [-3.1, -1.0, 0.0, 0.5, 3.1])
def test_rotation_about_z_and_back(yaw: float) -> None:
    out = np.full((3, 3), np.nan)
    rotation_about_z(yaw, out)
    np.testing.assert_allclose(out, pin.exp3(np.array((0.0, 0.0, yaw))), atol=1e-15)
    assert yaw_of(out) == pytest.approx(yaw, abs=1e-15)


def test_yaw_is_where_the_x_axis_points_whatever_the_tilt() -> None:
    for rotation in random_rotations(50):
        assert yaw_of(rotation) == pytest.approx(math.atan2(rotation[1, 0], rotation[0, 0]))


@pytest.mark.parametrize(("angle", "same"), [(0.3, 0.3), (3.5, 3.5 - 2 * math.pi), (-7.0, -7.0 + 2 * math.pi)])
def test_wrap_angle(angle: float, same: float) -> None:
    assert wrap_angle(angle) == pytest.approx(same, abs=1e-12)
    assert wrap_angle(angle + 20 * math.pi) == pytest.approx(same, abs=1e-12)


def test_rotation_vector_is_the_whole_turn() -> None:
    for current, turn in zip(random_rotations(100), random_rotations(100, 3.1)[::-1], strict=True):
        np.testing.assert_allclose(rotation_vector(current, current @ turn), pin.log3(turn), atol=1e-9)
    assert rotation_vector(current, current) == pytest.approx((0.0, 0.0, 0.0), abs=1e-15)


@pytest.mark.parametrize("turn", [(0.0, 0.0, 0.0), (1e-10, -2e-10, 0.0), (1e-5, 2e-5, -3e-5), (0.4, -1.2, 2.0)])
def test_turn_in_body_is_the_exponential(turn: tuple[float, float, float]) -> None:
    for rotation in random_rotations(20):
        expected = rotation @ pin.exp3(np.array(turn))
        turn_in_body(rotation, *turn)
        np.testing.assert_allclose(rotation, expected, atol=1e-14)


def test_a_million_small_turns_keep_a_rotation() -> None:
    """Half an hour of control periods in place: no drift from a rotation matrix that matters."""
    rotation = np.eye(3)
    for x, y, z in np.random.default_rng(5).normal(0.0, 1e-3, (1_000_000, 3)).tolist():
        turn_in_body(rotation, x, y, z)
    np.testing.assert_allclose(rotation.T @ rotation, np.eye(3), atol=1e-9)


@pytest.mark.parametrize("length", [1.0, 0.3, 7.0])
def test_rotation_from_a_quaternion_of_any_length(length: float) -> None:
    out = np.zeros((3, 3))
    for rotation in random_rotations(50):
        rotation_from_quaternion(length * pin.Quaternion(rotation).coeffs(), out)
        np.testing.assert_allclose(out, rotation, atol=1e-14)


# -- derivatives -----------------------------------------------------------------------------------------------

RATE = np.array((0.7, -1.1, 0.4))
"""Angular velocity in the body's own axes [rad/s]."""


def turning(rotation: np.ndarray, time: float) -> np.ndarray:
    """A rotation after some time at `RATE`."""
    return rotation @ pin.exp3(time * RATE)


@pytest.mark.parametrize("angle", [0.0, 0.3, 1.4])
def test_rate_of_the_rotation_error(angle: float) -> None:
    """d/dt sin(θ)·axis = −½ (tr(E) 1 − E) ω with E = RᵀR_desired."""
    for current, axis in zip(random_rotations(10), np.random.default_rng(3).standard_normal((10, 3)), strict=True):
        turn = pin.exp3(angle * axis / np.linalg.norm(axis))
        rate = -0.5 * (np.trace(turn) * np.eye(3) - turn) @ RATE
        check_derivative(lambda t, r=current, d=current @ turn: rotation_error(turning(r, t), d), rate)


def test_the_rotation_error_is_the_slope_of_a_potential() -> None:
    """d/dt (1 − cos θ) = −error · ω, so that stiffness on the error stores energy and gives it back."""
    for current, desired in zip(random_rotations(20), random_rotations(20)[::-1], strict=True):
        slope = -np.dot(rotation_error(current, desired), RATE)
        check_derivative(lambda t, r=current, d=desired: 0.5 * np.trace(np.eye(3) - turning(r, t).T @ d), slope)


def test_rate_of_the_rotation_vector() -> None:
    """d/dt log(E) = −Jlog(Eᵀ) ω by Pinocchio."""
    for current, turn in zip(random_rotations(20), random_rotations(20, 2.5)[::-1], strict=True):
        rate = -pin.Jlog3(turn.T) @ RATE
        check_derivative(lambda t, r=current, d=current @ turn: rotation_vector(turning(r, t), d), rate)


def test_a_rotation_turned_in_its_body_has_that_rate() -> None:
    """Ṙ = R [ω]×, also of a quaternion that moves by q̇ = ½ q ω, and back."""
    for rotation in random_rotations(10):
        start = pin.Quaternion(rotation)
        xyzw, rate = start.coeffs(), 0.5 * (start * pin.Quaternion(0.0, *RATE)).coeffs()

        def turned(time: float, rotation: np.ndarray = rotation) -> np.ndarray:
            out = rotation.copy()
            turn_in_body(out, *(time * RATE))
            return out

        def from_quaternion(time: float, xyzw: np.ndarray = xyzw, rate: np.ndarray = rate) -> np.ndarray:
            out = np.zeros((3, 3))
            rotation_from_quaternion(xyzw + time * rate, out)
            return out

        check_derivative(turned, rotation @ pin.skew(RATE))
        check_derivative(from_quaternion, rotation @ pin.skew(RATE))
        sign = np.sign(np.dot(quaternion_xyzw(rotation), xyzw))
        check_derivative(lambda t, turned=turned: quaternion_xyzw(turned(t)), sign * rate)


def test_yaw_and_the_rotation_about_z_are_each_others_inverse_in_rate() -> None:
    out = np.zeros((3, 3))

    def about_z(yaw: float) -> np.ndarray:
        rotation_about_z(yaw, out)
        return out.copy()

    for yaw in (-3.0, -0.4, 0.0, 2.0):
        check_derivative(lambda t, yaw=yaw: about_z(yaw + t), about_z(yaw) @ pin.skew(np.array((0.0, 0.0, 1.0))))
        check_derivative(lambda t, yaw=yaw: yaw_of(about_z(yaw + 0.7 * t)), 0.7)
