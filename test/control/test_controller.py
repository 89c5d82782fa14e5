"""The whole step of a standing controller: commands, status, drives and the camera's pose."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from control_bench import PERIOD, Bench, standing_configuration, write_standing

from robot_trials_control.config import ControllerConfig, DriveGains, EstimatorGains
from robot_trials_control.records import LEFT, RIGHT, MotionMode, Support, make_robot_command, make_robot_state
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.robot.parameters import RobotParameters
from robot_trials_control.status import DECIMATION
from robot_trials_control.whole_body.drive import DriveCommand


def test_a_standing_robot_is_told_to_carry_itself(bench: Bench) -> None:
    status = bench.step(50)
    torque = bench.sample.command.torque
    np.testing.assert_allclose(torque, bench.sample.state.joint_torque, atol=15.0)
    knees = [bench.controller.joint_names.index(f"leg_{side}4_joint") for side in "lr"]
    np.testing.assert_allclose(torque[knees[0]], torque[knees[1]], atol=0.5)
    assert int(status.qp_status) == 1 and int(status.qp_failures) == 0
    assert float(status.torque_ratio) == pytest.approx(
        np.abs(torque / bench.controller.model.parameters.torque_limits).max()
    )


def test_status_tells_where_the_robot_is(bench: Bench) -> None:
    status, model = bench.step(DECIMATION), bench.controller.model
    q = standing_configuration(model)
    np.testing.assert_allclose(status.base_position, q[:3], atol=1e-3)
    np.testing.assert_allclose(status.base_orientation_xyzw, (0, 0, 0, 1), atol=1e-4)
    np.testing.assert_allclose(status.foot_pose[:, :3], [[0, 0.1, 0], [0, -0.1, 0]], atol=0.03)
    data = model.model.createData()
    pin.framesForwardKinematics(model.model, data, q)
    for side in (LEFT, RIGHT):
        grip = data.oMf[model.grip_ids[side]]
        np.testing.assert_allclose(status.hand_pose[side, :3], grip.translation, atol=1e-3)
        np.testing.assert_allclose(pin.Quaternion(status.hand_pose[side, 3:]).matrix(), grip.rotation, atol=1e-3)
    np.testing.assert_allclose(status.com, pin.centerOfMass(model.model, data, q), atol=1e-3)
    np.testing.assert_allclose(status.dcm, status.com[:2], atol=1e-3)
    np.testing.assert_allclose(status.zmp, 0.0, atol=1e-3)
    assert int(status.support) == Support.BOTH and not int(status.walking) and int(status.mode) == MotionMode.STAND


def test_status_tells_how_far_the_pressure_is_from_the_edge(bench: Bench) -> None:
    """Half the sole's length in front and behind; the whole load 100 mm ahead of the soles' middle leaves 22 mm."""
    assert float(bench.step(DECIMATION).zmp_margin) == pytest.approx(0.122, abs=2e-3)
    bench.sample.state.foot_wrench[:, 4] = -0.1 * bench.sample.state.foot_wrench[:, 2]
    status = bench.step(DECIMATION)
    np.testing.assert_allclose(status.zmp, (0.1, 0.0), atol=2e-3)
    assert float(status.zmp_margin) == pytest.approx(0.022, abs=2e-3)


def test_it_does_not_walk_before_the_gyro_is_tared(parameters: RobotParameters) -> None:
    bench = Bench(parameters, ControllerConfig(estimator=EstimatorGains(tare_start=0.04, tare_time=0.1)))
    bench.motion.mode[...] = MotionMode.WALK_TO
    bench.motion.walk_target[0], bench.motion.walk_speed[...] = 3.0, 0.5
    assert not int(bench.step(round(0.14 / PERIOD) - 2).walking)
    assert int(bench.step(4).walking)


def test_reset_forgets_where_it_was(bench: Bench) -> None:
    first = bench.step(1).base_position.copy()
    bench.sample.state.imu_angular_velocity[2] = 0.5
    bench.step(100)
    assert bench.sample.status.base_orientation_xyzw[2] > 0.01
    write_standing(bench.controller.model, bench.sample.state)
    bench.controller.reset()
    status = bench.step(1)
    np.testing.assert_allclose(status.base_position, first, atol=1e-9)
    np.testing.assert_allclose(status.base_orientation_xyzw, (0, 0, 0, 1), atol=1e-6)


def test_the_same_readings_give_the_same_bytes(parameters: RobotParameters) -> None:
    outputs = []
    for _ in range(2):
        bench, generator = Bench(parameters), np.random.default_rng(3)
        noise = bench.sample.state.imu_angular_velocity
        for _ in range(40):
            noise[:] = 0.003 * generator.standard_normal(3)
            bench.step()
        outputs.append(bench.sample.command.to_bytes() + bench.sample.status.to_bytes())
    assert outputs[0] == outputs[1]


def test_hands_open_and_close_as_asked(bench: Bench) -> None:
    bench.motion.hand_closed[:] = 0.0, 1.0
    bench.step()
    np.testing.assert_array_equal(bench.sample.command.hand_closed, (0.0, 1.0))


def test_camera_pose_follows_the_head(bench: Bench) -> None:
    controller = bench.controller
    model, joints = controller.model, controller.model.nominal_joints.copy()
    yaw = controller.joint_names.index(model.parameters.head_joints[0])
    for angle in (0.0, 0.4):
        joints[yaw] = angle
        q = pin.neutral(model.model)
        q[7:] = joints
        data = model.model.createData()
        pin.framesForwardKinematics(model.model, data, q)
        pose = controller.camera_pose_base(joints)
        np.testing.assert_allclose(pose, data.oMf[model.camera_id].homogeneous, atol=1e-12)
        assert np.arctan2(pose[1, 2], pose[0, 2]) == pytest.approx(angle, abs=1e-6)


@pytest.fixture
def drive(model: RobotModel) -> DriveCommand:
    """Drives of a robot at rest."""
    made, state = DriveCommand(model, DriveGains(), PERIOD), make_robot_state(model.nu)
    made.reset(state)
    return made


def test_a_drive_at_rest_gets_the_solved_torque(drive: DriveCommand, model: RobotModel) -> None:
    state, command = make_robot_state(model.nu), make_robot_command(model.nu)
    torque = np.linspace(-5.0, 5.0, model.nu)
    drive.write(np.zeros(model.nv), torque, state, command)
    np.testing.assert_array_equal(command.torque, torque)
    assert not command.position.any() and not command.velocity.any()
    legs = [model.moves_a_foot(i) for i in range(model.nu)]
    np.testing.assert_array_equal(command.kp, np.where(legs, 0.0, DriveGains().arm_stiffness))


def test_an_acceleration_that_stiction_swallows_builds_up_and_leaks(drive: DriveCommand, model: RobotModel) -> None:
    """Steady state of v̇ = a − v/T: the reference runs ahead by a T, and back to the measured joint afterwards."""
    state, command, gains = make_robot_state(model.nu), make_robot_command(model.nu), DriveGains()
    still = np.zeros(model.nu)
    for _ in range(500):
        drive.write(np.full(model.nv, 2.0), still, state, command)
    velocity = 2.0 * gains.velocity_time_constant
    np.testing.assert_allclose(command.velocity, velocity, rtol=0.05)
    np.testing.assert_allclose(command.position, velocity * gains.position_time_constant, rtol=0.06)
    friction = gains.friction_share * model.parameters.friction
    np.testing.assert_allclose(command.torque, friction * np.tanh(velocity / 0.05), rtol=0.05)
    for _ in range(500):
        drive.write(np.zeros(model.nv), still, state, command)
    np.testing.assert_allclose(command.position, 0.0, atol=1e-4)


def test_a_tilted_start_does_not_need_a_level_floor_sensor(bench: Bench) -> None:
    """A robot switched on leaning by 3° knows its tilt from gravity alone."""
    tilt = np.deg2rad(3.0)
    bench.sample.state.imu_linear_acceleration[:] = (-GRAVITY * np.sin(tilt), 0.0, GRAVITY * np.cos(tilt))
    x, y, z, w = bench.step().base_orientation_xyzw
    assert 2.0 * np.arcsin(np.hypot(x, y)) == pytest.approx(tilt, abs=1e-3)
    assert y > 0.0
