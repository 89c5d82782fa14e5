"""The filter finds where odom lies on the map, and does not fall for wrong tags."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot_trials.geometry import (
    PlanarPose,
    compose_planar,
    invert_planar,
    invert_transform,
    planar_to_transform,
    rotation_z,
    wrap_angle,
)
from robot_trials.perception.localization import REJECTIONS_MAX, Localization, SiteTag
from robot_trials.robots.interface import FiducialObservation

TRUE_MAP_TO_ODOM: PlanarPose = (0.25, -0.2, 0.08)
CAMERA_IN_BASE = np.array([[0.0, 0.0, 1.0, 0.1], [-1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 0.7], [0.0, 0.0, 0.0, 1.0]])


def make_board(x: float, y: float) -> SiteTag:
    """An upright tag whose face looks back along the lane (map −x)."""
    transform = np.eye(4)
    transform[:3, :3] = np.array([[0.0, 0.0, -1.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    transform[:3, 3] = x, y, 1.0
    return SiteTag(transform, 0.3)


TAGS = {100 + k: make_board(2.5 + 2.5 * k, 1.4 if k % 2 else -1.4) for k in range(8)}


def camera_pose(map_to_odom: PlanarPose, base_map: PlanarPose) -> tuple[np.ndarray, np.ndarray]:
    """Camera pose in odom and in map for a base pose in map; the base stands 0.85 m high."""
    lift = np.eye(4)
    lift[2, 3] = 0.85
    in_map = planar_to_transform(base_map) @ lift @ CAMERA_IN_BASE
    return planar_to_transform(invert_planar(map_to_odom)) @ in_map, in_map


def observe(
    tag_id: int, transform_map_camera: np.ndarray, rng: np.random.Generator, time_ns: int = 0, noise: float = 1.0
) -> FiducialObservation:
    """What the camera sees of a tag, with the noise that the filter assumes."""
    transform = invert_transform(transform_map_camera) @ TAGS[tag_id].transform_map_tag
    distance = float(np.linalg.norm(transform[:3, 3]))
    ray = transform[:3, 3] / distance
    transform[:3, 3] += noise * rng.normal() * 1e-3 * distance**2 / 0.3 * ray
    transform[:3, 3] += noise * rng.normal(size=3) * 3e-3 * distance
    turned = np.eye(4)
    turned[:3, :3] = transform[:3, :3] @ _rotation_y(noise * rng.normal() * 0.03)
    turned[:3, 3] = transform[:3, 3]
    return FiducialObservation(time_ns, tag_id, turned)


def _rotation_y(angle: float) -> np.ndarray:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def visible(base_map: PlanarPose) -> list[int]:
    """Boards ahead of the robot within 8 m."""
    return [tag_id for tag_id, tag in TAGS.items() if 0.5 < tag.transform_map_tag[0, 3] - base_map[0] < 8.0]


def difference(a: PlanarPose, b: PlanarPose) -> tuple[float, float]:
    """Distance and angle between two planar poses."""
    return math.hypot(a[0] - b[0], a[1] - b[1]), abs(wrap_angle(a[2] - b[2]))


def walk(localization: Localization, drift: float, steps: int, rng: np.random.Generator) -> tuple[float, float]:
    """Walk 10 m down the lane while odometry drifts; error of the robot's place at the end."""
    truth = TRUE_MAP_TO_ODOM
    base_map: PlanarPose = (0.0, 0.0, 0.0)
    for step in range(steps):
        base_map = (10.0 * step / steps, 0.05 * math.sin(step), 0.0)
        truth = compose_planar(truth, (0.0, drift / steps, 0.3 * drift / steps))
        odom_camera, map_camera = camera_pose(truth, base_map)
        localization.predict(compose_planar(invert_planar(truth), base_map)[:2] @ np.eye(2), 10.0 / steps, 0.1)
        for tag_id in visible(base_map):
            localization.update(observe(tag_id, map_camera, rng, step), odom_camera)
    base_odom = compose_planar(invert_planar(truth), base_map)
    return difference(compose_planar(localization.map_to_odom, base_odom), base_map)


def test_converges_while_standing() -> None:
    localization = Localization(TAGS, (0.0, 0.0, 0.0))
    rng = np.random.default_rng(1)
    odom_camera, map_camera = camera_pose(TRUE_MAP_TO_ODOM, (-3.0, 0.1, -0.05))
    for step in range(40):
        localization.predict(np.zeros(2), 0.0, 0.1)
        for tag_id in visible((-3.0, 0.1, -0.05)):
            localization.update(observe(tag_id, map_camera, rng, step), odom_camera)
    base_odom = compose_planar(invert_planar(TRUE_MAP_TO_ODOM), (-3.0, 0.1, -0.05))
    offset, turn = difference(compose_planar(localization.map_to_odom, base_odom), (-3.0, 0.1, -0.05))
    assert offset < 0.05 and turn < 0.015
    assert localization.rejected <= 1 and localization.newest_ns == 39
    assert max(localization.deviation[:2]) < 0.1


@pytest.mark.parametrize("seed", range(3))
def test_follows_odometry_drift(seed: int) -> None:
    localization = Localization(TAGS, (0.0, 0.0, 0.0))
    offset, turn = walk(localization, 0.4, 120, np.random.default_rng(seed))
    assert offset < 0.1 and turn < 0.03


def test_deviation_covers_the_error() -> None:
    """Normalised error stays within what 3 degrees of freedom allow."""
    errors = []
    for seed in range(10):
        localization = Localization(TAGS, (0.0, 0.0, 0.0))
        rng = np.random.default_rng(seed)
        odom_camera, map_camera = camera_pose(TRUE_MAP_TO_ODOM, (0.0, 0.0, 0.0))
        for step in range(10):
            for tag_id in visible((0.0, 0.0, 0.0)):
                localization.update(observe(tag_id, map_camera, rng, step), odom_camera)
        error = np.subtract(localization.map_to_odom, TRUE_MAP_TO_ODOM) / localization.deviation
        errors.append(float(np.max(np.abs(error))))
    assert max(errors) < 4.0


def test_wrong_place_is_rejected() -> None:
    localization = Localization(TAGS, TRUE_MAP_TO_ODOM, (0.05, 0.05, 0.02))
    rng = np.random.default_rng(0)
    odom_camera, map_camera = camera_pose(TRUE_MAP_TO_ODOM, (0.0, 0.0, 0.0))
    good = observe(100, map_camera, rng, noise=0.0)
    moved = good.transform_camera_tag.copy()
    moved[0, 3] += 1.0
    before = localization.map_to_odom
    assert not localization.update(FiducialObservation(0, 100, moved), odom_camera)
    assert localization.map_to_odom == before and localization.rejected == 1
    assert localization.update(good, odom_camera)


def test_mirrored_orientation_does_not_turn_the_map() -> None:
    localization = Localization(TAGS, TRUE_MAP_TO_ODOM, (0.05, 0.05, 0.02))
    odom_camera, map_camera = camera_pose(TRUE_MAP_TO_ODOM, (0.0, 0.0, 0.0))
    seen = observe(100, map_camera, np.random.default_rng(0), noise=0.0)
    mirrored = seen.transform_camera_tag.copy()
    mirrored[:3, :3] = mirrored[:3, :3] @ _rotation_y(0.6)
    for _ in range(10):
        assert localization.update(FiducialObservation(0, 100, mirrored), odom_camera)
    assert abs(localization.map_to_odom[2] - TRUE_MAP_TO_ODOM[2]) < 0.01


def test_lost_filter_recovers() -> None:
    """Sure of a wrong place, it doubts itself after enough rejections and finds the right one."""
    localization = Localization(TAGS, (1.5, 1.0, 0.3), (0.01, 0.01, 0.01))
    rng = np.random.default_rng(3)
    odom_camera, map_camera = camera_pose(TRUE_MAP_TO_ODOM, (0.0, 0.0, 0.0))
    for step in range(20 * REJECTIONS_MAX):
        for tag_id in visible((0.0, 0.0, 0.0)):
            localization.update(observe(tag_id, map_camera, rng, step), odom_camera)
    base_odom = compose_planar(invert_planar(TRUE_MAP_TO_ODOM), (0.0, 0.0, 0.0))
    offset, turn = difference(compose_planar(localization.map_to_odom, base_odom), (0.0, 0.0, 0.0))
    assert localization.rejected >= REJECTIONS_MAX
    assert offset < 0.1 and turn < 0.03


def test_unknown_and_far_tags_are_ignored() -> None:
    localization = Localization(TAGS, (0.0, 0.0, 0.0))
    far = np.eye(4)
    far[2, 3] = 12.0
    assert not localization.update(FiducialObservation(0, 9999, far), np.eye(4))
    assert not localization.update(FiducialObservation(0, 100, far), np.eye(4))
    assert localization.accepted == 0 and localization.rejected == 0


def test_heading_drift_turns_about_the_robot() -> None:
    """Walking must not make the robot's own place uncertain by the lever from odom's origin."""
    localization = Localization(TAGS, (0.0, 0.0, 0.0), (0.01, 0.01, 0.0))
    base = np.array([50.0, 0.0])
    localization.predict(base, 1.0, 1.0)
    turned = rotation_z(0.0)[:2, :2] @ base
    jacobian = np.array([[1.0, 0.0, -turned[1]], [0.0, 1.0, turned[0]]])
    place = jacobian @ localization._covariance @ jacobian.T
    assert float(np.sqrt(place[1, 1])) < 0.05


def test_a_place_far_from_odoms_origin_is_known_as_well_as_the_robot_knows_where_it_is() -> None:
    """Odom's own origin is uncertain by the heading's error over the way; the robot's place is not."""
    filter = Localization(TAGS, TRUE_MAP_TO_ODOM, (0.3, 0.3, 0.1))
    rng = np.random.default_rng(3)
    for tag in range(8):
        base = 2.5 * tag, 0.0, 0.0
        odom, in_map = camera_pose(TRUE_MAP_TO_ODOM, base)
        filter.predict(odom[:2, 3].tolist(), 2.5, 3.0)
        filter.update(observe(100 + tag, in_map, rng), odom)
    here = filter.deviation_at(odom[:2, 3].tolist())
    assert max(here) < 0.1 < filter.deviation[1]
    step, place = 1e-6, np.array(odom[:2, 3])
    jacobian = np.zeros((2, 3))
    for axis in range(3):
        pose = list(filter.map_to_odom)
        pose[axis] += step
        moved, still = (compose_planar(tuple(p), (*place, 0.0))[:2] for p in (pose, filter.map_to_odom))
        jacobian[:, axis] = (np.array(moved) - still) / step
    expected = np.sqrt(np.diag(jacobian @ filter._covariance @ jacobian.T))  # noqa: SLF001
    assert here == pytest.approx(expected, rel=1e-5)
