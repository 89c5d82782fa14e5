"""What the estimator benchmark makes of its runs, and what its judge makes of a sample."""

from __future__ import annotations

import argparse
import math
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks import estimator
from benchmarks.estimator_picture import draw_errors
from benchmarks.harness import Figure
from robot_trials.geometry import rotation_to_quaternion, rotation_z
from robot_trials.robots.estimate_judge import EVERY, EstimateJudge
from robot_trials_control.records import Record, make_control_sample

ERROR_NAMES = [name for name, _, _ in estimator.ERROR_FIGURES]


def run(seed: int = 0, **changes: object) -> estimator.Run:
    good = estimator.Run(
        seed,
        way=99.5,
        drift=0.8,
        yaw=-0.01,
        errors=dict.fromkeys(ERROR_NAMES, 0.002),
        motion_nees=4.0,
        position_nees=1.5,
        dropout_falls=dict.fromkeys(estimator.GROUPS, 0) if seed == 0 else {},
        dropout_error=dict.fromkeys(estimator.GROUPS, 0.02) if seed == 0 else {},
    )
    for name, value in changes.items():
        setattr(good, name, value)
    return good


def by_name(*runs: estimator.Run) -> dict[str, Figure]:
    return {figure.name: figure for figure in estimator.gather_figures(runs, 100.0)}


def test_good_runs_meet_every_target() -> None:
    figures = by_name(run(), run(1, drift=1.2, yaw=0.02))
    assert all(figure.is_met for figure in figures.values())
    assert figures["drift_max"].value == 1.2
    assert figures["yaw_error_max"].value == pytest.approx(math.degrees(0.02))
    assert figures["velocity_rms"].value == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("falls", {"fell": True}),
        ("way_min", {"way": 90.0}),
        ("drift_max", {"drift": 1.51}),
        ("motion_nees", {"motion_nees": 30.0}),
        ("position_nees", {"position_nees": 20.0}),
        ("dropout_imu_falls", {"dropout_falls": {"imu": 1, "joints": 0, "feet": 0}}),
    ],
)
def test_what_is_short_shows(name: str, changes: dict[str, object]) -> None:
    figures = by_name(run(**changes), run(1))
    assert [figure.name for figure in figures.values() if not figure.is_met] == [name]


@pytest.mark.parametrize(
    ("freedom", "low", "high"), [(2, 0.0506, 7.378), (5, 0.831, 12.833), (10, 3.247, 20.483), (25, 13.120, 40.646)]
)
def test_the_band_is_the_tables(freedom: int, low: float, high: float) -> None:
    found = estimator.chi_square_band(freedom)
    assert found == (pytest.approx(low, rel=0.03, abs=0.04), pytest.approx(high, rel=0.01))


def test_only_the_first_seed_drops_sensors_out() -> None:
    options = argparse.Namespace(seeds=3, first_seed=7, length=None, quick=False, moments=None)
    jobs = estimator.plan_jobs(options)
    assert [(job.seed, job.moments, job.length) for job in jobs] == [(7, 12, 100.0), (8, 0, 100.0), (9, 0, 100.0)]


def make_sample() -> Record:
    """Truth a metre along x, turned by 0.5; the estimate is right."""
    sample = make_control_sample(4)
    quaternion = rotation_to_quaternion(rotation_z(0.5))
    sample.truth.base_position[:] = sample.status.base_position[:] = (1.0, 0.0, 0.8)
    sample.truth.base_orientation_xyzw[:] = sample.status.base_orientation_xyzw[:] = quaternion
    sample.truth.base_linear_velocity[:] = sample.status.base_linear_velocity[:] = (0.4, 0.1, 0.0)
    return sample


def look(sample: Record, covariance: np.ndarray) -> EstimateJudge:
    judge = EstimateJudge(covariance)
    for _ in range(2 * EVERY):
        judge.update(sample)
    return judge


def test_a_right_estimate_has_no_error() -> None:
    errors = look(make_sample(), np.eye(23)).errors()
    assert len(errors.time) == 2
    for name in ("position", "velocity", "tilt", "yaw", "motion_nees", "position_nees", "way"):
        np.testing.assert_allclose(getattr(errors, name), 0.0, atol=1e-12)


def test_errors_are_in_the_axes_that_are_said() -> None:
    """Twenty milliradians of yaw error turn the velocity into base axes; the position's variance has a lever of 1 m."""
    sample = make_sample()
    sample.status.base_orientation_xyzw[:] = rotation_to_quaternion(rotation_z(0.52))
    sample.status.base_position[1] += 0.03
    covariance = np.zeros((23, 23))
    covariance[range(9), range(9)] = 3 * [0.01] + 3 * [0.04] + 3 * [0.0]
    errors = look(sample, covariance).errors()
    assert errors.yaw[0] == pytest.approx(0.02)
    np.testing.assert_allclose(errors.position[0], (0.0, 0.03, 0.0), atol=1e-12)
    np.testing.assert_allclose(errors.velocity_deviation[0], 0.2)
    np.testing.assert_allclose(errors.position_deviation[0, 1] ** 2, 0.01 * (1.0 + 0.8**2), rtol=1e-6)
    speed = math.hypot(0.4, 0.1) * 0.02
    assert np.linalg.norm(errors.velocity[0]) == pytest.approx(speed, rel=1e-3)
    assert errors.motion_nees[0] == pytest.approx(speed**2 / 0.04, rel=1e-3)


def test_the_picture_is_one_panel_an_error() -> None:
    way = np.linspace(0.0, 10.0, 50)
    curve = np.column_stack((way, *(np.sin(way) for _ in range(3)), *(0.1 + 0.1 * way for _ in range(3))))
    tree = ElementTree.fromstring(draw_errors([curve, 0.5 * curve + (5.0, 0, 0, 0, 0, 0, 0)]))
    names = [element.tag.rpartition("}")[2] for element in tree.iter()]
    assert names.count("polygon") == 3 and names.count("polyline") == 6
