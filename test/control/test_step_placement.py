"""Step adjustment: a push moves the foothold to its side, noise does not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest

from robot_trials_control.config import WalkingGains
from robot_trials_control.records import LEFT, RIGHT, MotionMode, make_record
from robot_trials_control.robot.contacts import SoleReach
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.walking.dcm import foothold_gain, steady_zmp
from robot_trials_control.walking.footsteps import Pose2, clamp_to_sole
from robot_trials_control.walking.gait import GAIT_CONSTANT_FIELDS, GAIT_FIELDS, adjust_step
from robot_trials_control.walking.placement import (
    DURATION_STEP,
    REMAINING_MIN,
    SWING_TIME_GROWTH,
    SWING_TIME_MIN,
    find_adjustment,
    keep_within,
)
from robot_trials_control.walking.step_plan import Goal, StepPlan

OMEGA = math.sqrt(GRAVITY / 0.8)
REACH = SoleReach(-0.11, 0.014, 0.04, -0.049)
STANCE = Pose2(1.0, -0.1, 0.0)
WANTED = (1.15, -0.05)
FOOTHOLD = (1.28, 0.1)
ELAPSED = REMAINING = 0.2


GAINS = WalkingGains()
LIMITS = StepPlan(GAINS, REACH, OMEGA).limits
SHIFT_PER_MISS = 1.0 / foothold_gain(GAINS.double_support, OMEGA)


class Change(NamedTuple):
    """Shift of the foothold in world [m], and change of the swing's duration [s]."""

    x: float
    y: float
    timing: float


NO_CHANGE = Change(0.0, 0.0, 0.0)


def adjust(
    dcm: Sequence[float],
    wanted: tuple[float, float] = WANTED,
    stance: Pose2 = STANCE,
    elapsed: float = ELAPSED,
    remaining: float = REMAINING,
    foothold: tuple[float, float] = FOOTHOLD,
    side: float = 1.0,
) -> Change:
    """As a tick of the left foot's swing would; no change within the dead band."""
    constants, gait = make_record(GAIT_CONSTANT_FIELDS), make_record(GAIT_FIELDS)
    constants.omega[...], constants.reach[:], constants.sole_share[...] = OMEGA, REACH, GAINS.sole_share
    constants.placement_deadband[...], constants.step_limits[:] = GAINS.placement_deadband, LIMITS
    constants.placement_gain[...] = SHIFT_PER_MISS
    gait.stance_side[...] = RIGHT if side > 0.0 else LEFT
    gait.pose[int(gait.stance_side)], gait.dcm[:], gait.end_dcm[:] = stance, dcm, wanted
    gait.elapsed[...], gait.duration[...] = elapsed, elapsed + remaining
    gait.planned[:] = *foothold, *wanted, elapsed + remaining
    if not adjust_step(constants.data, gait.data):
        return NO_CHANGE
    x, y, duration = gait.adjusted.tolist()
    return Change(x - foothold[0], y - foothold[1], duration - elapsed - remaining)


def undisturbed(stance: Pose2 = STANCE) -> np.ndarray:
    """DCM now that reaches `WANTED` with the pressure under the stance ankle, world."""
    ankle = stance.offset(REACH.ankle, 0.0)
    decay = math.exp(-OMEGA * REMAINING)
    return np.array((ankle.x + decay * (WANTED[0] - ankle.x), ankle.y + decay * (WANTED[1] - ankle.y)))


PUSHES = [(0.06, 0.0), (-0.15, 0.0), (0.0, 0.06), (0.0, -0.06), (0.07, -0.07)]


@pytest.mark.parametrize("push", PUSHES)
def test_a_push_moves_the_foothold_to_its_side(push: tuple[float, float]) -> None:
    change = adjust(undisturbed() + push)
    for shift, part in ((change.x, push[0]), (change.y, push[1])):
        if part:
            assert shift * part > 0.0 and abs(shift) > GAINS.placement_deadband
        else:
            assert abs(shift) < 1e-9


@pytest.mark.parametrize("push", [push for push in PUSHES if push[1] >= 0.0])
def test_the_shift_is_what_the_ankle_leaves(push: tuple[float, float]) -> None:
    """Forward in time: with the best constant pressure the DCM misses its aim by gain · shift."""
    dcm = undisturbed() + push
    change = adjust(dcm)
    left = REMAINING + change.timing
    best = [steady_zmp(dcm[i], WANTED[i], left, OMEGA) for i in range(2)]
    held = np.array(clamp_to_sole(*best, STANCE, REACH, GAINS.sole_share))
    landing = held + (dcm - held) * math.exp(OMEGA * left)
    gain = foothold_gain(GAINS.double_support, OMEGA)
    np.testing.assert_allclose((change.x, change.y), (landing - WANTED) / gain, atol=1e-12)


@pytest.mark.parametrize("push", [(0.0, 0.0), (0.003, 0.0), (0.0, -0.01), (0.02, 0.01)])
def test_what_the_ankle_can_hold_changes_nothing(push: tuple[float, float]) -> None:
    change = adjust(undisturbed() + push)
    assert change == NO_CHANGE


def test_dead_band_ends_where_the_gains_say() -> None:
    """Beyond the ankle's reach the miss grows with e^(ωT); it counts from 15 mm on."""
    ankle_limit = 0.8 * REACH.y_max
    at_limit = undisturbed() + (0.0, ankle_limit * (1.0 - math.exp(-OMEGA * REMAINING)))
    gain = foothold_gain(GAINS.double_support, OMEGA)
    per_mm = math.exp(-OMEGA * REMAINING) * gain
    inside = at_limit + (0.0, 0.0149 * per_mm)
    outside = at_limit + (0.0, 0.0151 * per_mm)
    assert adjust(inside) == NO_CHANGE
    assert adjust(outside) != NO_CHANGE


def test_a_turned_robot_steps_in_its_own_axes() -> None:
    """The same push on a robot that faces along y: everything turns with it."""
    change = adjust(undisturbed() + (0.07, -0.07))

    def turned(point: Sequence[float]) -> tuple[float, float]:
        return -point[1], point[0]

    stance = Pose2(*turned((STANCE.x, STANCE.y)), math.pi / 2)
    again = adjust(turned((undisturbed() + (0.07, -0.07)).tolist()), turned(WANTED), stance, foothold=turned(FOOTHOLD))
    assert (again.x, again.y) == pytest.approx((-change.y, change.x), abs=1e-9)
    assert again.timing == change.timing


def test_the_other_foot_steps_as_in_a_mirror() -> None:
    def mirrored(point: Sequence[float]) -> tuple[float, float]:
        return point[0], -point[1]

    for push in PUSHES:
        dcm = undisturbed() + push
        change = adjust(dcm)
        stance = Pose2(STANCE.x, -STANCE.y, 0.0)
        again = adjust(mirrored(dcm), mirrored(WANTED), stance, foothold=mirrored(FOOTHOLD), side=-1.0)
        assert (again.x, -again.y, again.timing) == pytest.approx(change, abs=1e-12)


def test_a_strong_push_hastens_the_step_but_never_below_the_shortest_swing() -> None:
    dcm = undisturbed() + (0.0, 0.12)
    assert adjust(dcm).timing < 0.0
    for elapsed in (0.0, 0.05, 0.1, 0.2):
        for remaining in (0.05, 0.1, 0.2):
            timing = adjust(dcm, elapsed=elapsed, remaining=remaining).timing
            assert timing <= SWING_TIME_GROWTH
            assert timing / DURATION_STEP == pytest.approx(round(timing / DURATION_STEP), abs=1e-6)
            assert remaining + timing >= REMAINING_MIN - 1e-9
            assert timing >= 0.0 or elapsed + remaining + timing >= SWING_TIME_MIN - 1e-9


def test_a_push_over_the_stance_foot_ends_the_swing_at_once() -> None:
    """No foothold meets a DCM that leaves over the foot on the ground: the sooner the next step, the better."""
    change = adjust(undisturbed() + (0.0, -0.15), elapsed=0.1, remaining=0.3)
    assert 0.4 + change.timing == pytest.approx(SWING_TIME_MIN, abs=DURATION_STEP)
    assert FOOTHOLD[1] + change.y - STANCE.y == pytest.approx(LIMITS.inner)


@pytest.mark.parametrize("push", [*PUSHES, (0.0, -0.15), (0.2, 0.2), (-0.3, 0.0)])
def test_no_duration_tried_costs_less(push: tuple[float, float]) -> None:
    """With the duration found as the plan's, what is found keeps the duration or a neighbour of it."""
    dcm = tuple((undisturbed() + push).tolist())
    common = STANCE, 1.0, LIMITS, REACH, GAINS.sole_share, OMEGA, SHIFT_PER_MISS
    x, y, duration = find_adjustment(dcm, WANTED, FOOTHOLD, 0.4, ELAPSED, *common)
    assert (x, y) == pytest.approx(keep_within(x, y, STANCE, 1.0, LIMITS), abs=1e-12)
    again = find_adjustment(dcm, WANTED, (x, y), duration, ELAPSED, *common)[2]
    assert again <= duration + SWING_TIME_GROWTH + 1e-9


def test_just_before_touchdown_nothing_moves() -> None:
    assert adjust((9.0, 9.0), elapsed=0.4, remaining=0.029) == NO_CHANGE


@pytest.mark.parametrize("stance_side", [LEFT, RIGHT])
@pytest.mark.parametrize("push", [(0.0, -3.0), (0.0, 3.0), (3.0, 0.0), (-3.0, 0.0), (0.02, 0.01)])
def test_a_shifted_plan_keeps_the_feet_apart_and_within_reach(stance_side: int, push: tuple[float, float]) -> None:
    gains, goal = WalkingGains(), Goal()
    plan = StepPlan(gains, REACH, OMEGA)
    goal.mode, goal.target, goal.speed = MotionMode.WALK_TO, Pose2(5.0, 0.0, 0.0), 0.8
    body, side = Pose2(0.0, 0.0, 0.0), 1.0 if stance_side == RIGHT else -1.0
    plan.renew(body, stance_side, goal, closing_allowed=False)
    before, stance = list(plan.footholds), plan.planner.foothold(body, stance_side)
    plan.shift(*push, stance, stance_side)
    seen, limits = plan.footholds[0].seen_from(stance), plan.limits
    assert limits.inner - 1e-9 <= side * seen.y <= limits.outer + 1e-9
    assert limits.back - 1e-9 <= seen.x <= limits.ahead + 1e-9
    assert math.hypot(seen.x, seen.y) <= limits.stride + 1e-9
    moved = {(round(b.x - a.x, 9), round(b.y - a.y, 9)) for a, b in zip(before, plan.footholds, strict=True)}
    assert len(moved) == 1
