"""Frames of a site."""

from __future__ import annotations

import numpy as np
import pytest

from robot_trials.config import load_trial_setup
from robot_trials.config.site import compute_tag_transform


@pytest.mark.parametrize(("yaw", "pitch"), [(0.0, 0.0), (180.0, 0.0), (37.0, -20.0), (-120.0, 60.0)])
def test_tag_frame_is_right_handed_and_upright(yaw: float, pitch: float) -> None:
    transform = compute_tag_transform((1.0, 2.0, 3.0), yaw, pitch)
    rotation = transform[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)
    assert rotation[2, 0] == pytest.approx(0.0)  # the reader's right is level
    assert rotation[2, 1] > 0.0  # and its up points up
    np.testing.assert_array_equal(transform[:3, 3], [1.0, 2.0, 3.0])


def test_a_tag_facing_the_walker_has_its_right_on_the_walkers_right() -> None:
    rotation = compute_tag_transform((0.0, 0.0, 1.0), 180.0, 0.0)[:3, :3]
    np.testing.assert_allclose(rotation[:, 2], [-1.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(rotation[:, 0], [0.0, -1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(rotation[:, 1], [0.0, 0.0, 1.0], atol=1e-12)


def test_lane_boards_alternate_and_turn_inwards() -> None:
    setup = load_trial_setup("torch_relay")
    site, course = setup.site, setup.course
    boards = [tag for tag in site.fiducials if tag.mount == "map"]
    positions = np.array([board.transform_mount_tag[:3, 3] for board in boards])
    normals = np.array([board.transform_mount_tag[:3, 2] for board in boards])
    np.testing.assert_allclose(np.diff(positions[:, 0]), 5.0)
    assert np.all(np.sign(positions[1:, 1]) == -np.sign(positions[:-1, 1]))
    assert np.all(np.abs(positions[:, 1]) > site.lane.width / 2)  # beside the lane, not on it
    assert np.all(normals[:, 0] < 0.0)  # facing who walks along x
    assert np.all(normals[:, 1] * positions[:, 1] <= 0.0)  # turned to the middle
    assert positions[-1, 0] > course.receiver.robot_stance.x  # one is ahead to the very end


def test_people_stand_clear_of_the_robots_way() -> None:
    course = load_trial_setup("torch_relay").course
    for person in (course.giver, course.receiver):
        assert abs(person.stance.y - person.robot_stance.y) >= 0.75
        offset = person.grip - [person.robot_stance.x, person.robot_stance.y, 0.0]
        assert np.linalg.norm(offset[:2]) < 0.6  # within the arm's reach
