"""The simulated robot as a `Robot`: repeatable, with drives that saturate and lag, and sensors with known noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from robot_trials.config.world_draw import draw_conditions
from robot_trials.exceptions import RobotFault
from robot_trials.robots import RobotProfile
from robot_trials.robots.mujoco.physics import compute_substeps
from robot_trials.robots.mujoco.robot import MujocoRobot
from robot_trials_control.records import Record, make_control_sample, make_robot_command

RobotMaker = Callable[..., MujocoRobot]


def _run(robot: MujocoRobot, ticks: int, command: Record | None = None) -> Record:
    sample = make_control_sample(len(robot.joint_names))
    for _ in range(ticks):
        robot.read_state(sample.state)
        if command is not None:
            robot.write_command(command, sample.torque_applied)
        robot.read_truth(sample.truth)
    return sample


def _posture_command(profile: RobotProfile) -> Record:
    command = make_robot_command(len(profile.joint_names))
    command.position[:] = profile.nominal_array
    command.kp[:] = 10.0 * profile.torque_limit_array("urdf")
    command.kd[:] = 0.05 * command.kp
    return command


def test_same_seed_same_bytes(make_robot: RobotMaker) -> None:
    first, second = (_run(make_robot(seed=11, camera="model"), 150).to_bytes() for _ in range(2))
    assert first == second


def test_another_seed_another_world(make_robot: RobotMaker) -> None:
    first, second = (make_robot(seed=seed).conditions for seed in (1, 2))
    assert first.friction != second.friction


def test_draws_stay_within_their_bounds() -> None:
    draws = [draw_conditions(seed) for seed in range(200)]
    friction = np.array([d.friction for d in draws])
    assert 0.4 <= friction.min() < 0.45 and 0.95 < friction.max() <= 1.0


def test_fixing_one_condition_leaves_the_others() -> None:
    free, fixed = draw_conditions(4), draw_conditions(4, friction=0.7)
    assert fixed.friction == 0.7
    assert fixed.floor_seed == free.floor_seed and fixed.sensor_seed == free.sensor_seed


@pytest.mark.simulation
def test_stands_on_its_soles_from_the_first_tick(make_robot: RobotMaker, profile: RobotProfile) -> None:
    robot = make_robot(seed=0)
    weight = robot.model.body_mass[robot.model.body_rootid == robot.model.body("base_link").id].sum() * 9.81
    start = float(robot.data.qpos[2])
    sample = _run(robot, 500, _posture_command(profile))
    assert abs(sample.truth.base_position[2] - start) < 0.01
    assert sample.state.foot_wrench[:, 2].sum() == pytest.approx(weight, rel=0.05)
    assert sample.truth.ground_contacts == 0 and sample.truth.unwanted_contacts == 0
    np.testing.assert_allclose(sample.state.imu_linear_acceleration[2], 9.81, atol=0.4)


def test_torque_limits_bind_and_are_reported(make_robot: RobotMaker, profile: RobotProfile) -> None:
    robot = make_robot(torque_limits="peak", people=False)
    limits = profile.torque_limit_array("peak")
    command = _posture_command(profile)
    command.torque[:] = 1e4
    sample = _run(robot, 3, command)
    np.testing.assert_allclose(sample.torque_applied, limits)
    np.testing.assert_allclose(robot.data.actuator_force, limits)


def test_command_acts_one_period_late(make_robot: RobotMaker, profile: RobotProfile) -> None:
    robot = make_robot(people=False, noise=False)
    head = profile.joint_names.index("zhead_2_joint")
    sample = make_control_sample(28)
    command = _posture_command(profile)
    seen = []
    for tick in range(5):
        robot.read_state(sample.state)
        seen.append(float(sample.state.joint_torque[head]))
        if tick == 1:
            command.kp[head] = command.kd[head] = 0.0
            command.torque[head] = 5.0
        robot.write_command(command, sample.torque_applied)
    assert abs(seen[2]) < 4.0, "written at tick 1, it must not act in the very next period"
    assert seen[3] == pytest.approx(5.0)


def test_drives_follow_the_impedance_law(make_robot: RobotMaker, profile: RobotProfile) -> None:
    robot = make_robot(people=False, noise=False)
    command = _posture_command(profile)
    command.position += 0.01
    command.velocity += 0.02
    _run(robot, 4, command)
    position, velocity = robot.data.qpos[7:35].copy(), robot.data.qvel[6:34].copy()
    applied = np.zeros(28)
    robot.write_command(command, applied)
    limits = profile.torque_limit_array("urdf")
    expected = command.kp * (command.position - position) + command.kd * (command.velocity - velocity)
    np.testing.assert_allclose(applied, np.clip(expected, -limits, limits), atol=1e-9)


def test_joints_have_friction_and_rotor_inertia(make_robot: RobotMaker, profile: RobotProfile) -> None:
    robot = make_robot(people=False)
    np.testing.assert_allclose(robot.model.dof_frictionloss[6:34], 0.02 * profile.torque_limit_array("urdf"))
    np.testing.assert_allclose(robot.model.dof_armature[6:34], profile.armature_array)


@pytest.mark.simulation
def test_sensor_noise_has_the_profiles_size(make_robot: RobotMaker, profile: RobotProfile) -> None:
    robots = [make_robot(seed=2, people=False, noise=noise) for noise in (True, False)]
    states = [make_control_sample(28).state for _ in robots]
    rows: list[np.ndarray] = []
    for tick in range(600):
        for robot, state in zip(robots, states, strict=True):
            robot.read_state(state)
        if tick >= 100:
            noisy, true = states
            rows.append(
                np.concatenate(
                    [
                        noisy.imu_angular_velocity - true.imu_angular_velocity,
                        noisy.imu_linear_acceleration - true.imu_linear_acceleration,
                        noisy.joint_torque[:12] - true.joint_torque[:12],
                        noisy.joint_position - true.joint_position,
                    ]
                )
            )
    errors = np.array(rows)
    deviation = errors.std(axis=0)
    given = profile.sensors
    np.testing.assert_allclose(deviation[:3], given.gyro_noise, rtol=0.15)
    np.testing.assert_allclose(deviation[3:6], given.accelerometer_noise, rtol=0.15)
    np.testing.assert_allclose(deviation[6:18], given.torque_noise, rtol=0.15)
    assert 0.0 < np.abs(errors[:, 18:]).max() <= np.pi / 2**14 + 1e-12
    bias = errors[:, :3].mean(axis=0)
    assert 1e-5 < np.abs(bias).max() < 4 * given.gyro_bias


def test_encoder_reads_whole_steps(make_robot: RobotMaker) -> None:
    state = _run(make_robot(seed=1, people=False), 20).state
    steps = state.joint_position / (2 * np.pi / 2**14)
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-9)


@pytest.mark.simulation
def test_foot_wrench_is_the_grounds(make_robot: RobotMaker) -> None:
    """About the sole's centre: the wrench's centre of pressure lies where MuJoCo's own contacts put it."""
    robot = make_robot(seed=3, people=False, noise=False)
    sample = _run(robot, 300)
    assert abs(sample.state.foot_wrench[:, 2].sum() - 57.305 * 9.81) < 8.0
    cop_x = -sample.state.foot_wrench[:, 4] / sample.state.foot_wrench[:, 2]
    ankle_in_sole = -0.049
    assert np.all(cop_x > ankle_in_sole) and np.all(cop_x < 0.122)


def test_battery_runs_down(make_robot: RobotMaker, profile: RobotProfile) -> None:
    state = _run(make_robot(people=False), 50).state
    spent = (profile.battery.charge_at_start - float(state.battery)) * profile.battery.capacity
    assert spent >= 0.1 * profile.battery.idle_power


def test_diverged_world_is_a_fault(make_robot: RobotMaker) -> None:
    robot = make_robot(people=False)
    _run(robot, 2)
    robot.data.qvel[10] = np.nan
    with pytest.raises(RobotFault, match="diverged.*speed_bound = 1000"):
        _run(robot, 2)


def test_closed_simulator_is_a_fault(make_robot: RobotMaker) -> None:
    robot = make_robot(people=False)
    robot.close()
    robot.close()
    with pytest.raises(RobotFault, match="closed"):
        _run(robot, 1)


def test_substeps_refuse_a_bad_ratio() -> None:
    assert compute_substeps(0.002, 0.001) == 2
    with pytest.raises(ValueError, match="0.0025 s must be a whole multiple of 0.001 s"):
        compute_substeps(0.0025, 0.001)


@pytest.mark.simulation
def test_fall_is_counted(make_robot: RobotMaker) -> None:
    robot = make_robot(people=False)
    command = make_robot_command(28)
    command.kd[:] = 0.5
    assert _run(robot, 900, command).truth.ground_contacts > 0


@pytest.mark.simulation
def test_slabs_follow_the_robot_and_come_back_the_same(make_robot: RobotMaker) -> None:
    paving = make_robot(seed=9, people=False)._paving

    def find_heights(x: float) -> dict[tuple[float, float], float]:
        paving.follow(x)
        slabs = paving._positions.reshape(-1, 3)
        return {(round(px, 3), round(py, 3)): float(pz) for px, py, pz in slabs}

    here = find_heights(5.1)
    assert any(x <= 5.1 - 0.8 for x, _ in here) and any(x >= 5.1 + 1.0 for x, _ in here)
    assert np.ptp(list(here.values())) > 0.001
    find_heights(15.0)
    assert find_heights(5.1) == here
