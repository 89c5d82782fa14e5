"""Requests and readings that make no sense leave a robot that stands, or one that is damped and says why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from control_bench import Bench

from robot_trials_control.config import WholeBodyGains
from robot_trials_control.exceptions import ModelError
from robot_trials_control.records import Fault, HandMode, MotionMode
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.parameters import RobotParameters


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("walk_target", np.nan),
        ("hand_position", np.inf),
        ("hand_orientation_xyzw", np.nan),
        ("walk_speed", np.nan),
        ("mode", 77),
        ("hand_mode", 9),
        ("payload_mode", 200),
        ("payload_hand", 2),
    ],
)
def test_a_senseless_command_is_dropped(bench: Bench, name: str, value: float) -> None:
    """The command in force before goes on, here standing."""
    bench.step(5)
    good = bench.sample.command.torque.copy()
    bench.motion.hand_mode[:] = HandMode.HEADING
    getattr(bench.motion, name)[...] = value
    status = bench.step(5)
    assert np.isfinite(bench.sample.command.torque).all()
    np.testing.assert_allclose(bench.sample.command.torque, good, atol=1.0)
    assert int(status.mode) == MotionMode.STAND and int(status.fault) == Fault.NONE


def test_a_robot_that_feels_no_gravity_is_not_started(bench: Bench) -> None:
    bench.sample.state.imu_linear_acceleration[:] = 0.0
    status = bench.step(1)
    assert int(status.fault) == Fault.BAD_SENSOR
    np.testing.assert_array_equal(bench.sample.command.torque, 0.0)
    assert (bench.sample.command.kd > 0.0).all()


def test_walking_at_no_speed_is_standing(bench: Bench) -> None:
    bench.motion.mode[...], bench.motion.walk_target[0], bench.motion.walk_speed[...] = MotionMode.WALK_TO, 3.0, 0.0
    assert not int(bench.step(1200).walking)


def test_weights_without_a_unique_solution_are_refused() -> None:
    with pytest.raises(ValueError, match="force_regularisation.*every weight must be > 0"):
        WholeBodyGains(force_regularisation=(0.0,) * 6)
    with pytest.raises(ValueError, match="4 weights, must be 6"):
        WholeBodyGains(force_regularisation=(1.0,) * 4)


def test_an_unknown_head_joint_is_named(parameters: RobotParameters) -> None:
    with pytest.raises(ModelError, match=r"no joint named neck .in head_joints."):
        RobotModel(replace(parameters, head_joints=("neck",)))


def test_a_broken_description_is_named(parameters: RobotParameters, tmp_path: Path) -> None:
    broken = tmp_path / "robot.urdf"
    broken.write_text("<robot><link></robot>")
    with pytest.raises(ModelError, match=r"robot.urdf: not a robot description"):
        RobotModel(replace(parameters, urdf=broken))
