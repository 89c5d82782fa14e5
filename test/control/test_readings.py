"""Readings that are missing for a moment are carried on from the last good ones, group by group."""

from __future__ import annotations

import numpy as np
import pytest
from control_bench import PERIOD, Bench

from robot_trials_control.estimation.readings import BATTERY, BRIDGE_MAX, FEET, IMU, JOINTS, Readings
from robot_trials_control.records import Fault, Record, make_robot_state

NU = 3
BRIDGED = round(BRIDGE_MAX / PERIOD)
FIELDS = {
    JOINTS: ("joint_position", "joint_velocity", "joint_torque"),
    IMU: ("imu_angular_velocity", "imu_linear_acceleration"),
    FEET: ("foot_wrench",),
    BATTERY: ("battery",),
}
TIMES = {JOINTS: "joint_time_ns", IMU: "imu_time_ns", FEET: "foot_time_ns"}
ASKED = np.concatenate((np.zeros(6), (2.0, -1.0, 0.5)))


def reading(tick: int) -> Record:
    state = make_robot_state(NU)
    for group in (*FIELDS.values(), ("joint_temperature",)):
        for name in group:
            field = getattr(state, name)
            field[...] = np.reshape(0.1 * np.arange(1, field.size + 1) + 0.01 * tick, field.shape)
    state.time_ns[...] = state.joint_time_ns[...] = state.imu_time_ns[...] = state.foot_time_ns[...] = 2_000_000 * tick
    return state


def silence(state: Record, group: int, before: Record) -> None:
    """As a device does that says nothing: the old numbers with their old time."""
    for name in FIELDS[group]:
        getattr(state, name)[...] = getattr(before, name)
    getattr(state, TIMES[group])[...] = getattr(before, TIMES[group])


def spoil(state: Record, group: int, value: float = np.nan) -> None:
    getattr(state, FIELDS[group][-1]).reshape(-1)[-1] = value


@pytest.fixture
def readings() -> Readings:
    readings = Readings(NU, PERIOD)
    assert readings.update(reading(1), ASKED)
    return readings


def test_new_readings_pass_through(readings: Readings) -> None:
    assert readings.update(reading(2), ASKED)
    assert readings.state.to_bytes() == reading(2).to_bytes()
    np.testing.assert_array_equal(readings.age, 0.0)


def test_readings_without_a_clock_are_new(readings: Readings) -> None:
    state = reading(2)
    for name in TIMES.values():
        getattr(state, name)[...] = 0
    assert readings.update(state, ASKED) and readings.update(state, ASKED)
    np.testing.assert_array_equal(readings.age, 0.0)


@pytest.mark.parametrize("group", [JOINTS, IMU, FEET])
@pytest.mark.parametrize("failure", ["silent", "nan", "inf"])
def test_one_group_is_carried_on_for_a_while(readings: Readings, group: int, failure: str) -> None:
    for tick in range(2, 2 + BRIDGED):
        state = reading(tick)
        silence(state, group, reading(1)) if failure == "silent" else spoil(state, group, float(failure))
        assert readings.update(state, ASKED)
        assert readings.age[group] == pytest.approx((tick - 1) * PERIOD)
        others = [name for key, names in FIELDS.items() if key != group for name in names]
        for name in others:
            np.testing.assert_array_equal(getattr(readings.state, name), getattr(reading(tick), name))
        assert np.isfinite(readings.state.data.view(np.float64)).all()
    assert not readings.update(state, ASKED)
    assert readings.update(reading(60), ASKED) and readings.age[group] == 0.0
    for name in FIELDS[group]:
        np.testing.assert_array_equal(getattr(readings.state, name), getattr(reading(60), name))


def test_joints_go_on_as_they_were_asked_to(readings: Readings) -> None:
    start, ticks = reading(1), 10
    for tick in range(2, 2 + ticks):
        state = reading(tick)
        silence(state, JOINTS, start)
        readings.update(state, ASKED)
    time = ticks * PERIOD
    speed = start.joint_velocity + time * ASKED[6:]
    np.testing.assert_allclose(readings.state.joint_velocity, speed)
    np.testing.assert_allclose(
        readings.state.joint_position, start.joint_position + 0.5 * time * (start.joint_velocity + speed)
    )
    np.testing.assert_array_equal(readings.state.joint_torque, start.joint_torque)


def test_others_stay_what_they_were(readings: Readings) -> None:
    state = reading(2)
    for group in (IMU, FEET, BATTERY):
        spoil(state, group)
    assert readings.update(state, ASKED)
    for group in (IMU, FEET, BATTERY):
        for name in FIELDS[group]:
            np.testing.assert_array_equal(getattr(readings.state, name), getattr(reading(1), name))


@pytest.mark.parametrize("group", [JOINTS, IMU, FEET, BATTERY])
def test_the_first_reading_must_be_complete(group: int) -> None:
    readings, state = Readings(NU, PERIOD), reading(1)
    spoil(state, group)
    assert not readings.update(state, ASKED)
    readings.reset()
    assert readings.update(reading(2), ASKED)
    readings.reset()
    spoil(state, group)
    assert not readings.update(state, ASKED)


@pytest.mark.parametrize("field", ["imu_linear_acceleration", "foot_wrench"])
def test_a_standing_robot_hardly_notices(bench: Bench, field: str) -> None:
    """50 ms without one group's readings: the base stays where it is, the torques what they were."""
    bench.step(100)
    position, torque = bench.sample.status.base_position.copy(), bench.sample.command.torque.copy()
    getattr(bench.sample.state, field)[...] = np.nan
    status = bench.step(BRIDGED)
    assert int(status.fault) == Fault.NONE and int(status.qp_failures) == 0
    np.testing.assert_allclose(status.base_position, position, atol=2e-3)
    np.testing.assert_allclose(bench.sample.command.torque, torque, atol=6.0)
