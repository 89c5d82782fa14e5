"""The pose at the time of capture, between the poses kept."""

from __future__ import annotations

import numpy as np
import pytest

from robot_trials.geometry import rotation_to_transform, rotation_z
from robot_trials.perception.pose_history import PoseHistory


def make_history() -> PoseHistory[np.ndarray]:
    history: PoseHistory[np.ndarray] = PoseHistory(duration_ns=500)
    for k in range(101):
        history.append(10 * k, rotation_to_transform(rotation_z(0.001 * k), np.array([0.01 * k, 0.0, 0.85])))
    return history


def as_it_is(transform: np.ndarray) -> np.ndarray:
    return transform


def test_interpolates() -> None:
    pose = make_history().at(905, as_it_is)
    assert pose is not None
    assert np.allclose(pose[:3, 3], [0.905, 0.0, 0.85], atol=1e-4)
    assert np.allclose(pose[:3, :3], rotation_z(0.0905), atol=1e-9)


def test_exact_and_outside() -> None:
    history = make_history()
    newest = history.at(1000, as_it_is)
    assert newest is not None and newest[0, 3] == pytest.approx(1.0)
    assert history.at(1001, as_it_is) is None
    assert history.at(480, as_it_is) is None, "older than the history"
    assert history.at(501, as_it_is) is not None
    assert PoseHistory[np.ndarray]().at(0, as_it_is) is None


def test_time_must_increase() -> None:
    history = make_history()
    with pytest.raises(ValueError, match="time 1000 ns must be > 1000 ns"):
        history.append(1000, np.eye(4))
