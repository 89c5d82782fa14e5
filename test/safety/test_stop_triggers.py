"""Detectors of the stop ladder: each fires at its limit, not before, and only its own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot_trials.safety.stop_detection import StopTriggers
from robot_trials.safety.stop_limits import StopLimits
from robot_trials.safety.stop_triggers import Trigger
from robot_trials_control.records import Fault, make_control_sample

LIMITS, NU, PERIOD = StopLimits(), 4, 0.002
SPEED_CAP = 1.0
CONTINUOUS = np.array((10.0, 20.0, 30.0, 40.0))


class Bench:
    """Detectors on a healthy, standing robot."""

    def __init__(self) -> None:
        self.triggers = StopTriggers(NU, PERIOD, LIMITS, CONTINUOUS, SPEED_CAP)
        self.sample = make_control_sample(NU)
        self.state, self.status, self.timing = self.sample.state, self.sample.status, self.sample.timing
        self.status.base_orientation_xyzw[3] = 1.0
        self.status.foot_pose[:, 6] = 1.0
        self.status.foot_pose[:, 1] = 0.1, -0.1
        self.state.time_ns[...] = 10**9
        for name in ("joint_time_ns", "imu_time_ns", "foot_time_ns"):
            getattr(self.state, name)[...] = 10**9

    def step(self, count: int = 1) -> Trigger:
        for _ in range(count):
            active = self.triggers.detect(self.state, self.status, self.timing)
        return Trigger(active)

    def tilt(self, angle: float) -> None:
        self.status.base_orientation_xyzw[:] = 0.0, math.sin(angle / 2), 0.0, math.cos(angle / 2)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_healthy_robot_triggers_nothing(bench: Bench) -> None:
    assert bench.step(1000) == Trigger.NONE


def test_a_controller_that_has_not_begun_triggers_nothing(bench: Bench) -> None:
    for name in bench.status.data.dtype.names:
        getattr(bench.status, name)[...] = 0
    assert bench.step(10) == Trigger.NONE


def test_tilt(bench: Bench) -> None:
    bench.tilt(LIMITS.tilt - 0.005)
    assert bench.step() == Trigger.NONE
    bench.tilt(-LIMITS.tilt - 0.005)
    assert bench.step() == Trigger.TILT


def test_a_squat_may_lean(bench: Bench) -> None:
    bench.status.lowered[...] = 0.5
    bench.tilt(0.4)
    assert bench.step() == Trigger.NONE
    bench.tilt(LIMITS.tilt_low + 0.005)
    assert bench.step() == Trigger.TILT


@pytest.mark.parametrize(("walking", "limit"), [(0, LIMITS.capture_error_standing), (1, LIMITS.capture_error)])
def test_capture_point_away_from_its_plan(bench: Bench, walking: int, limit: float) -> None:
    bench.status.walking[...] = walking
    bench.status.dcm[:] = bench.status.dcm_reference[:] = 0.1, 0.0
    bench.status.dcm[1] += limit - 0.002
    assert bench.step() == Trigger.NONE
    bench.status.dcm[1] += 0.004
    assert bench.step() == Trigger.CAPTURE_POINT


def test_capture_point_out_of_reach_of_both_feet(bench: Bench) -> None:
    """Even where it was planned."""
    for y, expected in (
        (0.1 + LIMITS.capture_reach - 0.01, Trigger.NONE),
        (0.1 + LIMITS.capture_reach + 0.01, Trigger.CAPTURE_POINT),
    ):
        bench.status.dcm[:] = bench.status.dcm_reference[:] = 0.0, y
        assert bench.step() == expected


def test_temperature_first_slows_then_stops(bench: Bench) -> None:
    for temperature, expected in (
        (LIMITS.temperature_slow - 0.1, Trigger.NONE),
        (LIMITS.temperature_slow + 0.1, Trigger.WARM),
        (LIMITS.temperature_stop + 0.1, Trigger.TEMPERATURE),
        (math.nan, Trigger.NONE),
    ):
        bench.state.joint_temperature[2] = temperature
        assert bench.step() == expected


def test_torque_time_adds_up_what_is_beyond_continuous(bench: Bench) -> None:
    """At twice the continuous torque it grows by 3 a second."""
    bench.state.joint_torque[1] = -2.0 * CONTINUOUS[1]
    assert bench.step(round((LIMITS.strain_slow - 0.1) / 3.0 / PERIOD)) == Trigger.NONE
    assert bench.step(round(0.2 / 3.0 / PERIOD)) == Trigger.STRAINED
    assert bench.step(round((LIMITS.strain_stop - LIMITS.strain_slow) / 3.0 / PERIOD)) == Trigger.STRAIN


def test_torque_within_the_continuous_one_is_borne_for_ever_and_rest_forgives(bench: Bench) -> None:
    bench.state.joint_torque[:] = 0.99 * CONTINUOUS
    assert bench.step(20000) == Trigger.NONE
    bench.state.joint_torque[0] = 3.0 * CONTINUOUS[0]
    bench.step(200)
    strain = float(bench.triggers.memory.strain[0])
    assert strain == pytest.approx(200 * PERIOD * 8.0, rel=0.05)
    bench.state.joint_torque[0] = 0.0
    bench.step(round(0.5 * strain / PERIOD))
    assert float(bench.triggers.memory.strain[0]) == pytest.approx(0.5 * strain, rel=0.01)


def test_deadlines_count_only_where_a_clock_paces_the_loop(bench: Bench) -> None:
    def miss(count: int) -> Trigger:
        for _ in range(count):
            bench.timing.deadline_misses[...] += 1
            active = bench.step()
        return active

    assert miss(1000) == Trigger.NONE
    bench.triggers.watch_deadlines = True
    assert miss(10) == Trigger.NONE
    assert miss(40) == Trigger.SLUGGISH
    assert miss(250) == Trigger.LATE
    assert bench.step(1000) == Trigger.NONE


@pytest.mark.parametrize("name", ["joint_time_ns", "imu_time_ns", "foot_time_ns"])
def test_old_readings(bench: Bench, name: str) -> None:
    limit = round(LIMITS.stale_after * 1e9)
    getattr(bench.state, name)[...] = 10**9 - limit
    assert bench.step() == Trigger.NONE
    getattr(bench.state, name)[...] -= 2_000_000
    assert bench.step() == Trigger.STALE
    getattr(bench.state, name)[...] = 0
    assert bench.step() == Trigger.NONE, "a device that gives no time"


@pytest.mark.parametrize("name", ["joint_position", "joint_torque", "imu_angular_velocity", "foot_wrench"])
def test_no_numbers_for_some_ticks(bench: Bench, name: str) -> None:
    getattr(bench.state, name).reshape(-1)[0] = np.nan
    assert bench.step(LIMITS.not_finite_ticks - 1) == Trigger.NONE
    assert bench.step() == Trigger.NOT_FINITE
    getattr(bench.state, name).reshape(-1)[0] = 0.0
    assert bench.step() == Trigger.NONE
    assert bench.step(100) == Trigger.NONE, "and leave no trace in what is added up"


def test_a_fall(bench: Bench) -> None:
    bench.status.fault[...] = Fault.FALLEN | Fault.QP_FAILED
    assert bench.step() == Trigger.FALLEN


def walk(bench: Bench, speed: float, seconds: float, sway: float = 0.0) -> float | None:
    """Let the centre of mass move with a step's sway; when the cap was found exceeded [s]."""
    for tick in range(round(seconds / PERIOD)):
        phase = 2.0 * math.pi * tick * PERIOD / 0.5
        bench.status.com_velocity[:2] = speed + 0.7 * sway * math.sin(phase), sway * math.sin(0.5 * phase)
        if bench.step() & Trigger.OVERSPEED:
            return tick * PERIOD
    return None


def test_a_walk_below_the_cap_never_exceeds_it_however_it_sways(bench: Bench) -> None:
    bench.status.speed_deviation[...] = 0.01
    assert walk(bench, 0.9, 20.0, sway=0.15) is None
    assert walk(bench, -0.9, 20.0) is None


@pytest.mark.parametrize("speed", [1.15, 1.5, -1.5])
def test_a_robot_beyond_the_cap_is_found_within_about_a_second(bench: Bench, speed: float) -> None:
    found = walk(bench, speed, 3.0, sway=0.1)
    assert found is not None and 0.3 < found < 1.2


def test_what_the_estimate_does_not_know_counts_as_speed(bench: Bench) -> None:
    assert walk(bench, 0.97, 10.0) is None
    bench.status.speed_deviation[...] = 0.02
    assert bench.step() == Trigger.OVERSPEED


def test_a_velocity_that_is_no_number_leaves_the_average_alone(bench: Bench) -> None:
    walk(bench, 0.9, 5.0)
    before = bench.triggers.memory.velocity.copy()
    bench.status.com_velocity[:] = math.nan
    assert bench.step() == Trigger.NONE
    assert bench.triggers.memory.velocity == pytest.approx(before)


def test_without_a_cap_the_speed_is_not_watched() -> None:
    bench = Bench()
    bench.triggers = StopTriggers(NU, PERIOD, LIMITS, CONTINUOUS)
    assert walk(bench, 4.0, 3.0) is None
