"""The footstep planner: reaches every kind of target, within its limits and with the feet apart."""

from __future__ import annotations

import itertools
import math

import pytest

from robot_trials_control.config import WalkingGains
from robot_trials_control.records import LEFT, RIGHT, MotionMode
from robot_trials_control.robot.contacts import SoleReach, compute_sole_reach
from robot_trials_control.walking.footsteps import FootstepPlanner, Pose2, clamp_to_sole, is_reached, other
from robot_trials_control.walking.step_plan import PREVIEW_STEPS, Goal, StepPlan

HOME = Pose2(0.0, 0.0, 0.0)
GAINS = WalkingGains()
TARGETS = {
    "forward": Pose2(3.0, 0.0, 0.0),
    "a little forward": Pose2(0.06, 0.0, 0.0),
    "back": Pose2(-0.6, 0.0, 0.0),
    "left": Pose2(0.0, 0.5, 0.0),
    "right": Pose2(0.0, -0.5, 0.0),
    "turn left": Pose2(0.0, 0.0, 1.6),
    "turn right": Pose2(0.0, 0.0, -2.5),
    "turn round": Pose2(0.0, 0.0, math.pi),
    "off the line": Pose2(4.0, 0.6, 0.0),
    "far and askew": Pose2(3.0, -1.0, -0.6),
    "back and aside": Pose2(-0.3, 0.2, 0.2),
}


def walk(target: Pose2, first: int, speed: float = 0.8, start: Pose2 = HOME) -> list[tuple[int, Pose2]]:
    """Body poses, each with the foot that steps there, until the target is reached or 80 steps are gone."""
    planner, body, side, length = FootstepPlanner(GAINS), start, first, 0.0
    bodies = [(other(first), start)]
    while not is_reached(body, target) and len(bodies) <= 80:
        following = planner.next_towards(body, side, target, speed, length)
        length = following.seen_from(body).x
        bodies.append((side, following))
        body, side = following, other(side)
    return bodies


@pytest.mark.parametrize("first", [LEFT, RIGHT])
@pytest.mark.parametrize("name", TARGETS)
def test_target_is_reached_in_few_steps(name: str, first: int) -> None:
    target = TARGETS[name]
    bodies = walk(target, first)
    assert is_reached(bodies[-1][1], target)
    least = math.hypot(target.x, 2 * target.y) / GAINS.step_length_max + abs(target.yaw) / GAINS.step_turn_max
    assert len(bodies) - 1 <= 2.5 * least + 15


@pytest.mark.parametrize("first", [LEFT, RIGHT])
@pytest.mark.parametrize("name", TARGETS)
def test_every_step_is_within_its_limits_and_keeps_the_feet_apart(name: str, first: int) -> None:
    planner, length = FootstepPlanner(GAINS), 0.0
    for (stance_side, before), (side, after) in itertools.pairwise(walk(TARGETS[name], first)):
        step = after.seen_from(before)
        assert -GAINS.step_length_back_max - 1e-9 <= step.x <= GAINS.step_length_max + 1e-9
        assert step.x <= max(length, 0.0) + GAINS.step_growth_max + 1e-9
        assert abs(step.yaw) <= GAINS.step_turn_max + 1e-9
        assert abs(step.y) <= GAINS.step_side_max + 1e-9
        foot = planner.foothold(after, side).seen_from(planner.foothold(before, stance_side))
        apart = foot.y if side == LEFT else -foot.y
        assert 0.13 < apart < GAINS.foot_spread + GAINS.step_side_max + 0.06
        length = step.x


@pytest.mark.parametrize("speed", [0.2, 0.5, 0.8])
def test_the_speed_bound_holds(speed: float) -> None:
    period = GAINS.single_support + GAINS.double_support
    lengths = [b.seen_from(a).x for (_, a), (_, b) in itertools.pairwise(walk(Pose2(4.0, 0.0, 0.0), LEFT, speed))]
    assert max(lengths) == pytest.approx(speed * period)


def test_walks_end_slowly() -> None:
    """The last step is not much longer than what standing still allows."""
    lengths = [b.seen_from(a).x for (_, a), (_, b) in itertools.pairwise(walk(Pose2(5.0, 0.0, 0.0), LEFT))]
    assert max(lengths) > 0.35
    assert lengths[-1] <= 0.11
    assert all(a - b <= 0.13 for a, b in itertools.pairwise(lengths))


def test_plans_do_not_depend_on_where_the_site_lies() -> None:
    origin = Pose2(-7.0, 3.0, 2.2)
    target = TARGETS["far and askew"]
    moved = walk(origin.offset(target.x, target.y, target.yaw), LEFT, start=origin)
    for (_, here), (_, there) in zip(walk(target, LEFT), moved, strict=True):
        assert there.seen_from(origin) == pytest.approx(here, abs=1e-9)


@pytest.mark.parametrize(
    ("velocity", "wanted"),
    [((0.4, 0.0, 0.0), (0.4, 0.0, 0.0)), ((-0.2, 0.0, 0.0), (-0.2, 0.0, 0.0)), ((0.2, 0.0, 0.3), (0.2, 0.0, 0.3))],
)
def test_commanded_velocity_becomes_the_mean_velocity(
    velocity: tuple[float, float, float], wanted: tuple[float, float, float]
) -> None:
    planner, body, side, length = FootstepPlanner(GAINS), HOME, LEFT, 0.0
    for _ in range(10):
        before = body
        body = planner.next_along(body, side, velocity, length)
        length, side = body.seen_from(before).x, other(side)
    step, period = body.seen_from(before), GAINS.single_support + GAINS.double_support
    assert (step.x / period, step.y / period, step.yaw / period) == pytest.approx(wanted, abs=1e-9)


def test_velocity_beyond_the_limits_is_cut() -> None:
    planner, body, length = FootstepPlanner(GAINS), HOME, 0.0
    for _ in range(10):
        before = body
        body = planner.next_along(body, LEFT, (9.0, 9.0, 9.0), length)
        length = body.seen_from(before).x
    assert body.seen_from(before) == pytest.approx((GAINS.step_length_max, GAINS.step_side_max, GAINS.step_turn_max))


def test_body_and_foothold_are_inverse() -> None:
    planner, body = FootstepPlanner(GAINS), Pose2(1.0, 2.0, 0.7)
    for side in (LEFT, RIGHT):
        assert planner.body(planner.foothold(body, side), side) == pytest.approx(body)
    gap = planner.foothold(body, LEFT).seen_from(planner.foothold(body, RIGHT))
    assert gap == pytest.approx((0.0, GAINS.foot_spread, 0.0))


def test_poses_compose_and_wrap() -> None:
    pose = Pose2(1.0, -2.0, 3.0)
    assert pose.offset(0.3, 0.1, 0.5).seen_from(pose) == pytest.approx((0.3, 0.1, 0.5))
    assert abs(pose.offset(0.0, 0.0, 0.5).yaw) < math.pi


def make_plan(goal: Goal, body: Pose2 = HOME, closing_allowed: bool = True) -> StepPlan:
    plan = StepPlan(GAINS, SoleReach(-0.11, 0.014, 0.04, -0.049), 3.5)
    plan.renew(body, RIGHT, goal, closing_allowed)
    return plan


def make_goal(mode: MotionMode, target: Pose2 = HOME, velocity: tuple[float, float, float] = (0, 0, 0)) -> Goal:
    goal = Goal()
    goal.mode, goal.target, goal.speed, goal.velocity = mode, target, 0.8, velocity
    return goal


def test_a_plan_on_the_way_looks_ahead_with_alternate_feet() -> None:
    plan = make_plan(make_goal(MotionMode.WALK_TO, Pose2(5.0, 0.0, 0.0)))
    assert len(plan.footholds) == PREVIEW_STEPS and not plan.ends_with_next
    assert [foot.y > 0.0 for foot in plan.footholds] == [True, False, True]
    assert plan.length == pytest.approx(GAINS.step_growth_max)


@pytest.mark.parametrize("mode", [MotionMode.STAND, MotionMode.WALK_TO, MotionMode.WALK_VELOCITY])
def test_a_plan_without_distance_closes_the_feet(mode: MotionMode) -> None:
    plan = make_plan(make_goal(mode))
    assert plan.ends_with_next
    assert plan.footholds[0] == pytest.approx((0.0, 0.5 * GAINS.foot_spread, 0.0))


def test_a_commanded_velocity_never_closes() -> None:
    plan = make_plan(make_goal(MotionMode.WALK_VELOCITY, velocity=(0.0, 0.0, 0.1)))
    assert not plan.ends_with_next and len(plan.footholds) == PREVIEW_STEPS


def test_clearing_a_plan_stands() -> None:
    plan = make_plan(make_goal(MotionMode.WALK_TO, Pose2(5.0, 0.0, 0.0)))
    plan.clear()
    assert plan.footholds == [] and plan.length == 0.0 and not plan.ends_with_next


def test_points_are_clamped_to_a_share_of_the_soles_reach_about_the_ankle() -> None:
    """In the axes of a foot turned by 90°."""
    foot, reach = Pose2(1.0, 2.0, math.pi / 2), compute_sole_reach(0.11, 0.04, -0.05, 10.0, 500.0)
    assert clamp_to_sole(1.3, 2.3, foot, reach, 1.0) == pytest.approx((1.02, 1.97))
    assert clamp_to_sole(1.3, 2.3, foot, reach, 0.5) == pytest.approx((1.01, 1.96))
    assert clamp_to_sole(0.997, 1.945, foot, reach, 1.0) == pytest.approx((0.997, 1.945))


def test_a_plan_can_be_one_step_to_a_place() -> None:
    plan = make_plan(make_goal(MotionMode.WALK_TO, Pose2(5.0, 0.0, 0.0)))
    place = Pose2(0.1, 0.2, 0.0)
    plan.end_at(place)
    assert plan.footholds == [place] and plan.ends_with_next and plan.length == 0.0
