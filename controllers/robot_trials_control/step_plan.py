"""The next footholds and the ZMP that goes with them."""

from __future__ import annotations

from robot_trials_control.config import WalkingGains
from robot_trials_control.contacts import SoleReach
from robot_trials_control.dcm import ZmpSegment, dcm_at_start, dcm_before
from robot_trials_control.footsteps import FootstepPlanner, Pose2, is_reached, other
from robot_trials_control.placement import StepLimits, keep_within
from robot_trials_control.records import RIGHT, MotionMode

PREVIEW_STEPS = 3
"""Footholds planned ahead."""
FEET_APART_MIN = 0.13
"""Smallest sideways distance of the soles' middles [m]."""
SHORT_STEP = 0.05
"""Below this step length the ZMP stays at the ankle during single support [m]."""


class Goal:
    """What walking is asked for.

    Attributes:
        mode: STAND, WALK_TO or WALK_VELOCITY.
        target: pose to reach (WALK_TO).
        speed: upper bound (WALK_TO) [m/s].
        velocity: forward, left, turn rate (WALK_VELOCITY) [m/s, m/s, rad/s].
        at_once: end the walk with the step in progress, wherever that has to be.
    """

    __slots__ = ("at_once", "mode", "speed", "target", "velocity")

    def __init__(self) -> None:
        self.mode = MotionMode.STAND
        self.target = Pose2(0.0, 0.0, 0.0)
        self.speed = 0.0
        self.velocity = (0.0, 0.0, 0.0)
        self.at_once = False

    @property
    def is_moving(self) -> bool:
        """Whether a commanded velocity asks for steps."""
        return self.mode == MotionMode.WALK_VELOCITY and any(abs(value) > 1e-3 for value in self.velocity)


class StepPlan:
    """Footholds ahead, and the DCM that the step in progress must reach for them.

    Attributes:
        footholds: the next one first; empty when standing.
        length: forward length of the next step [m].
        limits: where a shifted foothold may be.
    """

    def __init__(self, gains: WalkingGains, reach: SoleReach, omega: float) -> None:
        self.gains, self.reach, self.omega = gains, reach, omega
        self.planner = FootstepPlanner(gains)
        farthest = gains.step_length_max + gains.placement_max
        outer = gains.foot_spread + gains.placement_side_max
        self.limits = StepLimits(-farthest, farthest, FEET_APART_MIN, outer, max(farthest, outer))
        self.footholds: list[Pose2] = []
        self.length = 0.0
        self._closing = False

    @property
    def ends_with_next(self) -> bool:
        """Whether the next step puts the feet side by side and ends the walk."""
        return self._closing and len(self.footholds) == 1

    def clear(self) -> None:
        """Stand."""
        self.footholds, self.length, self._closing = [], 0.0, False

    def end_at(self, foothold: Pose2) -> None:
        """One step to a foothold, then stand."""
        self.footholds, self.length, self._closing = [foothold], 0.0, True

    def renew(self, body: Pose2, stance_side: int, goal: Goal, closing_allowed: bool) -> None:
        """Plan from a body pose; a closing step puts the feet side by side and ends the plan."""
        self.footholds, self._closing = [], False
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

    def _next_body(self, body: Pose2, side: int, length: float, goal: Goal) -> Pose2:
        if goal.mode == MotionMode.WALK_TO:
            return self.planner.next_towards(body, side, goal.target, goal.speed, length)
        velocity = goal.velocity if goal.mode == MotionMode.WALK_VELOCITY else (0.0, 0.0, 0.0)
        length = 0.0 if goal.at_once else length
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
        return self.gains.zmp_toe if self.length > SHORT_STEP else 0.0

    def dcm_at_touchdown(self, stance: Pose2) -> tuple[float, float]:
        """DCM wanted at the end of the single support on `stance`, for the footholds as planned."""
        gains, toe = self.gains, self.toe
        start = self.zmp_at(stance, toe)
        segments, before = [], stance
        for foot in self.footholds[:-1]:
            heel, tip = self.zmp_at(foot, gains.zmp_heel), self.zmp_at(foot, toe)
            segments.append(ZmpSegment(*start, *heel, gains.double_support))
            segments.append(ZmpSegment(*heel, *tip, gains.single_support))
            start, before = tip, foot
        (ax, ay), (bx, by) = self.zmp_at(before, 0.0), self.zmp_at(self.footholds[-1], 0.0)
        end = 0.5 * (ax + bx), 0.5 * (ay + by)
        segments.append(ZmpSegment(*start, *end, gains.double_support))
        return dcm_at_start(segments, end, self.omega)

    def dcm_at_lift_off(self, stance: Pose2) -> tuple[float, float]:
        """DCM wanted at the start of the single support on `stance`."""
        heel, tip = self.zmp_at(stance, self.gains.zmp_heel), self.zmp_at(stance, self.toe)
        end = self.dcm_at_touchdown(stance)
        return dcm_before(ZmpSegment(*heel, *tip, self.gains.single_support), end[0], end[1], self.omega)
