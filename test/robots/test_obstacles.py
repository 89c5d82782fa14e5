"""What stands on a site is solid in every simulator's world, where the site's file says."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from robot_trials.config.site import Region, Site
from robot_trials.robots import RobotProfile, SimOptions, open_robot
from robot_trials.robots.mujoco.robot import MujocoRobot

BLOCK = Region("planter", ((4.0, -1.0), (6.0, -1.0), (6.0, 1.0), (4.0, 1.0)), 0.8)
LINE = Region("lawn", ((8.0, -1.0), (9.0, -1.0), (9.0, 1.0)))


def test_an_obstacle_has_walls_and_a_place_without_height_has_none(profile: RobotProfile, site: Site) -> None:
    robot = open_robot(profile, site._replace(keep_out=(BLOCK, LINE)), SimOptions(camera="off"))
    assert isinstance(robot, MujocoRobot)
    try:
        mujoco.mj_kinematics(robot.model, robot.data)
        hit = np.zeros(1, np.int32)
        origin, ahead = np.array([3.0, 0.3, 0.5]), np.array([1.0, 0.0, 0.0])
        distance = mujoco.mj_ray(robot.model, robot.data, origin, ahead, None, 1, -1, hit)
        assert distance == pytest.approx(0.95, abs=1e-6)
        assert robot.model.geom(int(hit[0])).name == "planter_3"
        names = [robot.model.geom(index).name for index in range(robot.model.ngeom)]
        assert not [name for name in names if name.startswith("lawn")]
    finally:
        robot.close()
