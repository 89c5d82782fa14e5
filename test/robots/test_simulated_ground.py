"""The simulated ground is where the site's description says, as high and as soft."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import mujoco
import numpy as np
import pytest

from robot_trials.config.site import Site
from robot_trials.config.site.ground import BoardSpec, GroundSpec, MatSpec, RampSpec
from robot_trials.robots import RobotProfile, SimOptions, open_robot
from robot_trials.robots.mujoco.robot import MujocoRobot
from robot_trials_control.records import Record, make_control_sample, make_robot_command

Opener = Callable[[GroundSpec], MujocoRobot]
FROM = 3.0
"""Height from which the ground is probed [m]."""


@pytest.fixture
def open_on(profile: RobotProfile, site: Site) -> Iterator[Opener]:
    """Robots at x = 0 on some ground with level slabs."""
    opened: list[MujocoRobot] = []

    def open_one(ground: GroundSpec) -> MujocoRobot:
        here = site._replace(ground=ground, fiducials=(), start=site.start._replace(x=0.0))
        options = SimOptions(camera="off", floor_unevenness=0.0, noise=False)
        robot = open_robot(profile, here, options)
        assert isinstance(robot, MujocoRobot)
        opened.append(robot)
        return robot

    yield open_one
    for robot in opened:
        robot.close()


def probe(robot: MujocoRobot, x: float, y: float = 0.6) -> float:
    """Height of what is hit first from above, with the slabs laid around x [m]."""
    robot._paving.follow(x)
    mujoco.mj_kinematics(robot.model, robot.data)
    hit = np.zeros(1, np.int32)
    down = np.array([0.0, 0.0, -1.0])
    return FROM - mujoco.mj_ray(robot.model, robot.data, np.array([x, y, FROM]), down, None, 1, -1, hit)


@pytest.mark.parametrize("slope", [8.0, -8.0])
def test_slabs_lie_along_the_ramps(open_on: Opener, slope: float) -> None:
    ramps = RampSpec(x_min=1.5, x_max=4.0, slope_deg=slope), RampSpec(x_min=4.0, x_max=6.0, slope_deg=-slope)
    ground = GroundSpec(ramps=ramps)
    robot = open_on(ground)
    for x in np.arange(-1.03, 8.0, 0.17):
        assert probe(robot, float(x)) == pytest.approx(ground.height(float(x)), abs=2e-3)


def test_boards_are_as_high_as_said_on_level_and_sloping_ground(open_on: Opener) -> None:
    boards = BoardSpec(x_min=0.6, x_max=0.8, height=0.03), BoardSpec(x_min=3.0, x_max=3.5, height=0.04)
    ground = GroundSpec(ramps=(RampSpec(x_min=2.0, x_max=5.0, slope_deg=8.0),), boards=boards)
    robot = open_on(ground)
    for board in boards:
        for x in (board.x_min + 0.02, 0.5 * (board.x_min + board.x_max), board.x_max - 0.02):
            assert probe(robot, x) - ground.height(x) == pytest.approx(board.height, abs=1e-3)
        for x in (board.x_min - 0.02, board.x_max + 0.02):
            assert probe(robot, x) - ground.height(x) == pytest.approx(0.0, abs=2e-3)


@pytest.mark.parametrize("sink", [0.01, 0.02])
def test_a_standing_robot_sinks_into_a_mat(open_on: Opener, profile: RobotProfile, sink: float) -> None:
    robot = open_on(GroundSpec(mats=(MatSpec(x_min=-2.0, x_max=2.0, sink=sink),)))
    assert probe(robot, 0.5) == pytest.approx(sink, abs=1e-3)
    hold(robot, profile, 1.0)
    height = robot.sole_poses()[:, 2, 3]
    assert np.all(height < 0.6 * sink) and np.all(height > -0.6 * sink)


def hold(robot: MujocoRobot, profile: RobotProfile, seconds: float) -> Record:
    """Hold the nominal posture stiffly."""
    sample, command = make_control_sample(len(profile.joint_names)), make_robot_command(len(profile.joint_names))
    command.position[:] = profile.nominal_array
    command.kp[:] = 10.0 * profile.torque_limit_array("urdf")
    command.kd[:] = 0.05 * command.kp
    for _ in range(round(seconds / 0.002)):
        robot.read_state(sample.state)
        robot.write_command(command, sample.torque_applied)
    return sample
