"""Bad readings are replaced by what still works, programs without solution and falls end damped with a reason."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from control_bench import PERIOD, Bench

from robot_trials_control.controller import QP_FAILURES_MAX, SINK_TIME
from robot_trials_control.estimation.readings import BRIDGE_MAX
from robot_trials_control.records import Fault, MotionMode, SensorGroup
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.stops.fall_pose import ARM_STIFFNESS, DAMPING
from robot_trials_control.stops.sensor_hold import JOINTS_CARRIED_MAX, STIFFNESS

SENSORS = {
    "joint_position": SensorGroup.JOINTS,
    "joint_velocity": SensorGroup.JOINTS,
    "joint_torque": SensorGroup.JOINTS,
    "imu_angular_velocity": SensorGroup.IMU,
    "imu_linear_acceleration": SensorGroup.IMU,
    "foot_wrench": SensorGroup.FEET,
}
NOT_USED = {"battery", "joint_temperature"}
"""Readings that control does not use."""
SECOND, BRIDGED = 500, round(BRIDGE_MAX / PERIOD)
"""Control ticks."""


def assert_tucked(bench: Bench) -> None:
    """Legs only damp, arms are drawn up softly, the head is straight, hands keep what they hold."""
    command, model = bench.sample.command, bench.controller.model
    legs = np.array([model.moves_a_foot(joint) for joint in range(model.nu)])
    assert not command.kp[legs].any() and not command.torque.any()
    np.testing.assert_array_equal(command.kd, DAMPING)
    np.testing.assert_allclose(command.kp[~legs], ARM_STIFFNESS * model.parameters.torque_limits[~legs])
    for side in "lr":
        assert command.position[model.joint_names.index(f"zarm_{side}4_joint")] < -1.5
    assert not command.position[[model.joint_names.index(name) for name in model.parameters.head_joints]].any()


def assert_damped(bench: Bench) -> None:
    command = bench.sample.command
    for name in ("torque", "position", "velocity", "kp"):
        assert not getattr(command, name).any(), name
    np.testing.assert_array_equal(command.kd, DAMPING)


def spoil(bench: Bench, field: str, value: float) -> None:
    """Replace the last element of a reading."""
    reading = getattr(bench.sample.state, field)
    reading.reshape(-1)[-1] = value


def assert_stands(bench: Bench) -> None:
    """Finite torques that carry the robot, and a belief to stand where and as it does."""
    command, status = bench.sample.command, bench.sample.status
    for name in ("position", "velocity", "torque", "kp", "kd"):
        assert np.isfinite(getattr(command, name)).all(), name
    assert command.torque.any() and int(status.fault) == Fault.NONE
    assert np.linalg.norm(status.base_position[:2]) < 0.05 and abs(status.base_position[2] - 0.84) < 0.05
    assert abs(status.base_orientation_xyzw[:3]).max() < 0.03
    assert int(status.mode) == MotionMode.STAND


@pytest.mark.parametrize(("field", "group"), SENSORS.items())
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_reading_that_is_no_number_is_replaced_and_the_robot_stands_on(
    bench: Bench, field: str, group: SensorGroup, value: float
) -> None:
    bench.step(5)
    spoil(bench, field, value)
    status = bench.step(SECOND)
    assert int(status.sensors_held) == group
    assert_stands(bench)


@pytest.mark.filterwarnings("ignore:invalid value encountered in reduce")
def test_infinities_of_both_signs_do_not_cancel(bench: Bench) -> None:
    bench.step(2)
    bench.sample.state.foot_wrench[0, :2] = np.inf, -np.inf
    assert int(bench.step(BRIDGED + 1).sensors_held) == SensorGroup.FEET


def test_every_sensor_field_is_watched_or_not_used(bench: Bench) -> None:
    names = set(bench.sample.state.data.dtype.names)
    assert set(SENSORS) | NOT_USED | {name for name in names if name.endswith("time_ns")} == names


@pytest.mark.parametrize("field", sorted(NOT_USED))
def test_readings_that_control_does_not_use_change_nothing(bench: Bench, field: str) -> None:
    bench.step(3)
    spoil(bench, field, np.nan)
    assert int(bench.step(2 * BRIDGED).sensors_held) == SensorGroup.NONE
    assert_stands(bench)


@pytest.mark.parametrize(
    ("time", "group"),
    [("joint_time_ns", SensorGroup.JOINTS), ("imu_time_ns", SensorGroup.IMU), ("foot_time_ns", SensorGroup.FEET)],
)
def test_a_silent_group_is_replaced_once_it_is_no_longer_carried_on(
    bench: Bench, time: str, group: SensorGroup
) -> None:
    state = bench.sample.state
    bench.step(3)
    getattr(state, time)[...] = int(state.time_ns)
    bench.step()
    carried = round(JOINTS_CARRIED_MAX / PERIOD) if group == SensorGroup.JOINTS else BRIDGED
    for tick in range(1, carried + 5):
        expected = group if tick > carried else SensorGroup.NONE
        assert int(bench.step().sensors_held) == expected
    bench.step(SECOND)
    assert_stands(bench)


def test_a_short_gap_leaves_no_trace(bench: Bench) -> None:
    """Readings that come back are used at once."""
    bench.step(5)
    good = bench.sample.state.joint_position.copy()
    spoil(bench, "joint_position", np.nan)
    bench.step(5)
    bench.sample.state.joint_position[:] = good
    assert int(bench.step().sensors_held) == SensorGroup.NONE
    assert_stands(bench)


def test_drives_follow_stiffly_while_joints_are_not_known(bench: Bench) -> None:
    """They see their own encoders: what the controller integrates becomes a position command."""
    bench.step(5)
    soft = bench.sample.command.kp.copy()
    spoil(bench, "joint_position", np.nan)
    bench.step(BRIDGED + 5)
    command, limits = bench.sample.command, bench.controller.model.parameters.torque_limits
    np.testing.assert_allclose(command.kp, STIFFNESS * limits)
    assert abs(command.position - bench.controller.model.nominal_joints).max() < 0.02
    bench.sample.state.joint_position[:] = bench.controller.model.nominal_joints
    bench.step()
    np.testing.assert_array_equal(bench.sample.command.kp, soft)


def test_a_standing_foot_tells_how_the_base_turns(bench: Bench) -> None:
    """Without inertial sensor: ankles that pitch backwards at 0.1 rad/s turn all above them."""
    bench.step(5)
    state, names = bench.sample.state, bench.controller.joint_names
    spoil(bench, "imu_angular_velocity", np.nan)
    ankles = [names.index(f"leg_{side}5_joint") for side in "lr"]
    bench.step(BRIDGED)
    state.joint_velocity[ankles] = 0.1
    bench.step(2)
    held = bench.controller.readings.state
    np.testing.assert_allclose(held.imu_angular_velocity, (0.0, -0.1, 0.0), atol=2e-3)
    assert np.linalg.norm(held.imu_linear_acceleration) == pytest.approx(GRAVITY, abs=1.5)


def test_a_bad_first_reading_is_refused_at_once(bench: Bench) -> None:
    """There is nothing to go on with."""
    spoil(bench, "imu_linear_acceleration", np.nan)
    status = bench.step()
    assert int(status.fault) == Fault.BAD_SENSOR and int(status.mode) == MotionMode.DAMPED
    assert_damped(bench)


def test_no_gravity_in_the_first_reading_is_refused(bench: Bench) -> None:
    bench.sample.state.imu_linear_acceleration[:] = 0.0
    assert int(bench.step().fault) == Fault.BAD_SENSOR
    assert_damped(bench)


def test_giving_up_is_final_until_reset(bench: Bench) -> None:
    good = bench.sample.state.data.copy()
    spoil(bench, "imu_linear_acceleration", np.nan)
    bench.step()
    bench.sample.state.data[:] = good
    status = bench.step(3)
    assert int(status.fault) == Fault.BAD_SENSOR and int(status.mode) == MotionMode.DAMPED
    assert_damped(bench)
    bench.controller.reset()
    assert int(bench.step(2).fault) == Fault.NONE
    assert bench.sample.command.torque.any()


@pytest.fixture
def contradict(bench: Bench) -> Callable[[bool], None]:
    """Switch bounds that no joint can meet on or off: torques of at most −10 N·m and at least 10."""
    bounds = bench.controller.whole_body.gains.torque_bound
    possible = bounds.copy()

    def switch(on: bool) -> None:
        bounds[:] = -10.0 if on else possible

    return switch


def test_a_program_without_solution_goes_on_with_the_last_torques(bench: Bench, contradict: Callable) -> None:
    bench.step(20)
    torque = bench.controller.whole_body.torque.copy()
    commanded = bench.sample.command.torque.copy()
    contradict(True)
    for failures in range(1, QP_FAILURES_MAX + 1):
        status = bench.step()
        assert int(status.qp_failures) == failures and int(status.qp_status) != 1
        assert int(status.fault) == Fault.NONE
        np.testing.assert_array_equal(bench.controller.whole_body.torque, torque)
        friction = bench.controller.model.parameters.friction
        assert (np.abs(bench.sample.command.torque - commanded) <= friction + 1e-12).all()


def test_without_solution_for_too_long_it_gives_up_with_damping(bench: Bench, contradict: Callable) -> None:
    bench.step(3)
    contradict(True)
    status = bench.step(QP_FAILURES_MAX + 1)
    assert int(status.fault) == Fault.QP_FAILED and int(status.mode) == MotionMode.DAMPED
    bench.step()
    assert_damped(bench)
    assert int(status.qp_failures) == QP_FAILURES_MAX + 1


def test_failures_count_towards_the_end_only_in_a_row(bench: Bench, contradict: Callable) -> None:
    bench.step(3)
    for _ in range(2):
        contradict(True)
        bench.step(QP_FAILURES_MAX)
        contradict(False)
        status = bench.step()
    assert int(status.qp_failures) == 2 * QP_FAILURES_MAX
    assert int(status.qp_status) == 1 and int(status.fault) == Fault.NONE


def test_a_robot_that_lies_has_fallen(bench: Bench) -> None:
    """Gravity from the side at the first reading: tilted by 60°."""
    bench.sample.state.imu_linear_acceleration[:] = (GRAVITY * np.sin(np.pi / 3), 0.0, GRAVITY * np.cos(np.pi / 3))
    assert int(bench.step().fault) & Fault.FALLEN
    assert_tucked(bench)


def test_a_robot_that_turns_over_has_fallen(bench: Bench) -> None:
    bench.step(3)
    bench.sample.state.imu_angular_velocity[1] = 4.0
    bench.sample.state.foot_wrench[:] = 0.0
    for _ in range(120):
        before = bench.controller.estimator.rotation[2, 2]
        fault = int(bench.step().fault)
        if fault:
            break
    assert fault == Fault.FALLEN
    assert before >= np.cos(np.deg2rad(45.0)) > bench.controller.estimator.rotation[2, 2]
    assert_tucked(bench)


def test_a_robot_that_sinks_has_fallen(bench: Bench) -> None:
    """Free fall, upright, until the base is below 60 % of its height."""
    bench.step(3)
    height = bench.controller.estimator.position[2]
    bench.sample.state.imu_linear_acceleration[:] = 0.0
    bench.sample.state.foot_wrench[:] = 0.0
    ticks = int(np.ceil(np.sqrt(2 * 0.4 * height / GRAVITY) / bench.controller.period))
    assert int(bench.step(ticks - 10).fault) == Fault.NONE
    assert int(bench.step(20).fault) == Fault.FALLEN
    assert_tucked(bench)


def test_damping_is_what_was_asked_for_before_the_first_stand(bench: Bench) -> None:
    bench.motion.mode[...] = MotionMode.DAMPED
    status = bench.step(3)
    assert_damped(bench)
    assert int(status.mode) == MotionMode.DAMPED and int(status.fault) == Fault.NONE


def test_power_fades_and_goes_but_for_joints_that_no_stop_holds(bench: Bench) -> None:
    bench.step(3)
    command, joints = bench.sample.command, bench.controller.joint_names
    torque = command.torque.copy()
    bench.motion.mode[...] = MotionMode.OFF
    ticks = round(SINK_TIME / bench.controller.period)
    status = bench.step(ticks // 2)
    np.testing.assert_allclose(command.torque, 0.5 * torque, atol=1e-9)
    np.testing.assert_array_equal(command.kd, DAMPING)
    bench.step(ticks // 2 + 1)
    assert not command.torque.any()
    braked = {joints[joint] for joint in np.flatnonzero(command.kp)}
    assert braked == {f"leg_{side}{number}_joint" for side in "lr" for number in (1, 2, 6)}
    assert {joints[joint] for joint in np.flatnonzero(command.kd)} == braked
    assert int(status.mode) == MotionMode.OFF and int(status.fault) == Fault.NONE
