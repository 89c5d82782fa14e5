"""The walk's sequence of phases on a body that does exactly what it is told."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from control_bench import PERIOD

from robot_trials_control.config import WalkingGains
from robot_trials_control.numeric.rotations import rotation_on_slope, yaw_of
from robot_trials_control.records import LEFT, RIGHT, MotionMode, make_record, make_robot_state
from robot_trials_control.robot.contacts import SoleReach
from robot_trials_control.robot.model_state import GRAVITY, model_state_fields
from robot_trials_control.walking.footsteps import Pose2
from robot_trials_control.walking.gait import OVERTIME_MAX, Phase
from robot_trials_control.walking.gait_references import FIRST_FORCE, UNLOADED_FORCE
from robot_trials_control.walking.phases import REST_SHARE, Walking
from robot_trials_control.whole_body.references import FORCE_MAX, WholeBodyReference

GAINS = WalkingGains()
REACH = SoleReach(-0.11, 0.014, 0.04, -0.049)
WEIGHT = 560.0
NV = 34
"""As many velocities as the robot has, so that nothing is compiled for another number."""


class IdealBody:
    """A pendulum with two feet that follow their references, and soles that feel the ground at z = 0.

    Attributes:
        walking: under test; set its `goal`.
        feet, com, velocity: the true state.
        ground, slope: height of the ground at x = 0 [m], and its rise along x.
    """

    def __init__(self) -> None:
        self.walking = Walking(GAINS, REACH, NV - 6)
        self.model, self.state = make_record(model_state_fields(NV)), make_robot_state(NV - 6)
        self.model.rotation[:] = np.eye(3)
        self.model.position[:2] = (0.0, 0.1, 0.0), (0.0, -0.1, 0.0)
        self.model.com[:] = 0.5 * REACH.ankle, 0.0, 0.8
        pairs = zip(self.model.position, self.model.rotation, strict=True)
        self.feet = [SimpleNamespace(position=position, rotation=rotation) for position, rotation in pairs][:2]
        self.com, self.velocity = self.model.com, self.model.com_velocity
        self.forces = self.state.foot_wrench[:, 2]
        self.forces[:] = 0.5 * WEIGHT
        self.reference = WholeBodyReference(np.zeros(NV - 6))
        self.ground, self.slope = -1e-3, 0.0
        self.phases: list[Phase] = []
        self.walking.reset(self.model)

    def go(self, x: float, y: float = 0.0, yaw: float = 0.0, speed: float = 0.8) -> None:
        goal = self.walking.goal
        goal.mode, goal.target, goal.speed = MotionMode.WALK_TO, Pose2(x, y, yaw), speed

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / PERIOD)):
            self.tick()

    def tick(self) -> None:
        walking, reference = self.walking, self.reference
        walking.update(PERIOD, self.model, self.state, reference)
        if not self.phases or walking.phase is not self.phases[-1]:
            self.phases.append(walking.phase)
        self.velocity += PERIOD * reference.com_acceleration
        self.com += PERIOD * self.velocity
        for side in (LEFT, RIGHT):
            if not reference.stance[side]:
                self.feet[side].position[:] = reference.swing.position
                self.feet[side].rotation[:] = reference.swing.rotation
        aloft = [self.height(side) > self.ground and not reference.stance[side] for side in (LEFT, RIGHT)]
        for side in (LEFT, RIGHT):
            if reference.stance[side]:
                rotation_on_slope(yaw_of(self.feet[side].rotation), self.slope, 0.0, self.feet[side].rotation)
        on_ground = 2 - sum(aloft)
        self.forces[:] = [0.0 if up else WEIGHT / on_ground for up in aloft]

    def height(self, side: int) -> float:
        """Of a foot above the slope through the origin [m]."""
        x, _, z = self.feet[side].position
        return float(z - self.slope * x)

    def lift_off(self, stance: int | None = None) -> None:
        """Go on to the beginning of a single support (on the given foot)."""
        while True:
            before = self.walking.phase
            self.tick()
            begins = self.walking.phase is Phase.SINGLE and before is not Phase.SINGLE
            if begins and stance in (None, self.walking.stance_side):
                return

    @property
    def middle(self) -> np.ndarray:
        """Between the soles, shape (3,) [m]."""
        return 0.5 * (self.feet[LEFT].position + self.feet[RIGHT].position)


@pytest.fixture
def body() -> IdealBody:
    """Standing at the origin."""
    return IdealBody()


def test_standing_goes_on_until_there_is_somewhere_to_go(body: IdealBody) -> None:
    body.go(0.02)
    body.run(2.0)
    assert body.phases == [Phase.STAND]
    assert body.walking.is_at_target and not body.walking.is_walking
    assert body.reference.stance.all()
    assert np.linalg.norm(body.com[:2] - (REST_SHARE * REACH.ankle, 0.0)) < 5e-3


@pytest.mark.parametrize(
    ("x", "y", "yaw"), [(1.5, 0.0, 0.0), (-0.3, 0.0, 0.0), (0.0, 0.3, 0.0), (0.0, -0.3, 0.0), (0.2, 0.0, 1.0)]
)
def test_it_walks_to_its_target_and_stands(body: IdealBody, x: float, y: float, yaw: float) -> None:
    body.go(x, y, yaw)
    body.run(1.0)
    while body.walking.is_walking and len(body.phases) < 40:
        body.tick()
    body.run(0.5)
    assert body.walking.is_at_target and body.walking.phase is Phase.STAND
    assert np.linalg.norm(body.middle[:2] - (x, y)) < 0.04
    assert abs(body.walking.heading - yaw) < 0.06
    apart = body.feet[LEFT].position - body.feet[RIGHT].position
    assert np.linalg.norm(apart) == pytest.approx(GAINS.foot_spread, abs=0.02)


def test_phases_follow_each_other_in_order(body: IdealBody) -> None:
    body.go(0.6)
    body.run(6.0)
    steps = body.walking.steps
    between = [Phase.SINGLE, Phase.DOUBLE] * (steps - 1)
    assert steps >= 3
    assert body.phases == [Phase.SHIFT, *between, Phase.SINGLE, Phase.LAST, Phase.STAND]


def test_walking_speed_is_what_was_asked_for(body: IdealBody) -> None:
    body.go(20.0, speed=0.6)
    body.run(3.0)
    start = body.middle[0]
    body.run(4.0)
    assert (body.middle[0] - start) / 4.0 == pytest.approx(0.6, abs=0.04)


def test_the_dcm_stays_on_its_reference_without_disturbance(body: IdealBody) -> None:
    body.go(20.0, speed=0.6)
    body.run(2.0)
    errors = []
    for _ in range(1000):
        body.tick()
        errors.append(np.subtract(body.walking.gait.dcm, body.walking.gait.dcm_reference))
    assert np.sqrt(np.mean(np.square(errors))) < 5e-3


def test_an_early_touchdown_ends_the_step_and_a_late_one_is_awaited(body: IdealBody) -> None:
    durations = {}
    for ground in (0.03, -1e-3, -0.02):
        body = IdealBody()
        body.go(5.0)
        body.lift_off()
        body.ground = ground
        ticks = 0
        while body.walking.phase is Phase.SINGLE and ticks < 1000:
            body.tick()
            ticks += 1
        durations[ground] = ticks * PERIOD
    assert durations[0.03] < durations[-1e-3] < durations[-0.02]
    assert durations[0.03] > GAINS.early_touchdown_phase * GAINS.single_support - 0.02
    assert durations[-0.02] == pytest.approx(GAINS.single_support + 0.1, abs=0.04)


def test_without_any_ground_the_wait_ends(body: IdealBody) -> None:
    body.ground = -9.0
    body.go(5.0)
    body.lift_off()
    body.run(GAINS.single_support + OVERTIME_MAX + 0.02)
    assert body.walking.phase is not Phase.SINGLE


def test_a_foot_is_unloaded_before_it_lifts_and_loaded_after_it_lands(body: IdealBody) -> None:
    body.go(5.0)
    while body.walking.phase is not Phase.DOUBLE:
        body.tick()
    stance, lifting = body.walking.stance_side, 1 - body.walking.stance_side
    first = body.reference.normal_force_max.copy()
    while body.walking.phase is Phase.DOUBLE:
        last = body.reference.normal_force_max.copy()
        body.tick()
    assert first[stance] < FIRST_FORCE + 0.1 * FORCE_MAX and last[stance] >= FORCE_MAX
    assert first[lifting] > WEIGHT and last[lifting] < UNLOADED_FORCE + 60.0
    assert not body.reference.stance[lifting]


def test_a_push_moves_the_next_foothold_outwards(body: IdealBody) -> None:
    footholds = {}
    for push in (0.0, 0.35):
        body = IdealBody()
        body.go(5.0, speed=0.4)
        body.lift_off(RIGHT)
        body.velocity[1] += push
        while body.walking.phase is Phase.SINGLE:
            body.tick()
        footholds[push] = body.feet[LEFT].position[1]
    assert footholds[0.35] > footholds[0.0] + 0.03


def test_it_keeps_walking_after_a_push(body: IdealBody) -> None:
    body.go(8.0, speed=0.5)
    body.run(3.0)
    body.velocity[1] += 0.2
    body.run(4.0)
    assert abs(body.middle[1]) < 0.2
    assert math.hypot(*np.subtract(body.walking.gait.dcm, body.walking.gait.dcm_reference)) < 0.05


def test_told_to_stand_it_finishes_its_step_and_closes_its_feet(body: IdealBody) -> None:
    body.go(8.0, speed=0.6)
    body.run(3.0)
    body.walking.goal.mode = MotionMode.STAND
    body.run(6.0)
    assert body.walking.phase is Phase.STAND and not body.walking.is_at_target
    assert abs(body.feet[LEFT].position[0] - body.feet[RIGHT].position[0]) < 0.02
    assert np.linalg.norm(body.velocity[:2]) < 0.01


@pytest.mark.parametrize("speed", [0.3, 0.8, 1.05])
@pytest.mark.parametrize("wait", [0.0, 0.13, 0.26, 0.39])
def test_from_any_speed_it_stands_after_the_step_under_way_and_two_more(
    body: IdealBody, speed: float, wait: float
) -> None:
    body.go(20.0, speed=speed)
    body.run(5.0)
    body.lift_off()
    body.run(wait)
    walking, under_way = body.walking, body.walking.phase is Phase.SINGLE
    walking.goal.mode = MotionMode.STAND
    before = walking.steps
    body.run(2.5)
    assert walking.phase is Phase.STAND
    assert walking.steps - before <= 2 + under_way
    assert np.linalg.norm(body.velocity[:2]) < 0.02
    assert abs(body.feet[LEFT].position[0] - body.feet[RIGHT].position[0]) < 0.02


def test_steps_are_quicker_only_beyond_the_calm_speed(body: IdealBody) -> None:
    body.go(40.0, speed=GAINS.calm_speed)
    body.run(5.0)
    calm = body.walking.plan.tempo
    assert calm == (GAINS.single_support, GAINS.double_support)
    body.walking.goal.speed = 1.05
    body.run(4.0)
    start = body.middle[0]
    body.run(4.0)
    assert body.walking.plan.tempo == pytest.approx((GAINS.quick_single_support, GAINS.quick_double_support))
    assert (body.middle[0] - start) / 4.0 == pytest.approx(1.05, abs=0.04)


@pytest.mark.parametrize("slope", [0.14, -0.14])
def test_on_a_slope_feet_land_along_it_and_the_body_moves_parallel_to_it(body: IdealBody, slope: float) -> None:
    body.slope = slope
    for side in (LEFT, RIGHT):
        rotation_on_slope(0.0, slope, 0.0, body.feet[side].rotation)
    body.go(20.0, speed=0.5)
    body.run(3.0)
    heights = []
    for _ in range(1000):
        body.tick()
        heights.append(body.com[2] - slope * body.com[0])
        assert abs(body.height(body.walking.stance_side)) < 0.01
    assert np.ptp(heights) < 0.02 and np.mean(heights) == pytest.approx(GAINS.com_height, abs=0.02)
    body.lift_off()
    while body.walking.phase is Phase.SINGLE:
        landing = body.reference.swing.rotation[:, 2].copy()
        body.tick()
    assert landing[0] / landing[2] == pytest.approx(-slope, abs=0.01)
    assert body.reference.torso_rotation[2, 2] == pytest.approx(1.0)


def test_one_sole_on_an_edge_is_no_slope(body: IdealBody) -> None:
    body.go(20.0, speed=0.5)
    body.lift_off(RIGHT)
    while body.walking.phase is not Phase.DOUBLE:
        body.tick()
    rotation_on_slope(0.0, 0.2, 0.0, body.feet[LEFT].rotation)
    body.slope = 0.0
    while body.walking.phase is Phase.DOUBLE:
        rotation_on_slope(0.0, 0.2, 0.0, body.feet[LEFT].rotation)
        body.tick()
    assert not body.walking.gait.slopes[1].any()


def test_a_commanded_velocity_turns_the_body(body: IdealBody) -> None:
    goal = body.walking.goal
    goal.mode, goal.velocity = MotionMode.WALK_VELOCITY, (0.2, 0.0, 0.3)
    body.run(1.0)
    start = body.walking.heading
    body.run(4.0)
    assert (body.walking.heading - start) / 4.0 == pytest.approx(0.3, abs=0.06)


def test_pressure_is_kept_within_the_stance_sole(body: IdealBody) -> None:
    """Whatever the error, single support never asks for a pressure beyond the reach of ankle and sole."""
    body.go(8.0, speed=0.5)
    body.lift_off()
    body.velocity[:2] += (0.8, 0.8)
    body.tick()
    stance = body.feet[body.walking.stance_side].position
    zmp = body.com[:2] - body.reference.com_acceleration[:2] / (GRAVITY / GAINS.com_height)
    inside = np.subtract(body.walking.gait.zmp_commanded, stance[:2])
    assert REACH.x_min - 1e-9 <= inside[0] <= REACH.x_max + 1e-9 and abs(inside[1]) <= REACH.y_max + 1e-9
    np.testing.assert_allclose(zmp, body.walking.gait.zmp_commanded, atol=5e-3)


@pytest.mark.parametrize(("sideways", "first"), [(0.2, LEFT), (-0.2, RIGHT)])
@pytest.mark.parametrize("mode", [MotionMode.WALK_VELOCITY, MotionMode.WALK_TO])
def test_a_walk_aside_begins_with_the_foot_of_that_side(
    body: IdealBody, mode: MotionMode, sideways: float, first: int
) -> None:
    """The other one would have to cross it."""
    if mode == MotionMode.WALK_TO:
        body.go(0.0, sideways)
    else:
        body.walking.goal.mode, body.walking.goal.velocity = mode, (0.0, sideways, 0.0)
    body.lift_off()
    assert not body.reference.stance[first] and body.reference.stance[1 - first]
    assert body.walking.stance_side == 1 - first
