"""Walking as a sequence of phases: stand, shift, single support, double support, and back to standing."""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence

import numpy as np

from robot_trials_control.balance import Balance, ZmpTrack
from robot_trials_control.config import WalkingGains
from robot_trials_control.contacts import SoleReach
from robot_trials_control.dcm import ZmpSegment, dcm_along
from robot_trials_control.footsteps import FootstepPlanner, Pose2, clamp, is_reached, other
from robot_trials_control.model import FrameState
from robot_trials_control.placement import StepPlacement
from robot_trials_control.records import LEFT, RIGHT, MotionMode
from robot_trials_control.rotations import wrap_angle, yaw_of
from robot_trials_control.swing import SwingFoot
from robot_trials_control.whole_body import FORCE_MAX, WholeBodyReference

PREVIEW_STEPS = 3
"""Footholds planned ahead."""
RESTART_POSITION, RESTART_YAW = 0.04, 0.06
"""Error at which standing still gives way to stepping [m], [rad]."""
LOADING_TIME = 0.04
"""A foot that touched down takes its load over this time [s]."""
OVERTIME_MAX = 0.12
"""Longest wait for the ground after the planned touchdown [s]."""
ADJUST_PHASE_MAX = 0.85
"""Share of the swing after which the foothold stays."""
ADJUST_RATE = 0.2
"""Share of the wanted adjustment taken every tick."""
TIMING_RATE_DOWN, TIMING_RATE_UP = 0.020, 0.004
"""Fastest change of the remaining time a tick [s]."""
FEET_APART_MIN = 0.15
"""Smallest sideways distance of the soles' middles [m]."""
HEADING_TIME = 0.25
"""Time constant of the torso's heading [s]."""


class Phase(enum.Enum):
    """What the legs are doing."""

    STAND = "stand"
    SHIFT = "shift"
    SINGLE = "single"
    DOUBLE = "double"
    LAST = "last"


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
    def is_moving(self) -> bool:
        """Whether a commanded velocity asks for steps."""
        return self.mode == MotionMode.WALK_VELOCITY and any(abs(value) > 1e-3 for value in self.velocity)


def sole_pose(foot: FrameState) -> Pose2:
    """A sole's place and heading on the ground."""
    return Pose2(float(foot.position[0]), float(foot.position[1]), yaw_of(foot.rotation))


class Walking:
    """Plans and times the steps; writes its part of a `WholeBodyReference` every tick.

    Attributes:
        phase: the phase in progress.
        heading: reference heading of the body [rad].
        steps: touchdowns since construction.
        zmp_reference, dcm_reference: planned, (x, y) [m].
        stance_side: the foot that carries, or will carry after the shift.
    """

    def __init__(self, gains: WalkingGains, reach: SoleReach) -> None:
        self.gains = gains
        self.balance = Balance(gains)
        self.planner = FootstepPlanner(gains)
        self.placement = StepPlacement(gains, reach, self.balance.omega)
        self.reach = reach
        self.swing = SwingFoot(gains)
        self.goal = Goal()
        self.phase = Phase.STAND
        self.stance_side = RIGHT
        self.steps = 0
        self.heading = 0.0
        self.zmp_reference, self.dcm_reference = (0.0, 0.0), (0.0, 0.0)
        self._track = ZmpTrack()
        self._footholds: list[Pose2] = []
        self._closing = False
        self._length = 0.0
        self._elapsed = self._duration = 0.0
        self._ground = 0.0
        self._feet: Sequence[FrameState] = ()

    @property
    def is_walking(self) -> bool:
        """Whether a step is under way or due."""
        return self.phase is not Phase.STAND

    @property
    def is_at_target(self) -> bool:
        """Whether the robot stands where WALK_TO sent it."""
        if self.is_walking or self.goal.mode != MotionMode.WALK_TO:
            return False
        return is_reached(self._standing_body(), self.goal.target, RESTART_POSITION, RESTART_YAW)

    def reset(self, feet: Sequence[FrameState], com: np.ndarray) -> None:
        """Stand on both feet as they are now."""
        self._feet = feet
        self._ground = 0.5 * float(feet[LEFT].position[2] + feet[RIGHT].position[2])
        self.phase, self._length = Phase.STAND, 0.0
        self.balance.reset(float(com[2]) - self._ground)
        self.heading = self._standing_body().yaw
        x, y = self._middle()
        self._track.start([ZmpSegment(float(com[0]), float(com[1]), x, y, 1.0)])

    def update(
        self,
        dt: float,
        feet: Sequence[FrameState],
        com: np.ndarray,
        com_velocity: np.ndarray,
        normal_forces: np.ndarray,
        out: WholeBodyReference,
    ) -> None:
        """Advance by `dt` and write stance, force bounds, swing foot, torso and centre of mass references.

        Args:
            dt: control period [s].
            feet: sole frames now, left and right.
            com, com_velocity: shape (3,) [m], [m/s].
            normal_forces: measured under each sole, shape (2,) [N].
            out: receives the references.
        """
        self._feet = feet
        self.balance.measure(com, com_velocity)
        self._elapsed += dt
        self._track.advance(dt)
        self._change_phase(normal_forces)
        self._write_contacts(out)
        points = dcm_along(self._preview(), self.balance.omega)
        self.zmp_reference, self.dcm_reference = self._track.now, points[0]
        if self.phase is Phase.SINGLE:
            self._adjust_step(points[1])
            self.swing.update(
                self._elapsed / self._duration, self._duration, self._footholds[0], self._ground, out.swing
            )
        self._command_balance(dt, com, com_velocity)
        out.com_acceleration[:] = self.balance.com_acceleration
        self._write_torso(dt, out)

    # -- phases ------------------------------------------------------------------------------------------------

    def _change_phase(self, normal_forces: np.ndarray) -> None:
        if self.phase is Phase.STAND:
            if self._wants_to_step():
                self._begin_shift()
        elif self.phase is Phase.SINGLE:
            if self._has_touched_down(float(normal_forces[other(self.stance_side)])):
                self._begin_double()
        elif self._track.remaining <= 0.0:
            if self.phase is Phase.LAST:
                self.phase, self._length = Phase.STAND, 0.0
            else:
                self._begin_single()

    def _wants_to_step(self) -> bool:
        goal = self.goal
        if goal.mode == MotionMode.WALK_TO:
            return not is_reached(self._standing_body(), goal.target, RESTART_POSITION, RESTART_YAW)
        return goal.is_moving

    def _has_touched_down(self, normal_force: float) -> bool:
        phase = self._elapsed / self._duration
        if phase > self.gains.early_touchdown_phase and normal_force > self.gains.touchdown_force:
            return True
        return self._elapsed > self._duration + OVERTIME_MAX

    def _begin_shift(self) -> None:
        body, goal = self._standing_body(), self.goal
        leftward = goal.target.seen_from(body).y if goal.mode == MotionMode.WALK_TO else goal.velocity[1]
        self.stance_side = RIGHT if leftward >= 0.0 else LEFT
        self._length = 0.0
        self._plan(body, closing_allowed=False)
        x, y = self._track.now
        stance = self._zmp_in(sole_pose(self._feet[self.stance_side]), self.gains.zmp_heel)
        total = self.gains.first_double_support
        self._start(Phase.SHIFT, [ZmpSegment(x, y, x, y, 0.4 * total), ZmpSegment(x, y, *stance, 0.6 * total)])

    def _begin_single(self) -> None:
        foot = self._feet[other(self.stance_side)]
        self.swing.lift_off(sole_pose(foot), float(foot.position[2]))
        stance = sole_pose(self._feet[self.stance_side])
        end = self._zmp_in(stance, self.gains.zmp_toe if self._length > 0.05 else 0.0)
        self._start(Phase.SINGLE, [ZmpSegment(*self._track.now, *end, self.gains.single_support)])

    def _begin_double(self) -> None:
        self.steps += 1
        finished = self._closing and len(self._footholds) == 1
        self.stance_side = other(self.stance_side)
        x, y = self._track.now
        if finished:
            middle = self._middle()
            total = self.gains.last_double_support
            self._start(Phase.LAST, [ZmpSegment(x, y, *middle, 0.5 * total), ZmpSegment(*middle, *middle, 0.5 * total)])
            return
        stance = sole_pose(self._feet[self.stance_side])
        self._plan(self.planner.body(stance, self.stance_side), closing_allowed=True)
        heel = self._zmp_in(stance, self.gains.zmp_heel)
        self._start(Phase.DOUBLE, [ZmpSegment(x, y, *heel, self.gains.double_support)])

    def _start(self, phase: Phase, segments: list[ZmpSegment]) -> None:
        self.phase, self._elapsed = phase, 0.0
        self._track.start(segments)
        self._duration = self._track.remaining

    # -- footholds ---------------------------------------------------------------------------------------------

    def _plan(self, body: Pose2, closing_allowed: bool) -> None:
        """Plan the next footholds from a body pose; a closing step puts the feet side by side and ends the plan."""
        self._footholds, self._closing = [], False
        length, side = self._length, other(self.stance_side)
        for index in range(PREVIEW_STEPS):
            following = self._next_body(body, side, length)
            step = following.seen_from(body)
            length = step.x
            if index == 0:
                self._length = length
            self._footholds.append(self.planner.foothold(following, side))
            if (closing_allowed or index > 0) and is_reached(following, body) and not self.goal.is_moving:
                self._closing = True
                return
            body, side = following, other(side)

    def _next_body(self, body: Pose2, side: int, length: float) -> Pose2:
        goal = self.goal
        if goal.mode == MotionMode.WALK_TO:
            return self.planner.next_towards(body, side, goal.target, goal.speed, length)
        velocity = goal.velocity if goal.mode == MotionMode.WALK_VELOCITY else (0.0, 0.0, 0.0)
        return self.planner.next_along(body, side, velocity, length)

    def _standing_body(self) -> Pose2:
        left, right = sole_pose(self._feet[LEFT]), sole_pose(self._feet[RIGHT])
        yaw = left.yaw + 0.5 * wrap_angle(right.yaw - left.yaw)
        return Pose2(0.5 * (left.x + right.x), 0.5 * (left.y + right.y), yaw)

    def _middle(self) -> tuple[float, float]:
        """Where the ZMP rests when standing: between the ankles and the soles' middles."""
        body = self._standing_body().offset(0.5 * self.reach.ankle, 0.0)
        return body.x, body.y

    def _zmp_in(self, foot: Pose2, forward: float) -> tuple[float, float]:
        """A planned ZMP so far ahead of a foot's ankle."""
        point = foot.offset(self.reach.ankle + forward, 0.0)
        return point.x, point.y

    def _preview(self) -> list[ZmpSegment]:
        """The ZMP from now to rest over the last footholds."""
        gains = self.gains
        segments = list(self._track.segments)
        if self.phase in (Phase.STAND, Phase.LAST):
            return segments
        feet = [sole_pose(self._feet[self.stance_side]), *self._footholds]
        toe = gains.zmp_toe if self._length > 0.05 else 0.0
        first = 1 if self.phase is Phase.SINGLE else 0
        for i, foot in enumerate(feet):
            start = segments[-1].x1, segments[-1].y1
            heel, tip = self._zmp_in(foot, gains.zmp_heel), self._zmp_in(foot, toe)
            if i == len(feet) - 1:
                last = self._zmp_in(feet[i - 1], 0.0), self._zmp_in(foot, 0.0)
                heel = 0.5 * (last[0][0] + last[1][0]), 0.5 * (last[0][1] + last[1][1])
                segments.append(ZmpSegment(*start, *heel, gains.double_support))
                break
            if i >= first:
                if i > 0:
                    segments.append(ZmpSegment(*start, *heel, gains.double_support))
                segments.append(ZmpSegment(*heel, *tip, gains.single_support))
        return segments

    def _adjust_step(self, wanted: tuple[float, float]) -> None:
        remaining = self._duration - self._elapsed
        if self._elapsed > ADJUST_PHASE_MAX * self._duration:
            return
        stance = sole_pose(self._feet[self.stance_side])
        change = self.placement.compute(self.balance.dcm, wanted, stance, self._elapsed, remaining)
        if change.shift_x == 0.0 and change.shift_y == 0.0 and change.timing == 0.0:
            return
        rate = ADJUST_RATE
        moved = [
            Pose2(foot.x + rate * change.shift_x, foot.y + rate * change.shift_y, foot.yaw) for foot in self._footholds
        ]
        self._footholds = self._keep_apart(stance, moved)
        timing = clamp(change.timing, -TIMING_RATE_DOWN, TIMING_RATE_UP)
        self._duration += timing
        self._track.stretch(self._duration - self._elapsed)

    def _keep_apart(self, stance: Pose2, footholds: list[Pose2]) -> list[Pose2]:
        seen = footholds[0].seen_from(stance)
        reach = self.gains.step_length_max + self.gains.placement_max
        sign = 1.0 if self.stance_side == RIGHT else -1.0
        side = sign * clamp(sign * seen.y, FEET_APART_MIN, self.gains.foot_spread + self.gains.placement_max)
        kept = stance.offset(clamp(seen.x, -reach, reach), side)
        dx, dy = kept.x - footholds[0].x, kept.y - footholds[0].y
        return [Pose2(foot.x + dx, foot.y + dy, foot.yaw) for foot in footholds]

    # -- references --------------------------------------------------------------------------------------------

    def _write_contacts(self, out: WholeBodyReference) -> None:
        swing = other(self.stance_side)
        out.stance[self.stance_side] = True
        out.stance[swing] = self.phase is not Phase.SINGLE
        out.normal_force_max[:] = FORCE_MAX
        if self.phase in (Phase.SHIFT, Phase.DOUBLE):
            lifted = clamp(2.0 * self._elapsed / self._duration - 1.0, 0.0, 1.0)
            weight = 1200.0
            out.normal_force_max[swing] = 5.0 + (1.0 - lifted) * weight
        if self.phase in (Phase.DOUBLE, Phase.LAST):
            out.normal_force_max[self.stance_side] = 60.0 + FORCE_MAX * min(self._elapsed / LOADING_TIME, 1.0)

    def _command_balance(self, dt: float, com: np.ndarray, com_velocity: np.ndarray) -> None:
        gain, dcm = self.gains.dcm_gain, self.balance.dcm
        x = self.zmp_reference[0] + gain * (dcm[0] - self.dcm_reference[0])
        y = self.zmp_reference[1] + gain * (dcm[1] - self.dcm_reference[1])
        stance = self._feet[self.stance_side]
        if self.phase is Phase.SINGLE:
            pose = sole_pose(stance)
            inside = Pose2(x, y, 0.0).seen_from(pose)
            kept = pose.offset(*self.reach.clamp(inside.x, inside.y))
            x, y = kept.x, kept.y
        height = float(stance.position[2])
        if self.phase in (Phase.STAND, Phase.SHIFT, Phase.LAST):
            height = 0.5 * float(self._feet[LEFT].position[2] + self._feet[RIGHT].position[2])
        self._ground += min(dt / 0.1, 1.0) * (height - self._ground)
        self.balance.command((x, y))
        self.balance.update(dt, com, com_velocity, self._ground)

    def _write_torso(self, dt: float, out: WholeBodyReference) -> None:
        stance = yaw_of(self._feet[self.stance_side].rotation)
        if self.phase in (Phase.STAND, Phase.LAST) or not self._footholds:
            aim = self._standing_body().yaw
        else:
            aim = stance + 0.5 * wrap_angle(self._footholds[0].yaw - stance)
        self.heading += min(dt / HEADING_TIME, 1.0) * wrap_angle(aim - self.heading)
        c, s = math.cos(self.heading), math.sin(self.heading)
        rotation = out.torso_rotation
        rotation[0, 0], rotation[0, 1], rotation[1, 0], rotation[1, 1] = c, -s, s, c
