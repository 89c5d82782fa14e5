"""Following a path: where it is aimed, how far along one is, and that the end is exact."""

from __future__ import annotations

import math

import pytest

from robot_trials.geometry import PlanarPose
from robot_trials.path import LOOKAHEAD, PathFollower

BENT: list[PlanarPose] = [(0.0, 0.0, 0.0), (3.0, 0.0, 0.0), (3.0, 4.0, 2.0)]


def walk(path: list[PlanarPose], start: PlanarPose, stride: float = 0.05) -> list[PlanarPose]:
    """Poses of a point that always walks straight at its target."""
    follower, way = PathFollower(path), [start]
    for _ in range(1000):
        x, y, _ = way[-1]
        target = follower.target(way[-1])
        distance = math.hypot(target[0] - x, target[1] - y)
        if distance < stride:
            return way
        share = stride / distance
        way.append((x + share * (target[0] - x), y + share * (target[1] - y), target[2]))
    raise AssertionError("never there")


def test_it_is_aimed_ahead_on_the_path_and_walked_at() -> None:
    follower = PathFollower(BENT)
    x, y, yaw = follower.target((0.5, 0.3, 0.0))
    assert (x, y) == pytest.approx((0.5 + LOOKAHEAD, 0.0)) and follower.progress == pytest.approx(0.5)
    assert yaw == pytest.approx(math.atan2(-0.3, LOOKAHEAD))


def test_the_end_is_the_last_pose_itself() -> None:
    follower = PathFollower(BENT)
    for x, y in ((1.0, 0.0), (2.5, 0.0), (3.0, 1.0), (2.9, 2.5)):
        assert follower.target((x, y, 0.0)) != BENT[-1]
    assert follower.target((3.1, 3.5, 1.5)) == BENT[-1]
    assert follower.target((3.0, 4.2, 1.5)) == BENT[-1]


def test_corners_are_cut_by_less_than_half_a_lane() -> None:
    follower = PathFollower(BENT)
    way = walk(BENT, (0.0, 0.0, 0.0))
    deviations = [follower.deviation(x, y) for x, y, _ in way]
    assert 0.05 < max(deviations) < 0.4
    assert math.dist(way[-1][:2], BENT[-1][:2]) < 0.05


def test_beside_the_path_it_comes_back_to_it() -> None:
    way = walk([(0.0, 0.0, 0.0), (8.0, 0.0, 0.0)], (0.0, 1.0, 0.0))
    assert all(abs(y) < 0.1 for x, y, _ in way if x > 4.0)


def test_progress_never_goes_back_and_a_crossing_does_not_cut_short() -> None:
    loop = [(0.0, 0.0, 0.0), (4.0, 0.0, 0.0), (4.0, 4.0, 0.0), (2.0, 4.0, 0.0), (2.0, -4.0, 0.0)]
    follower = PathFollower(loop)
    follower.target((2.0, 0.0, 0.0))
    assert follower.progress == pytest.approx(2.0)
    follower.target((1.0, 0.0, 0.0))
    assert follower.progress == pytest.approx(2.0)
    assert len(walk(loop, (0.0, 0.0, 0.0))) * 0.05 > 0.85 * PathFollower(loop).length


@pytest.mark.parametrize(("path", "lookahead"), [([(1.0, 1.0, 0.0)], 1.0), ([(1.0, 1.0, 0.0)] * 3, 1.0), (BENT, 0.0)])
def test_what_is_no_path_is_refused(path: list[PlanarPose], lookahead: float) -> None:
    with pytest.raises(ValueError, match="path"):
        PathFollower(path, lookahead)
