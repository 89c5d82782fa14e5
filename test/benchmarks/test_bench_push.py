"""The push benchmark's search, judges and picture, without a robot."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks.judges.push import (
    REST_SPEED_MAX,
    STAND_SLIDE_MAX,
    STAND_YAW_MAX,
    STEPS_TO_REGAIN,
    WALK_SLIDE_MAX,
    StandingJudge,
    WalkingJudge,
)
from benchmarks.polar_picture import Curve, draw_polar
from benchmarks.push import COARSE, FINE, IMPULSE_MAX, distance_to_box, find_largest
from benchmarks.push_figures import STANDING, Outcome, Place, format_table, gather_figures
from robot_trials_control.records import Record, make_control_sample

ANGLES = [0.0, math.pi / 2, math.pi, 3 * math.pi / 2]


class World:
    """A sample and two soles, changed by hand."""

    def __init__(self) -> None:
        self.sample: Record = make_control_sample(28)
        truth = self.sample.truth
        truth.base_position[:], truth.base_linear_velocity[:] = (0.0, 0.0, 0.8), 0.0
        truth.base_orientation_xyzw[:], truth.robot_holds[...] = (0.0, 0.0, 0.0, 1.0), 1
        self.sample.state.foot_wrench[:, 2] = 280.0
        self.poses = np.tile(np.eye(4), (2, 1, 1))

    def sole_poses(self) -> np.ndarray:
        return self.poses.copy()

    def turn(self, axis: int, angle: float) -> None:
        self.sample.truth.base_orientation_xyzw[:] = 0.0
        self.sample.truth.base_orientation_xyzw[axis] = math.sin(0.5 * angle)
        self.sample.truth.base_orientation_xyzw[3] = math.cos(0.5 * angle)

    def run(self, judge: StandingJudge | WalkingJudge, seconds: float = 1.0, speed: float = 0.0) -> None:
        for _ in range(round(seconds / 0.01)):
            self.sample.state.time_ns[...] += 10_000_000
            self.sample.truth.base_position[0] += 0.01 * speed
            judge.update(self.sample)


@pytest.fixture
def world() -> World:
    return World()


def test_who_stands_still_has_stood_it_out(world: World) -> None:
    judge = StandingJudge(world.sample, world.sole_poses)
    world.turn(1, math.radians(20.0))  # bends on the way
    world.run(judge)
    world.turn(1, 0.0)
    world.run(judge)
    assert judge.finish() == "" and judge.tilt_max == pytest.approx(math.radians(20.0))


def slide(world: World) -> None:
    world.poses[1, 0, 3] += 1.01 * STAND_SLIDE_MAX


def lift_and_replace(world: World) -> None:
    world.sample.state.foot_wrench[1, 2] = 0.0
    slide(world)


def turn_base(world: World) -> None:
    world.turn(2, 1.01 * STAND_YAW_MAX)


def lean(world: World) -> None:
    world.turn(0, math.radians(3.1))


def drop(world: World) -> None:
    world.sample.truth.robot_holds[...] = 0


def step(world: World) -> None:
    world.sample.status.steps[...] += 1


def sway(world: World) -> None:
    world.sample.truth.base_linear_velocity[1] = 1.01 * REST_SPEED_MAX


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (slide, "slide"),
        (lift_and_replace, "slide"),
        (turn_base, "yaw"),
        (lean, "tilt"),
        (drop, "torch lost"),
        (step, "step"),
        (sway, "not at rest"),
    ],
)
def test_standing_is_strict(world: World, change: object, reason: str) -> None:
    judge = StandingJudge(world.sample, world.sole_poses)
    assert callable(change)
    change(world)
    world.run(judge)
    assert judge.finish() == reason


def walk(world: World, judge: WalkingJudge, speed: float) -> None:
    for _ in range(STEPS_TO_REGAIN + 2):
        world.run(judge, 0.5, speed)
        world.sample.status.steps[...] += 1
    world.run(judge, 0.1, speed)


@pytest.mark.parametrize(("speed", "good"), [(0.5, True), (0.58, True), (0.42, True), (0.62, False), (0.3, False)])
def test_walking_has_to_regain_its_speed(world: World, speed: float, good: bool) -> None:
    judge = WalkingJudge(world.sample, world.sole_poses, 0.5)
    walk(world, judge, speed)
    assert judge.is_over and (judge.finish() == "") == good


def test_a_walk_that_ends_has_not_regained_it(world: World) -> None:
    judge = WalkingJudge(world.sample, world.sole_poses, 0.5)
    world.run(judge, 3.0)
    assert judge.finish() == "no steps"


@pytest.mark.parametrize(("loaded", "reason"), [(True, "slide"), (False, "")])
def test_only_a_loaded_sole_slides(world: World, loaded: bool, reason: str) -> None:
    judge = WalkingJudge(world.sample, world.sole_poses, 0.5)
    world.run(judge, 0.1)
    world.sample.state.foot_wrench[0, 2] = 280.0 if loaded else 0.0
    world.poses[0, 1, 3] += 1.01 * WALK_SLIDE_MAX
    world.run(judge, 0.1)
    world.sample.state.foot_wrench[0, 2] = 280.0
    world.run(judge, 0.1)
    assert judge.failure == reason


@pytest.mark.parametrize("limit", [3.0, 7.9, 8.0, 20.3, 39.0])
def test_the_search_ends_below_the_first_bad_impulse(limit: float) -> None:
    impulse, reason = find_largest(lambda value: "fall" if value > limit else "")
    assert limit - FINE <= impulse <= limit and reason == "fall"


def test_the_search_stops_at_the_largest_impulse_and_at_a_hole() -> None:
    assert find_largest(lambda value: "") == (IMPULSE_MAX, "")
    impulse, _ = find_largest(lambda value: "fall" if COARSE - 1.0 < value < COARSE + 1.0 else "")
    assert impulse < COARSE


def test_the_way_to_the_edge_of_a_box() -> None:
    assert [distance_to_box(-0.1, 0.2, 0.3, angle) for angle in ANGLES] == pytest.approx([0.2, 0.3, 0.1, 0.3])
    assert distance_to_box(-0.1, 0.3, 0.3, math.pi / 4) == pytest.approx(0.3 * math.sqrt(2.0))


def outcomes(standing: float = 21.0, walking: float = 21.0, worst: float = 13.0) -> list[Outcome]:
    found = [Outcome(Place(STANDING, 3), angle, standing, "slide", False) for angle in ANGLES]
    for phase, impulse in enumerate((walking, worst, walking)):
        found += [Outcome(Place(phase, 3), angle, impulse, "fall", False) for angle in ANGLES]
    return found


def test_figures_are_met_and_short() -> None:
    assert all(figure.is_met for figure in gather_figures(outcomes()))
    short = {figure.name for figure in gather_figures(outcomes(12.0, 19.0, 11.0)) if not figure.is_met}
    assert short == {"standing_forward", "standing_back", "standing_side", "walking_worst", "walking_median"}


def test_table_has_a_row_for_each_direction() -> None:
    rows = format_table(outcomes(), ANGLES, [30.0] * 4).splitlines()
    assert len(rows) == 5 and rows[0].split()[:2] == ["direction", "standing"]
    assert rows[1].split() == ["0°", "21.0", "21.0", "13.0", "21.0", "13.0", "21.0", "30.0"]


def test_the_picture_has_forward_up_and_left_on_the_left() -> None:
    root = ElementTree.fromstring(draw_polar("a < b", [Curve("one", "#000", [20.0, 10.0, 10.0, 10.0])]))
    polygon = root.find("{http://www.w3.org/2000/svg}polygon")
    assert polygon is not None
    (ahead_x, ahead_y), (left_x, left_y), *_ = (map(float, p.split(",")) for p in polygon.attrib["points"].split())
    assert (ahead_x, ahead_y) == pytest.approx((240.0, 40.0)) and (left_x, left_y) == pytest.approx((140.0, 240.0))
