"""What is left out of the head camera's picture is not in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from robot_trials.exceptions import RobotFault
from robot_trials.robots import RobotProfile
from robot_trials.robots.mujoco.cameras.field_of_view import FieldOfView
from robot_trials.robots.mujoco.cameras.rendering import make_renderer, make_scene_option
from robot_trials.robots.mujoco.groups import HIDDEN_GROUP
from robot_trials.robots.mujoco.robot import MujocoRobot
from robot_trials.robots.mujoco.rotations import matrix_from_yaw, quaternion_wxyz_from_matrix
from robot_trials.robots.mujoco.world import HEAD_CAMERA

ROUNDING = 2
"""Grey values by which a driver that draws in other tiles may differ."""


@pytest.mark.parametrize("yaw", [0.0, 0.8, 2.0, 3.1, -1.2])
def test_picture_of_the_visible_shapes_is_the_whole_picture(
    yaw: float, make_robot: Callable[..., MujocoRobot], profile: RobotProfile
) -> None:
    """On a lane shorter than the range; some shapes are left out from every side."""
    robot, camera = make_robot(seed=1), profile.camera
    robot.data.qpos[:3] = [9.0, 0.3, 0.85]
    robot.data.qpos[3:7] = quaternion_wxyz_from_matrix(matrix_from_yaw(yaw))
    robot.view.follow()
    try:
        renderer = make_renderer(robot.view.model, camera.width, camera.height, shadows=False)
    except RobotFault as error:
        pytest.skip(str(error))
    field = FieldOfView(robot.view, HEAD_CAMERA, (camera.width, camera.height), camera.matrix)
    option, groups = make_scene_option(), robot.view.model.geom_group
    before = groups.copy()
    renderer.update_scene(robot.view.data, camera=HEAD_CAMERA, scene_option=option)
    whole = renderer.render()
    with field.only():
        assert 20 < (groups == HIDDEN_GROUP).sum() < len(groups) - 5
        renderer.update_scene(robot.view.data, camera=HEAD_CAMERA, scene_option=option)
    difference = np.abs(renderer.render().astype(int) - whole)
    assert difference.max() <= ROUNDING
    np.testing.assert_array_equal(groups, before)
    renderer.close()
