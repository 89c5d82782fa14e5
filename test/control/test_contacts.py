"""What a sole can transmit: the wrench cone against corner forces, the ZMP and the hull on cases known by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pinocchio as pin
import pytest

from robot_trials_control.robot.contacts import (
    compute_hull_margin,
    compute_sole_reach,
    compute_wrench_cone,
    compute_zmp,
)

SOLES = [(0.114, 0.03975, 0.5), (0.05, 0.05, 1.0), (0.2, 0.01, 0.1)]
"""Half length [m], half width [m], friction."""


def corner_generators(x: float, y: float, friction: float) -> np.ndarray:
    """Wrenches of one unit force at each corner along each edge of the inner friction pyramid, shape (16, 6)."""
    mu = friction / math.sqrt(2.0)
    wrenches = []
    for px, py, fx, fy in itertools.product((x, -x), (y, -y), (mu, -mu), (mu, -mu)):
        force = np.array((fx, fy, 1.0))
        wrenches.append([*force, *np.cross((px, py, 0.0), force)])
    return np.array(wrenches)


def facets_of(generators: np.ndarray) -> np.ndarray:
    """Outward unit normals of the generators' convex cone, found by trying every five of them."""
    subsets = generators[list(itertools.combinations(range(len(generators)), 5))]
    _, sizes, axes = np.linalg.svd(subsets)
    normals = axes[sizes[:, 4] > 1e-6 * sizes[:, 0], 5]
    sides = normals @ generators.T
    outward = np.concatenate([normals[(sides < 1e-9).all(axis=1)], -normals[(sides > -1e-9).all(axis=1)]])
    return np.unique(np.round(outward, 8), axis=0)


@pytest.mark.parametrize("sole", SOLES)
def test_cone_has_exactly_the_facets_of_all_corner_forces(sole: tuple[float, float, float]) -> None:
    """The closed form is neither looser nor tighter than four point contacts [Caron2015]."""
    scale = np.array((1, 1, 1, 1 / sole[1], 1 / sole[0], 1 / sole[0]))  # keeps the search well conditioned
    facets = facets_of(corner_generators(*sole) * scale)
    cone = compute_wrench_cone(*sole) / scale
    cone /= np.linalg.norm(cone, axis=1)[:, None]
    distance = np.linalg.norm(facets[:, None] - cone[None], axis=2)
    assert facets.shape == cone.shape == (16, 6)
    assert (distance.min(axis=0) < 1e-6).all() and (distance.min(axis=1) < 1e-6).all()


@pytest.mark.parametrize("sole", SOLES)
def test_every_sum_of_corner_forces_lies_in_the_cone(sole: tuple[float, float, float]) -> None:
    generator = np.random.default_rng(1)
    shares = generator.exponential(100.0, (2000, 16)) * (generator.random((2000, 16)) < 0.3)
    wrenches = shares @ corner_generators(*sole)
    assert (compute_wrench_cone(*sole) @ wrenches.T).max() < 1e-9


@pytest.mark.parametrize(
    "wrench",
    [
        (0, 0, -1, 0, 0, 0),  # pulls
        (0.36, 0, 1, 0, 0, 0),  # slides
        (0, -0.36, 1, 0, 0, 0),
        (0, 0, 1, 0.041, 0, 0),  # tips over the side
        (0, 0, 1, 0, -0.115, 0),  # tips over the heel
        (0, 0, 1, 0, 0, 0.06),  # turns on the spot
        (0, 0, 1, 0.0397, 0.1139, 0.02),  # turns about a corner that carries everything
    ],
)
def test_what_a_sole_cannot_hold_is_outside(wrench: tuple[float, ...]) -> None:
    cone = compute_wrench_cone(*SOLES[0])
    assert (cone @ np.array(wrench)).max() > 0.0
    assert (cone @ np.array((0, 0, 1, 0, 0, 0))).max() < 0.0


def physical_excess(wrenches: np.ndarray, x: float, y: float, friction: float) -> np.ndarray:
    """By how much wrenches of shape (n, 6) are beyond what any contact in the sole's rectangle can do, shape (n, 5).

    Pull, slip, pressure beyond an edge along x and along y, and yaw beyond all friction at the farthest corner.
    """
    fx, fy, fz, mx, my, mz = wrenches.T
    slip = np.hypot(fx, fy) - friction * fz
    yaw = np.abs(mz) - friction * math.hypot(x, y) * fz
    return np.stack([-fz, slip, np.abs(my) - x * fz, np.abs(mx) - y * fz, yaw], axis=1)


@pytest.mark.parametrize("sole", SOLES)
def test_any_wrench_beyond_a_physical_bound_is_outside(sole: tuple[float, float, float]) -> None:
    """Forces and moments of the size that the sole can bear, up to twice of it: each bound is broken by many."""
    x, y, friction = sole
    size = np.array((friction, friction, 1.0, y, x, friction * math.hypot(x, y)))
    wrenches = 300.0 * size * np.random.default_rng(7).uniform(-2.0, 2.0, (20_000, 6)) + (0, 0, 300.0, 0, 0, 0)
    excess = physical_excess(wrenches, *sole)
    outside = (compute_wrench_cone(*sole) @ wrenches.T).max(axis=0) > 0.0
    assert outside[(excess > 0.0).any(axis=1)].all()
    for bound in range(5):
        alone = (excess[:, bound] > 0.0) & (np.delete(excess, bound, axis=1) < 0.0).all(axis=1)
        assert alone.sum() > 20 or bound == 0  # a pull breaks all others
    assert 50 < (~outside).sum()


@pytest.mark.parametrize("sole", SOLES)
def test_the_cone_knows_no_size(sole: tuple[float, float, float]) -> None:
    """A wrench times any positive number stays on its side of every facet, and any two inside add up to one inside."""
    generator, cone = np.random.default_rng(8), compute_wrench_cone(*sole)
    wrenches = generator.standard_normal((500, 6)) * (1, 1, 1, sole[1], sole[0], sole[0]) + (0, 0, 2, 0, 0, 0)
    sides = np.sign(cone @ wrenches.T)
    for factor in (1e-3, 1.0, 1e4):
        np.testing.assert_array_equal(np.sign(cone @ (factor * wrenches).T), sides)
    inside = generator.exponential(1.0, (500, 16)) @ corner_generators(*sole)
    assert (cone @ (inside + inside[::-1]).T).max() < 1e-9


@pytest.mark.parametrize("sole", SOLES)
def test_more_friction_or_a_larger_sole_bear_more(sole: tuple[float, float, float]) -> None:
    """What a sole can hold, one that is better in any respect can hold, too."""
    wrenches = np.random.default_rng(9).exponential(1.0, (500, 16)) @ corner_generators(*sole)
    for index in range(3):
        better = [1.2 * value if i == index else value for i, value in enumerate(sole)]
        assert (compute_wrench_cone(*better) @ wrenches.T).max() < 0.0


@pytest.mark.parametrize("sole", [(0.0, 0.1, 0.5), (0.1, -0.1, 0.5), (0.1, 0.1, 0.0)])
def test_a_sole_without_size_or_friction_is_refused(sole: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="must be > 0"):
        compute_wrench_cone(*sole)


def zmp_of(wrenches: list, positions: list, rotations: list | None = None) -> tuple[float, float]:
    (left, right), (left_position, right_position) = rotations or [np.eye(3)] * 2, np.array(positions, dtype=float)
    return compute_zmp(np.array(wrenches, dtype=float), left, left_position, right, right_position)


def test_zmp_of_equal_feet_is_their_middle() -> None:
    zmp = zmp_of([[0, 0, 300, 0, 0, 0]] * 2, [[0.3, 0.1, 0], [0.1, -0.1, 0]])
    assert zmp == pytest.approx((0.2, 0.0))


def test_zmp_moves_with_the_load() -> None:
    zmp = zmp_of([[0, 0, 400, 0, 0, 0], [0, 0, 100, 0, 0, 0]], [[0, 0.1, 0], [0, -0.1, 0]])
    assert zmp == pytest.approx((0.0, 0.06))


def test_zmp_of_one_foot_is_its_centre_of_pressure() -> None:
    """A force at (50, −20) mm of a foot that is turned by 90°."""
    turned = pin.exp3(np.array((0.0, 0.0, math.pi / 2)))
    torque = np.cross((0.05, -0.02, 0.0), (0.0, 0.0, 500.0))
    zmp = zmp_of([[0, 0, 500, *torque], [0] * 6], [[1.0, 2.0, 0], [9, 9, 0]], [turned, np.eye(3)])
    assert zmp == pytest.approx((1.02, 2.05))


def test_zmp_of_random_pressure_is_its_weighted_mean() -> None:
    generator = np.random.default_rng(2)
    positions = generator.uniform(-0.5, 0.5, (2, 3)) * (1, 1, 0)
    rotations = [pin.exp3(np.array((0.0, 0.0, yaw))) for yaw in (0.4, -1.0)]
    points = generator.uniform(-0.1, 0.1, (2, 4, 3)) * (1, 1, 0)
    normals = generator.uniform(10, 200, (2, 4))
    forces = np.concatenate([generator.uniform(-5, 5, (2, 4, 2)), normals[..., None]], axis=2)
    wrenches = np.concatenate([forces.sum(axis=1), np.cross(points, forces).sum(axis=1)], axis=1)
    in_world = [positions[i] + points[i] @ rotations[i].T for i in range(2)]
    mean = sum(normals[i] @ in_world[i] for i in range(2)) / normals.sum()
    assert zmp_of(wrenches, positions, rotations) == pytest.approx(tuple(mean[:2]), abs=1e-12)


def test_no_zmp_without_load() -> None:
    assert zmp_of([[0, 0, 9.9, 0, 0, 0]] * 2, [[0, 0, 0]] * 2) == pytest.approx((math.nan, math.nan), nan_ok=True)
    assert zmp_of([[0, 0, 10.1, 0, 0, 0]] * 2, [[0, 0, 0]] * 2) == pytest.approx((0.0, 0.0))


SQUARE = np.array([[0, 0], [1, 1], [1, 0], [0, 1]], dtype=float)


@pytest.mark.parametrize(
    ("point", "margin"),
    [((0.5, 0.5), 0.5), ((0.1, 0.5), 0.1), ((0.5, 0.97), 0.03), ((0.0, 0.3), 0.0), ((1.2, 0.5), -0.2)],
)
def test_margin_in_a_square(point: tuple[float, float], margin: float) -> None:
    assert compute_hull_margin(np.array(point), SQUARE) == pytest.approx(margin, abs=1e-12)


def test_corners_inside_the_hull_and_their_order_do_not_matter() -> None:
    generator = np.random.default_rng(4)
    crowd = np.concatenate([SQUARE, generator.uniform(0.05, 0.95, (20, 2)), SQUARE, [[0.5, 0.0]]])
    for _ in range(5):
        generator.shuffle(crowd)
        assert compute_hull_margin(np.array((0.3, 0.6)), crowd) == pytest.approx(0.3, abs=1e-12)


def test_margin_in_a_triangle_is_the_inscribed_radius() -> None:
    triangle = np.array([[0, 0], [3, 0], [0, 4]], dtype=float)
    assert compute_hull_margin(np.array((1.0, 1.0)), triangle) == pytest.approx(1.0)
    assert compute_hull_margin(np.array((3.0, 4.0)), triangle) == pytest.approx(-12.0 / 5.0)


def test_margin_turns_with_the_polygon() -> None:
    turn = pin.exp3(np.array((0.0, 0.0, 0.7)))[:2, :2]
    turned = compute_hull_margin(turn @ np.array((0.2, 0.4)) + 3.0, SQUARE @ turn.T + 3.0)
    assert turned == pytest.approx(0.2, abs=1e-12)


def test_reach_is_bounded_by_edge_or_by_ankle() -> None:
    weak = compute_sole_reach(0.11, 0.04, -0.05, 10.0, 500.0)
    assert (weak.x_min, weak.x_max, weak.y_max) == pytest.approx((-0.07, -0.03, 0.02))
    strong = compute_sole_reach(0.11, 0.04, -0.05, 1000.0, 500.0)
    assert (strong.x_min, strong.x_max, strong.y_max) == pytest.approx((-0.11, 0.11, 0.04))
