"""People and what they hold are placed by averaging what was seen of them lately."""

from __future__ import annotations

import numpy as np
import pytest

from robot_trials.geometry import invert_transform, rotation_to_transform, rotation_z
from robot_trials.perception.targets import WINDOW_NS, MountedTag, TargetTracker
from robot_trials.robots.interface import FiducialObservation

TAG_ON_TORCH = rotation_to_transform(rotation_z(0.3), np.array([0.02, 0.0, -0.2]))
CAMERA = rotation_to_transform(rotation_z(-0.4), np.array([0.1, 0.2, 1.5]))
TORCH = rotation_to_transform(rotation_z(0.1), np.array([0.5, -0.3, 1.0]))


def make_tracker() -> TargetTracker:
    return TargetTracker({21: MountedTag("torch", TAG_ON_TORCH), 22: MountedTag("giver", np.eye(4))})


def sight(time_ns: int, offset: np.ndarray, tag_id: int = 21) -> FiducialObservation:
    moved = TORCH.copy()
    moved[:3, 3] += offset
    return FiducialObservation(time_ns, tag_id, invert_transform(CAMERA) @ moved @ TAG_ON_TORCH)


def test_mean_of_noise_is_better_than_one_look() -> None:
    tracker, rng = make_tracker(), np.random.default_rng(0)
    for k in range(20):
        assert tracker.update(sight(40_000_000 * k, rng.normal(0.0, 0.01, 3)), CAMERA) == "torch"
    pose = tracker.pose("torch")
    assert pose is not None
    assert np.linalg.norm(pose.transform[:3, 3] - TORCH[:3, 3]) < 0.008
    assert np.allclose(pose.transform[:3, :3], TORCH[:3, :3], atol=1e-9)
    assert pose.count == 20 and 0.005 < pose.spread < 0.03


def test_outliers_are_left_out() -> None:
    tracker = make_tracker()
    for k in range(9):
        offset = np.array([0.5, 0.0, 0.0]) if k in (2, 6) else np.zeros(3)
        tracker.update(sight(50_000_000 * k, offset), CAMERA)
    pose = tracker.pose("torch")
    assert pose is not None and pose.count == 7
    assert np.allclose(pose.transform, TORCH, atol=1e-9)


def test_old_looks_are_forgotten() -> None:
    tracker = make_tracker()
    tracker.update(sight(0, np.array([0.3, 0.0, 0.0])), CAMERA)
    tracker.update(sight(WINDOW_NS + 1, np.zeros(3)), CAMERA)
    pose = tracker.pose("torch")
    assert pose is not None and pose.count == 1
    assert np.allclose(pose.transform, TORCH, atol=1e-9)
    assert pose.age(WINDOW_NS + 500_000_001) == pytest.approx(0.5)


def test_mounts_are_kept_apart() -> None:
    tracker = make_tracker()
    assert tracker.update(sight(0, np.zeros(3), tag_id=22), CAMERA) == "giver"
    assert tracker.update(sight(0, np.zeros(3), tag_id=33), CAMERA) is None
    assert tracker.pose("torch") is None and tracker.pose("giver") is not None
    with pytest.raises(KeyError, match="no tag on a mount 'receiver'; there are giver, torch"):
        tracker.pose("receiver")
