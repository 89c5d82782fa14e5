"""The path of the swing foot: smooth, its derivatives true, its landing soft and where it was aimed."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from derivatives import check_derivative

from robot_trials_control.config import WalkingGains
from robot_trials_control.walking.footsteps import Pose2
from robot_trials_control.walking.swing import (
    HORIZONTAL_END_PHASE,
    SEARCH_SPEED_MAX,
    TURN_END_PHASE,
    descend,
    min_jerk,
    write_swing,
)
from robot_trials_control.whole_body.references import PoseReference

GAINS = WalkingGains()
DURATION = 0.4
START, TARGET = Pose2(0.2, 0.1, 0.1), Pose2(1.0, 0.15, -0.3)
START_Z, TARGET_Z = 0.01, 0.03


def swing_to(
    phase: float, target: Pose2 = TARGET, target_z: float = TARGET_Z, start: Pose2 = START, start_z: float = START_Z
) -> PoseReference:
    out, shape = PoseReference(np.zeros((6, 3))), (GAINS.swing_height, GAINS.swing_apex_phase, GAINS.touchdown_velocity)
    write_swing(phase, DURATION, start, start_z, target, target_z, np.zeros((2, 2)), np.array(shape), out.values)
    return out


def reference_at(time: float) -> PoseReference:
    return swing_to(time / DURATION)


@pytest.mark.parametrize("time", np.linspace(0.003, 0.47, 37))
def test_velocity_and_acceleration_are_the_positions_derivatives(time: float) -> None:
    here = reference_at(time)
    check_derivative(lambda dt: reference_at(time + dt).position, here.velocity, step=1e-3)
    check_derivative(lambda dt: reference_at(time + dt).velocity, here.acceleration, step=1e-3)


@pytest.mark.parametrize("phase", [GAINS.swing_apex_phase, TURN_END_PHASE, HORIZONTAL_END_PHASE, 1.0])
def test_pieces_join_without_a_jump(phase: float) -> None:
    before, after = (reference_at(phase * DURATION + dt) for dt in (-1e-9, 1e-9))
    for name in ("position", "velocity", "acceleration", "rotation"):
        np.testing.assert_allclose(getattr(before, name), getattr(after, name), atol=1e-4, err_msg=name)


def test_it_starts_at_rest_where_the_foot_stood() -> None:
    start = reference_at(0.0)
    np.testing.assert_allclose(start.position, (START.x, START.y, START_Z), atol=1e-12)
    np.testing.assert_allclose(start.rotation, pin.exp3(np.array((0, 0, START.yaw))), atol=1e-12)
    assert not start.velocity.any() and not start.acceleration.any()


def test_it_rises_over_the_higher_ground() -> None:
    apex = reference_at(GAINS.swing_apex_phase * DURATION)
    assert apex.position[2] == pytest.approx(TARGET_Z + GAINS.swing_height)
    assert apex.velocity[2] == pytest.approx(0.0, abs=1e-12)
    heights = [reference_at(t).position[2] for t in np.linspace(0, DURATION, 100)]
    assert max(heights) <= TARGET_Z + GAINS.swing_height + 1e-9


def test_it_lands_on_its_target_with_the_touchdown_velocity() -> None:
    end = reference_at(DURATION)
    np.testing.assert_allclose(end.position, (TARGET.x, TARGET.y, TARGET_Z), atol=1e-12)
    np.testing.assert_allclose(end.velocity, (0, 0, GAINS.touchdown_velocity), atol=1e-9)
    np.testing.assert_allclose(end.rotation, pin.exp3(np.array((0, 0, TARGET.yaw))), atol=1e-12)


def test_it_comes_down_straight() -> None:
    late = reference_at(HORIZONTAL_END_PHASE * DURATION + 1e-6)
    np.testing.assert_allclose(late.velocity[:2], 0.0, atol=1e-9)


def test_a_foot_that_misses_the_ground_goes_down_ever_faster() -> None:
    heights, speeds = zip(*[reference_at(DURATION + t).values[:2, 2] for t in np.linspace(0.0, 0.2, 50)], strict=True)
    assert np.all(np.diff(heights) < 0.0) and np.all(np.diff(speeds) <= 1e-12)
    assert speeds[0] == pytest.approx(GAINS.touchdown_velocity) and speeds[-1] == pytest.approx(-SEARCH_SPEED_MAX)
    assert reference_at(DURATION + 0.1).position[2] < TARGET_Z - 0.04
    np.testing.assert_allclose(reference_at(DURATION + 0.1).position[:2], (TARGET.x, TARGET.y), atol=1e-12)


def test_a_sole_lands_along_the_ground_that_is_expected() -> None:
    out, shape = PoseReference(np.zeros((6, 3))), (GAINS.swing_height, GAINS.swing_apex_phase, GAINS.touchdown_velocity)
    slopes = np.array(((0.0, 0.0), (0.14, -0.05)))
    write_swing(1.0, DURATION, START, START_Z, TARGET, TARGET_Z, slopes, np.array(shape), out.values)
    along, up = out.rotation[:, 0], out.rotation[:, 2]
    np.testing.assert_allclose(up / up[2], (-0.14, 0.05, 1.0), atol=1e-12)
    assert np.arctan2(along[1], along[0]) == pytest.approx(TARGET.yaw)
    np.testing.assert_allclose(out.rotation.T @ out.rotation, np.eye(3), atol=1e-12)


def test_the_foot_turns_the_short_way() -> None:
    out = swing_to(0.5 * TURN_END_PHASE, Pose2(0.0, 0.0, -3.0), 0.0, Pose2(0.0, 0.0, 3.0), 0.0)
    np.testing.assert_allclose(out.rotation, pin.exp3(np.array((0, 0, np.pi))), atol=1e-12)


def test_a_target_that_moves_moves_the_foot_in_proportion() -> None:
    """Late changes of the foothold still shift it, and it arrives there."""
    for phase, share in ((0.1, min_jerk(0.1 / HORIZONTAL_END_PHASE)[0]), (1.0, 1.0)):
        a, b = swing_to(phase), swing_to(phase, Pose2(TARGET.x + 0.1, TARGET.y - 0.05, TARGET.yaw))
        np.testing.assert_allclose(b.position - a.position, (0.1 * share, -0.05 * share, 0.0), atol=1e-12)


@pytest.mark.parametrize("blend", [min_jerk, lambda s: descend(s, 0.06, -0.044)], ids=["min_jerk", "descend"])
def test_blends_have_true_derivatives(blend) -> None:
    for s in np.linspace(0.02, 0.98, 15):
        _, slope, curve = blend(s)
        check_derivative(lambda change, s=s: blend(s + change)[:2], (slope, curve))


def test_blends_meet_their_ends() -> None:
    assert min_jerk(0.0) == (0.0, 0.0, 0.0) and min_jerk(1.0) == (1.0, 0.0, 0.0)
    assert descend(0.0, 0.06, -0.044) == (0.06, 0.0, 0.0)
    assert descend(1.0, 0.06, -0.044) == pytest.approx((0.0, -0.044, 0.0), abs=1e-12)
