"""Bad readings, programs without solution and falls: the last good command first, then damping with a reason."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from control_bench import Bench

from robot_trials_control.controller import BAD_READINGS_MAX, DAMPING, QP_FAILURES_MAX
from robot_trials_control.model_state import GRAVITY
from robot_trials_control.records import Fault, MotionMode

SENSORS = [
    "joint_position",
    "joint_velocity",
    "joint_torque",
    "imu_angular_velocity",
    "imu_linear_acceleration",
    "foot_wrench",
    "battery",
]


def assert_damped(bench: Bench) -> None:
    command = bench.sample.command
    for name in ("torque", "position", "velocity", "kp"):
        assert not getattr(command, name).any(), name
    np.testing.assert_array_equal(command.kd, DAMPING)


def spoil(bench: Bench, field: str, value: float) -> None:
    """Replace the last element of a reading."""
    reading = getattr(bench.sample.state, field)
    reading.reshape(-1)[-1] = value


@pytest.mark.parametrize("field", SENSORS)
def test_a_bad_reading_keeps_the_last_command_then_gives_up(bench: Bench, field: str) -> None:
    bench.step(3)
    last = bench.sample.command.to_bytes()
    spoil(bench, field, np.nan)
    for _ in range(BAD_READINGS_MAX):
        assert int(bench.step().fault) == Fault.NONE
        assert bench.sample.command.to_bytes() == last
    assert int(bench.step().fault) == Fault.BAD_SENSOR
    assert_damped(bench)


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_is_a_bad_reading(bench: Bench, value: float) -> None:
    bench.step(2)
    spoil(bench, "foot_wrench", value)
    assert int(bench.step(BAD_READINGS_MAX + 1).fault) == Fault.BAD_SENSOR


@pytest.mark.filterwarnings("ignore:invalid value encountered in reduce")
def test_infinities_of_both_signs_do_not_cancel(bench: Bench) -> None:
    bench.step(2)
    spoil(bench, "foot_wrench", np.inf)
    spoil(bench, "joint_position", -np.inf)
    assert int(bench.step(BAD_READINGS_MAX + 1).fault) == Fault.BAD_SENSOR


def test_every_sensor_field_is_watched(bench: Bench) -> None:
    assert set(SENSORS) | {"time_ns"} == set(bench.sample.state.data.dtype.names)


def test_a_short_gap_leaves_no_trace(bench: Bench) -> None:
    """Readings that come back go on where they were: nothing of the bad ones reached the estimate."""
    bench.step(5)
    good = bench.sample.state.joint_position.copy()
    spoil(bench, "joint_position", np.nan)
    bench.step(BAD_READINGS_MAX)
    bench.sample.state.joint_position[:] = good
    status = bench.step()
    assert int(status.fault) == Fault.NONE
    assert np.isfinite(bench.sample.command.torque).all() and bench.sample.command.torque.any()
    assert np.isfinite(status.base_position).all()
    spoil(bench, "joint_position", np.nan)
    assert int(bench.step(BAD_READINGS_MAX).fault) == Fault.NONE


def test_a_bad_first_reading_is_refused_at_once(bench: Bench) -> None:
    """There is no last command to go on with."""
    spoil(bench, "imu_linear_acceleration", np.nan)
    assert int(bench.step().fault) == Fault.BAD_SENSOR
    assert_damped(bench)


def test_giving_up_is_final_until_reset(bench: Bench) -> None:
    bench.step(2)
    good = bench.sample.state.data.copy()
    spoil(bench, "battery", np.nan)
    bench.step(BAD_READINGS_MAX + 1)
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
    assert_damped(bench)


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
    assert_damped(bench)


def test_a_robot_that_sinks_has_fallen(bench: Bench) -> None:
    """Free fall, upright, until the base is below 60 % of its height."""
    bench.step(3)
    height = bench.controller.estimator.position[2]
    bench.sample.state.imu_linear_acceleration[:] = 0.0
    bench.sample.state.foot_wrench[:] = 0.0
    ticks = int(np.ceil(np.sqrt(2 * 0.4 * height / GRAVITY) / bench.controller.period))
    assert int(bench.step(ticks - 10).fault) == Fault.NONE
    assert int(bench.step(20).fault) == Fault.FALLEN
    assert_damped(bench)


def test_damping_is_what_was_asked_for_before_the_first_stand(bench: Bench) -> None:
    bench.motion.mode[...] = MotionMode.DAMPED
    status = bench.step(3)
    assert_damped(bench)
    assert int(status.mode) == MotionMode.DAMPED and int(status.fault) == Fault.NONE
