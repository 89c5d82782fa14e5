"""Tags in synthetic pictures come back with their number and pose."""

from __future__ import annotations

import math

import numpy as np
import pytest
from perception_scene import CAMERA_MATRIX, facing_pose, render_tags

from robot_trials.perception.fiducials import FiducialDetector
from robot_trials.robots.interface import CameraFrame


def detect(detector: FiducialDetector, poses: dict[int, np.ndarray], size: float, time_ns: int = 0, seed: int = 0):
    picture = render_tags(poses, size, seed=seed)
    return detector.detect(CameraFrame(time_ns, picture, CAMERA_MATRIX))


def angle_between(a: np.ndarray, b: np.ndarray) -> float:
    """Angle of the relative rotation [rad]."""
    cosine = (float(np.sum(a[:3, :3] * b[:3, :3])) - 1.0) / 2.0
    return math.acos(max(-1.0, min(1.0, cosine)))


@pytest.mark.parametrize(
    ("x", "y", "z", "yaw", "pitch"),
    [(0.0, 0.0, 1.0, 0.5, 0.0), (0.4, -0.3, 1.5, -0.6, 0.3), (-0.8, 0.2, 3.0, 0.7, 0.1)],
)
def test_pose_of_a_turned_tag(x: float, y: float, z: float, yaw: float, pitch: float) -> None:
    pose = facing_pose(x, y, z, yaw, pitch)
    (observation,) = detect(FiducialDetector({7: 0.2}), {7: pose}, 0.2)
    assert observation.tag_id == 7
    distance = float(np.linalg.norm(pose[:3, 3]))
    pixel = 1.0e-3  # the noise that the localization assumes [rad]
    assert np.linalg.norm(observation.transform_camera_tag[:3, 3] - pose[:3, 3]) < 0.01 + pixel * distance**2 / 0.2
    assert angle_between(observation.transform_camera_tag, pose) < math.radians(3.0)


def test_tags_are_told_apart_and_unknown_ones_left_out() -> None:
    poses = {
        3: facing_pose(-0.4, 0.0, 1.2, 0.4),
        9: facing_pose(0.4, 0.0, 1.2, -0.4),
        11: facing_pose(0.0, 0.0, 1.2, 0.3),
    }
    observations = detect(FiducialDetector({3: 0.2, 9: 0.2}), poses, 0.2)
    assert [observation.tag_id for observation in observations] == [3, 9]
    assert observations[0].transform_camera_tag[0, 3] < 0.0 < observations[1].transform_camera_tag[0, 3]


def test_ambiguous_view_keeps_to_the_last_orientation() -> None:
    """Far and almost frontal, single pictures flip; with a memory of a clear view they stay near the truth."""
    detector = FiducialDetector({5: 0.15})
    near = facing_pose(0.3, 0.0, 0.8, 0.30)
    far = facing_pose(0.3, 0.0, 2.6, 0.30)
    detect(detector, {5: near}, 0.15, time_ns=0)
    worst = 0.0
    for k in range(1, 9):
        (observation,) = detect(detector, {5: far}, 0.15, time_ns=100_000_000 * k, seed=k)
        worst = max(worst, angle_between(observation.transform_camera_tag, far))
    assert worst < 0.30


def test_empty_picture_has_no_tags() -> None:
    assert detect(FiducialDetector({5: 0.15}), {}, 0.15) == []


def test_size_must_be_positive() -> None:
    with pytest.raises(ValueError, match=r"fiducial 4: size 0\.0 m must be > 0"):
        FiducialDetector({4: 0.0})
