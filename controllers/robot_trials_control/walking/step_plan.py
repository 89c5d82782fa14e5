"""The next footholds and the ZMP that goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from robot_trials_control.config import WalkingGains
from robot_trials_control.records import RIGHT, MotionMode
from robot_trials_control.robot.contacts import SoleReach
from robot_trials_control.walking.dcm import ZmpSegment, dcm_at_start, dcm_before
from robot_trials_control.walking.footsteps import FootstepPlanner, Pose2, clamp, is_reached, other
from robot_trials_control.walking.placement import StepLimits, keep_within

TEMPO_LEAD = 0.15
"""By how much the steps' time is ahead of the speed while the robot gets faster [m/s]."""
Point = tuple[float, float]
PREVIEW_STEPS = 3
"""Footholds planned ahead."""
FEET_APART_MIN = 0.13
"""Smallest sideways distance of the soles' middles [m]."""
STOP_TOLERANCE = 0.12
"""A second step to come to rest is not taken for less [m]."""
SHORT_STEP = 0.05
"""Below this step length the ZMP stays at the ankle during single support [m]."""


class Goal:
    """What walking is asked for.

    Attributes:
        mode: STAND, WALK_TO or WALK_VELOCITY.
        target: pose to reach (WALK_TO).
        speed: upper bound (WALK_TO) [m/s].
        velocity: forward, left, turn rate (WALK_VELOCITY) [m/s, m/s, rad/s].
    """

    __slots__ = ("mode", "speed", "target", "velocity")

    def __init__(self) -> None:
        self.mode = MotionMode.STAND
        self.target = Pose2(0.0, 0.0, 0.0)
        self.speed = 0.0
        self.velocity = (0.0, 0.0, 0.0)

    @property
    def forward_speed(self) -> float:
        """What is asked for [m/s]."""
        return self.speed if self.mode == MotionMode.WALK_TO else self.velocity[0]

    @property
    def asks_for_steps(self) -> bool:
        """Whether there may be somewhere to go; otherwise the walk is to end at once."""
        return self.mode == MotionMode.WALK_TO or self.is_moving

    @property
    def is_moving(self) -> bool:
        """Whether a commanded velocity asks for steps."""
        return self.mode == MotionMode.WALK_VELOCITY and any(abs(value) > 1e-3 for value in self.velocity)


class Tempo(NamedTuple):
    """How long single and double support take [s]."""

    single: float
    double: float


class StepPlan:
    """Footholds ahead, and the DCM that the step in progress must reach for them.

    Attributes:
        tempo: of the steps ahead.
        footholds: the next one first; empty when standing.
        length: forward length of the next step [m].
        limits: where a shifted foothold may be.
        is_stopping: whether it was asked to stand.
        brake: ZMP ahead of the ankle while it stops [m].
    """

    def __init__(self, gains: WalkingGains, reach: SoleReach, omega: float) -> None:
        self.gains, self.reach, self.omega = gains, reach, omega
        self.planner = FootstepPlanner(gains)
        farthest = gains.step_length_max + gains.placement_max
        outer = gains.foot_spread + gains.placement_side_max
        self.limits = StepLimits(-farthest, farthest, FEET_APART_MIN, outer, max(farthest, outer))
        self.footholds: list[Pose2] = []
        self.length = 0.0
        self.tempo = Tempo(gains.single_support, gains.double_support)
        self.brake = 0.0
        self._closing = self.is_stopping = False

    @property
    def ends_with_next(self) -> bool:
        """Whether the next step puts the feet side by side and ends the walk."""
        return self._closing and len(self.footholds) == 1

    def clear(self) -> None:
        """Stand."""
        self.footholds, self.length, self._closing, self.is_stopping = [], 0.0, False, False
        self._set_tempo(0.0)

    def end_at(self, foothold: Pose2) -> None:
        """One step to a foothold, then stand."""
        self.footholds, self.length, self._closing = [foothold], 0.0, True

    def renew(self, body: Pose2, stance_side: int, goal: Goal, closing_allowed: bool) -> None:
        """Plan from a body pose; a closing step puts the feet side by side and ends the plan."""
        self.footholds, self._closing, self.is_stopping = [], False, False
        self._set_tempo(goal.forward_speed)
        length, side = self.length, other(stance_side)
        for index in range(PREVIEW_STEPS):
            following = self._next_body(body, side, length, goal)
            length = following.seen_from(body).x
            if index == 0:
                self.length = length
            self.footholds.append(self.planner.foothold(following, side))
            if (closing_allowed or index > 0) and is_reached(following, body) and not goal.is_moving:
                self._closing = True
                return
            body, side = following, other(side)

    def stop(self, body: Pose2, stance_side: int, dcm: Sequence[float], zmp: Point, left: float) -> None:
        """Plan a closing step, and before it one as long as it takes to come to rest above it, if need be.

        The DCM that such a plan wants now is linear in that step's length and in where on the soles the ZMP brakes.

        Args:
            body, stance_side: of the foot that has just landed.
            dcm: measured now, in the double support [m].
            zmp: planned now [m].
            left: time of the double support left [s].
        """
        gains, tolerance = self.gains, STOP_TOLERANCE if self.is_stopping else SHORT_STEP
        self._closing = self.is_stopping = True
        stance = self.planner.foothold(body, stance_side)
        ahead = []
        for length, self.brake in ((0.0, 0.0), (1.0, 0.0), (0.0, gains.zmp_brake)):
            self._plan_stop(body, stance_side, length)
            ahead.append(Pose2(*self._dcm_before_lift_off(stance, zmp, left), 0.0).seen_from(body).x)
        error = Pose2(dcm[0], dcm[1], 0.0).seen_from(body).x - ahead[0]
        by_length, by_brake = ahead[1] - ahead[0], (ahead[2] - ahead[0]) / gains.zmp_brake
        self.brake = clamp(error / by_brake, -0.5 * gains.zmp_brake, gains.zmp_brake)
        reach = gains.step_length_max + 0.5 * gains.placement_max
        length = clamp((error - by_brake * self.brake) / by_length, -gains.step_length_back_max, reach)
        self.length = length if abs(length) > tolerance else 0.0
        self._plan_stop(body, stance_side, self.length)
        if self.length == 0.0:
            self.footholds.pop()

    def _plan_stop(self, body: Pose2, stance_side: int, length: float) -> None:
        """One step of a length and one beside it."""
        following = body.offset(length, 0.0)
        self.footholds = [self.planner.foothold(following, side) for side in (other(stance_side), stance_side)]

    def _dcm_before_lift_off(self, stance: Pose2, zmp: Point, left: float) -> Point:
        """DCM wanted in the double support after which `stance` carries, with so much time left [s]."""
        end, heel = self.dcm_at_lift_off(stance), self.zmp_at(stance, self.heel)
        return dcm_before(ZmpSegment(*zmp, *heel, left), end[0], end[1], self.omega)

    def _set_tempo(self, speed: float) -> None:
        """Quicker steps for a speed that ordinary ones do not reach, once the robot is nearly that fast [m/s]."""
        gains = self.gains
        near = self.length / self.planner.period + TEMPO_LEAD
        haste = (min(speed, near) - gains.calm_speed) / max(gains.quick_speed - gains.calm_speed, 1e-6)
        haste = clamp(haste, 0.0, 1.0)
        single = gains.single_support + haste * (gains.quick_single_support - gains.single_support)
        double = gains.double_support + haste * (gains.quick_double_support - gains.double_support)
        self.tempo, self.planner.period = Tempo(single, double), single + double

    def _next_body(self, body: Pose2, side: int, length: float, goal: Goal) -> Pose2:
        if goal.mode == MotionMode.WALK_TO:
            return self.planner.next_towards(body, side, goal.target, goal.speed, length)
        velocity = goal.velocity if goal.mode == MotionMode.WALK_VELOCITY else (0.0, 0.0, 0.0)
        return self.planner.next_along(body, side, velocity, length)

    def shift(self, dx: float, dy: float, stance: Pose2, stance_side: int) -> None:
        """Move all footholds, the next one no nearer to the stance foot and no farther than allowed [m]."""
        first, side = self.footholds[0], 1.0 if stance_side == RIGHT else -1.0
        x, y = keep_within(first.x + dx, first.y + dy, stance, side, self.limits)
        dx, dy = x - first.x, y - first.y
        self.footholds = [Pose2(foot.x + dx, foot.y + dy, foot.yaw) for foot in self.footholds]

    def zmp_at(self, foot: Pose2, forward: float) -> tuple[float, float]:
        """A planned ZMP so far ahead of a foot's ankle [m]."""
        point = foot.offset(self.reach.ankle + forward, 0.0)
        return point.x, point.y

    @property
    def toe(self) -> float:
        """How far ahead of the ankle the ZMP is at the end of a single support [m]."""
        if self.is_stopping:
            return self.brake
        return self.gains.zmp_toe if self.length > SHORT_STEP else 0.0

    @property
    def heel(self) -> float:
        """How far ahead of the ankle the ZMP is at its beginning [m]."""
        return self.brake if self.is_stopping else self.gains.zmp_heel

    def dcm_at_touchdown(self, stance: Pose2) -> tuple[float, float]:
        """DCM wanted at the end of the single support on `stance`, for the footholds as planned."""
        tempo, toe = self.tempo, self.toe
        start = self.zmp_at(stance, toe)
        segments, before = [], stance
        for foot in self.footholds[:-1]:
            heel, tip = self.zmp_at(foot, self.heel), self.zmp_at(foot, toe)
            segments.append(ZmpSegment(*start, *heel, tempo.double))
            segments.append(ZmpSegment(*heel, *tip, tempo.single))
            start, before = tip, foot
        (ax, ay), (bx, by) = self.zmp_at(before, 0.0), self.zmp_at(self.footholds[-1], 0.0)
        end = 0.5 * (ax + bx), 0.5 * (ay + by)
        segments.append(ZmpSegment(*start, *end, tempo.double))
        return dcm_at_start(segments, end, self.omega)

    def dcm_at_lift_off(self, stance: Pose2) -> tuple[float, float]:
        """DCM wanted at the start of the single support on `stance`."""
        heel, tip = self.zmp_at(stance, self.heel), self.zmp_at(stance, self.toe)
        end = self.dcm_at_touchdown(stance)
        return dcm_before(ZmpSegment(*heel, *tip, self.tempo.single), end[0], end[1], self.omega)
