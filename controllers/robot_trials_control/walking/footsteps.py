"""Where to step: footholds on the way to a target pose or along a commanded velocity."""

from __future__ import annotations

import math
from typing import NamedTuple

from robot_trials_control.config import WalkingGains
from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.numeric.rotations import wrap_angle
from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.robot.contacts import SoleReach

POSITION_TOLERANCE = 0.01
"""Distance to the target below which no step is planned for it [m]."""
YAW_TOLERANCE = 0.02
"""The same for the heading [rad]."""


class Pose2(NamedTuple):
    """Position and heading on the ground, odom frame [m, m, rad]."""

    x: float
    y: float
    yaw: float

    def offset(self, forward: float, left: float, turn: float = 0.0) -> Pose2:
        """The pose reached by moving in this pose's own axes."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        return Pose2(self.x + c * forward - s * left, self.y + s * forward + c * left, wrap_angle(self.yaw + turn))

    def seen_from(self, origin: Pose2) -> Pose2:
        """This pose in the axes of `origin`."""
        c, s = math.cos(origin.yaw), math.sin(origin.yaw)
        dx, dy = self.x - origin.x, self.y - origin.y
        return Pose2(c * dx + s * dy, -s * dx + c * dy, wrap_angle(self.yaw - origin.yaw))


def clamp(value: float, low: float, high: float) -> float:
    """`value` within [low, high]."""
    return low if value < low else high if value > high else value


@compiled
def clamp_to_sole(x: float, y: float, foot: Pose2, reach: SoleReach, share: float) -> tuple[float, float]:
    """The point on the ground nearest to (x, y) within a share of a foot's reach about its ankle [m]."""
    c, s = math.cos(foot.yaw), math.sin(foot.yaw)
    dx, dy = x - foot.x, y - foot.y
    ahead, aside = c * dx + s * dy, -s * dx + c * dy
    low, high = reach.ankle + share * (reach.x_min - reach.ankle), reach.ankle + share * (reach.x_max - reach.ankle)
    ahead = min(max(ahead, low), high)
    aside = min(max(aside, -share * reach.y_max), share * reach.y_max)
    return foot.x + c * ahead - s * aside, foot.y + s * ahead + c * aside


class FootstepPlanner:
    """Plans the next body poses; a foothold is a body pose moved sideways by half the foot spread.

    Attributes:
        period: time that a step takes [s].
    """

    def __init__(self, gains: WalkingGains) -> None:
        self.gains = gains
        self.period = gains.single_support + gains.double_support

    def foothold(self, body: Pose2, side: int) -> Pose2:
        """Where the foot `side` stands when the body is at `body`."""
        half = 0.5 * self.gains.foot_spread
        return body.offset(0.0, half if side == LEFT else -half)

    def body(self, foot: Pose2, side: int) -> Pose2:
        """The body pose that belongs to a foothold."""
        half = 0.5 * self.gains.foot_spread
        return foot.offset(0.0, -half if side == LEFT else half)

    def next_towards(self, body: Pose2, side: int, target: Pose2, speed: float, last_length: float) -> Pose2:
        """The body pose one step of foot `side` nearer to `target`.

        The line through the target along its heading is followed: the heading turns into the line from far away,
        small side steps close the rest.
        """
        here = body.seen_from(target)
        ahead, cross = -here.x, here.y
        limit = self._length_limit(abs(ahead), speed, last_length)
        forward = clamp(ahead, -min(limit, self.gains.step_length_back_max), limit)
        steer = clamp(-math.atan2(cross, 1.5), -0.5, 0.5) * clamp((abs(ahead) - 0.3) / 0.7, 0.0, 1.0)
        if ahead < 0.0:
            steer = 0.0
        turn = clamp(wrap_angle(steer - here.yaw), -self.gains.step_turn_max, self.gains.step_turn_max)
        sideways = -cross * (0.3 if abs(ahead) > 0.5 else 1.0) - (forward * math.sin(here.yaw) if ahead > 0.5 else 0.0)
        return body.offset(forward, self._side_limit(side, sideways), turn)

    def next_along(self, body: Pose2, side: int, velocity: tuple[float, float, float], last_length: float) -> Pose2:
        """The body pose one step of foot `side` later at `velocity` (forward, left, turn rate) [m/s, m/s, rad/s]."""
        gains, period = self.gains, self.period
        growth = gains.step_growth_max
        forward = clamp(velocity[0] * period, last_length - growth, last_length + growth)
        forward = clamp(forward, -gains.step_length_back_max, gains.step_length_max)
        turn = clamp(velocity[2] * period, -gains.step_turn_max, gains.step_turn_max)
        return body.offset(forward, self._side_limit(side, velocity[1] * period), turn)

    def _length_limit(self, remaining: float, speed: float, last_length: float) -> float:
        """Longest step now that still allows to slow down by `step_growth_max` a step before the target."""
        gains = self.gains
        growth = gains.step_growth_max
        braking = 0.5 * (math.sqrt(growth * growth + 8.0 * growth * remaining) - growth)
        cruising = speed * self.period
        return min(gains.step_length_max, max(last_length, 0.0) + growth, cruising, max(braking, 0.05))

    def _side_limit(self, side: int, sideways: float) -> float:
        """Outward as far as allowed, inward half of it, so that the feet never touch."""
        outward = self.gains.step_side_max
        inward = 0.5 * outward
        return clamp(sideways, -inward, outward) if side == LEFT else clamp(sideways, -outward, inward)


def other(side: int) -> int:
    """The other foot."""
    return RIGHT if side == LEFT else LEFT


def is_reached(body: Pose2, target: Pose2, position: float = POSITION_TOLERANCE, yaw: float = YAW_TOLERANCE) -> bool:
    """Whether `body` stands at `target` within the tolerances [m], [rad]."""
    return (
        math.hypot(body.x - target.x, body.y - target.y) <= position and abs(wrap_angle(body.yaw - target.yaw)) <= yaw
    )
