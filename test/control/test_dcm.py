"""Closed forms of the divergent component of motion against numerical integration of the pendulum."""

from __future__ import annotations

import math

import numpy as np
import pytest
from derivatives import check_derivative

from robot_trials_control.config import WalkingGains
from robot_trials_control.records import RIGHT, MotionMode, make_record
from robot_trials_control.robot.contacts import SoleReach
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.walking.balance import approach_height, compute_com_acceleration, compute_dcm
from robot_trials_control.walking.dcm import ZmpSegment, dcm_at_start, dcm_before, foothold_gain, steady_zmp
from robot_trials_control.walking.footsteps import Pose2
from robot_trials_control.walking.gait import GAIT_FIELDS, ZmpTrack, advance_track
from robot_trials_control.walking.step_plan import Goal, StepPlan

OMEGA = math.sqrt(GRAVITY / 0.8)
REACH = SoleReach(-0.11, 0.014, 0.04, -0.049)


def integrate_dcm(segments: list[ZmpSegment], start: tuple[float, float], steps: int = 400) -> np.ndarray:
    """Follow ξ̇ = ω (ξ − p) through the segments by the classical Runge-Kutta method."""
    dcm = np.array(start, dtype=float)
    for x0, y0, x1, y1, duration in segments:
        first, rate, dt = np.array((x0, y0)), np.array((x1 - x0, y1 - y0)) / duration, duration / steps
        for index in range(steps):
            at = [first + rate * (index + part) * dt for part in (0.0, 0.5, 1.0)]
            k1 = OMEGA * (dcm - at[0])
            k2 = OMEGA * (dcm + 0.5 * dt * k1 - at[1])
            k3 = OMEGA * (dcm + 0.5 * dt * k2 - at[1])
            k4 = OMEGA * (dcm + dt * k3 - at[2])
            dcm = dcm + dt / 6.0 * (k1 + 2 * k2 + 2 * k3 + k4)
    return dcm


def random_plan(seed: int) -> list[ZmpSegment]:
    generator = np.random.default_rng(seed)
    points, durations = generator.uniform(-0.3, 0.3, (5, 2)), generator.uniform(0.05, 0.4, 4)
    return [ZmpSegment(*points[i], *points[i + 1], durations[i]) for i in range(4)]


@pytest.mark.parametrize("seed", range(5))
def test_backward_recursion_against_integration(seed: int) -> None:
    plan, end = random_plan(seed), (0.1, -0.2)
    np.testing.assert_allclose(integrate_dcm(plan, dcm_at_start(plan, end, OMEGA)), end, atol=1e-8)


@pytest.mark.parametrize("passed", [0.02, 0.15, 0.27])
def test_dcm_of_a_segment_runs_away_from_its_zmp(passed: float) -> None:
    """ξ̇ = ω (ξ − p) at any moment of it."""
    start, end, duration, dcm_end = np.array((0.1, -0.2)), np.array((0.25, 0.1)), 0.3, (0.4, 0.2)

    def zmp(time: float) -> np.ndarray:
        return start + (end - start) * time / duration

    def dcm(time: float) -> np.ndarray:
        return np.array(dcm_before(ZmpSegment(*zmp(time), *end, duration - time), *dcm_end, OMEGA))

    check_derivative(lambda time: dcm(passed + time), OMEGA * (dcm(passed) - zmp(passed)))


def test_a_segment_without_duration_changes_nothing() -> None:
    assert dcm_before(ZmpSegment(0.0, 0.0, 1.0, 1.0, 0.0), 0.3, 0.4, OMEGA) == (0.3, 0.4)


def test_no_segments_leave_the_end() -> None:
    assert dcm_at_start([], (0.3, 0.4), OMEGA) == (0.3, 0.4)


@pytest.mark.parametrize("remaining", [0.03, 0.2, 0.6])
def test_steady_zmp_lands_the_dcm_on_its_target(remaining: float) -> None:
    zmp = steady_zmp(0.05, 0.2, remaining, OMEGA)
    end = integrate_dcm([ZmpSegment(zmp, 0.0, zmp, 0.0, remaining)], (0.05, 0.0))
    assert end[0] == pytest.approx(0.2, abs=1e-9)


@pytest.mark.parametrize("double_support", [0.0, 1e-9, 0.04, 0.1, 0.5])
def test_foothold_gain_against_a_difference_quotient(double_support: float) -> None:
    """Shift the end of the double support and all after it by u: the DCM before it shifts by gain · u."""

    def dcm(u: float) -> float:
        return dcm_before(ZmpSegment(0.0, 0.0, 0.3 + u, 0.0, double_support), 0.35 + u, 0.0, OMEGA)[0]

    check_derivative(dcm, foothold_gain(double_support, OMEGA))


def walking_plan() -> StepPlan:
    plan, goal = StepPlan(WalkingGains(), REACH, OMEGA), Goal()
    goal.mode, goal.target, goal.speed = MotionMode.WALK_TO, Pose2(5.0, 0.0, 0.0), 0.8
    plan.renew(Pose2(0.0, 0.0, 0.0), RIGHT, goal, closing_allowed=False)
    return plan


def test_foothold_gain_is_the_plans_own_derivative() -> None:
    """The DCM that a real plan of several steps wants at touchdown, against its footholds' shift."""
    stance, gain = Pose2(0.0, -0.1, 0.0), foothold_gain(WalkingGains().double_support, OMEGA)

    def wanted(u: float) -> np.ndarray:
        plan = walking_plan()
        plan.shift(u, 2.0 * u, stance, RIGHT)
        return np.array(plan.dcm_at_touchdown(stance))

    check_derivative(wanted, (gain, 2.0 * gain))


def test_lift_off_and_touchdown_are_one_motion() -> None:
    plan, stance = walking_plan(), Pose2(0.0, -0.1, 0.0)
    heel, tip = plan.zmp_at(stance, plan.gains.zmp_heel), plan.zmp_at(stance, plan.toe)
    single = ZmpSegment(*heel, *tip, plan.gains.single_support)
    end = integrate_dcm([single], plan.dcm_at_lift_off(stance))
    np.testing.assert_allclose(end, plan.dcm_at_touchdown(stance), atol=1e-8)


def test_track_is_used_up_along_its_own_dcm() -> None:
    """What the walk refers to at any time continues the reference it started with."""
    plan, end, gait, dt = random_plan(9), (0.1, -0.2), make_record(GAIT_FIELDS), 0.002
    track = ZmpTrack(gait)
    track.start(plan)
    start, total = dcm_at_start(plan, end, OMEGA), track.remaining
    assert total == pytest.approx(sum(segment.duration for segment in plan))
    for _ in range(100):
        left = advance_track(dt, gait.data)
    assert left == pytest.approx(track.remaining)
    assert track.remaining == pytest.approx(total - 0.2)
    rest = track.segments
    reached = dcm_at_start(rest, end, OMEGA)
    used = [segment for segment in plan[: len(plan) - len(rest)]]
    cut = plan[len(used)]
    spent = cut.duration - rest[0].duration
    used.append(ZmpSegment(cut.x0, cut.y0, rest[0].x0, rest[0].y0, spent))
    np.testing.assert_allclose(integrate_dcm(used, start), reached, atol=1e-8)
    assert track.now == (rest[0].x0, rest[0].y0)


def test_track_ends_on_its_last_point() -> None:
    gait = make_record(GAIT_FIELDS)
    track = ZmpTrack(gait)
    track.start(random_plan(3))
    for _ in range(1000):
        advance_track(0.01, gait.data)
    assert track.remaining == 0.0
    assert track.now == random_plan(3)[-1][2:4]


def test_stretching_a_track_changes_its_last_segment_only() -> None:
    track, plan = ZmpTrack(make_record(GAIT_FIELDS)), random_plan(3)
    track.start(plan)
    track.stretch(0.7)
    assert track.segments[-1] == plan[-1]._replace(duration=0.7)
    assert track.segments[:-1] == plan[:-1]


def test_balance_accelerates_a_pendulum_about_its_zmp() -> None:
    com, velocity, out = np.array((0.02, -0.01, 0.8)), np.array((0.1, -0.2, 0.0)), np.zeros(3)
    assert compute_dcm(com, velocity, OMEGA) == pytest.approx((0.02 + 0.1 / OMEGA, -0.01 - 0.2 / OMEGA))
    compute_com_acceleration(OMEGA, (0.01, 0.03), 0.9, np.array((80.0, 16.0)), com, velocity, out)
    np.testing.assert_allclose(out, (OMEGA**2 * 0.01, OMEGA**2 * -0.04, 8.0), atol=1e-12)


def test_balance_lets_the_dcm_run_away_from_the_commanded_zmp() -> None:
    """A body that accelerates as asked for has ξ̇ = ω (ξ − p), and its height falls back to rest."""
    com, velocity, zmp, out = np.array((0.02, -0.01, 0.75)), np.array((0.1, -0.2, 0.3)), (0.01, 0.03), np.zeros(3)
    gains, height = np.array((80.0, 16.0)), 0.8
    compute_com_acceleration(OMEGA, zmp, height, gains, com, velocity, out)

    def moved(time: float) -> tuple[np.ndarray, np.ndarray]:
        return com + time * velocity + 0.5 * time**2 * out, velocity + time * out

    def energy(time: float) -> float:
        position, speed = moved(time)
        return 0.5 * float(gains[0] * (position[2] - height) ** 2 + speed[2] ** 2)

    dcm = np.array(compute_dcm(com, velocity, OMEGA))
    check_derivative(lambda time: compute_dcm(*moved(time), OMEGA), OMEGA * (dcm - zmp))
    check_derivative(energy, -gains[1] * velocity[2] ** 2)


def test_the_height_reference_moves_slowly() -> None:
    """Standing 100 mm low, the robot is not thrown up but lifted."""
    height = approach_height(0.70, 0.80, 0.002)
    assert height == pytest.approx(0.7002)
    for _ in range(1000):
        height = approach_height(height, 0.80, 0.002)
    assert height == 0.80
