"""Walking as a sequence of phases: stand, shift, single support, double support, and back to standing."""

from __future__ import annotations

import enum
from collections.abc import Sequence

import numpy as np

from robot_trials_control.balance import Balance, ZmpTrack
from robot_trials_control.compiled import compiled
from robot_trials_control.config import WalkingGains
from robot_trials_control.contacts import SoleReach
from robot_trials_control.dcm import ZmpSegment, dcm_at_start
from robot_trials_control.footsteps import Pose2, clamp, clamp_to_sole, is_reached, other
from robot_trials_control.model import FrameState
from robot_trials_control.placement import NO_ADJUSTMENT, StepPlacement
from robot_trials_control.records import LEFT, RIGHT, MotionMode
from robot_trials_control.rotations import rotation_about_z, wrap_angle, yaw_of
from robot_trials_control.step_plan import Goal, StepPlan
from robot_trials_control.swing import SwingFoot
from robot_trials_control.whole_body import FORCE_MAX, WholeBodyReference

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
UNLOADED_FORCE, LOADED_FORCE = 5.0, 1200.0
"""Bounds of the normal force on a foot about to lift: at the end and in the middle of double support [N]."""
FIRST_FORCE = 60.0
"""Bound of the normal force at the moment of touchdown [N]."""
GROUND_TIME = 0.1
"""Time constant of the reference height's ground [s]."""
HEADING_TIME = 0.25
"""Time constant of the torso's heading [s]."""


class Phase(enum.Enum):
    """What the legs are doing."""

    STAND = "stand"
    SHIFT = "shift"
    SINGLE = "single"
    DOUBLE = "double"
    LAST = "last"


def sole_pose(foot: FrameState) -> Pose2:
    """A sole's place and heading on the ground."""
    return Pose2(*_pose_on_ground(foot.rotation, foot.position))


@compiled
def _pose_on_ground(rotation: np.ndarray, position: np.ndarray) -> tuple[float, float, float]:
    return position[0], position[1], yaw_of(rotation)


class Walking:
    """Plans and times the steps; writes its part of a `WholeBodyReference` every tick.

    Attributes:
        phase: the phase in progress.
        heading: reference heading of the body [rad].
        may_step: whether a walk may begin.
        steps: touchdowns since construction.
        zmp_reference, dcm_reference: planned, (x, y) [m].
        stance_side: the foot that carries, or will carry after the shift.
    """

    def __init__(self, gains: WalkingGains, reach: SoleReach) -> None:
        self.gains, self.reach = gains, reach
        self.balance = Balance(gains)
        self.plan = StepPlan(gains, reach, self.balance.omega)
        self.placement = StepPlacement(gains, reach, self.balance.omega)
        self.swing = SwingFoot(gains)
        self.goal = Goal()
        self.phase = Phase.STAND
        self.stance_side = RIGHT
        self.steps = 0
        self.may_step = True
        self.heading = 0.0
        self.zmp_reference, self.dcm_reference = (0.0, 0.0), (0.0, 0.0)
        self._track = ZmpTrack()
        self._end_dcm = (0.0, 0.0)
        self._elapsed = self._duration = 0.0
        self._ground = 0.0
        self._poses = (Pose2(0.0, 0.0, 0.0), Pose2(0.0, 0.0, 0.0))

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
        self._poses = (sole_pose(feet[LEFT]), sole_pose(feet[RIGHT]))
        self._ground = 0.5 * float(feet[LEFT].position[2] + feet[RIGHT].position[2])
        self.phase = Phase.STAND
        self.plan.clear()
        self.balance.reset(float(com[2]) - self._ground)
        self.heading = self._standing_body().yaw
        x, y = self._middle()
        self._start(Phase.STAND, [ZmpSegment(float(com[0]), float(com[1]), x, y, 1.0)], (x, y))

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
        self._poses = (sole_pose(feet[LEFT]), sole_pose(feet[RIGHT]))
        self.balance.measure(com, com_velocity)
        self._elapsed += dt
        self._track.advance(dt)
        self._change_phase(feet, normal_forces)
        if self.phase is Phase.SINGLE:
            self._adjust_step()
            phase = self._elapsed / self._duration
            self.swing.update(phase, self._duration, self.plan.footholds[0], self._ground, out.swing)
        self.zmp_reference = self._track.now
        self.dcm_reference = dcm_at_start(self._track.segments, self._end_dcm, self.balance.omega)
        self._write_contacts(out)
        self._command_balance(dt, feet, com, com_velocity)
        out.com_acceleration[:] = self.balance.com_acceleration
        self._write_torso(dt, out)

    # -- phases ------------------------------------------------------------------------------------------------

    def _change_phase(self, feet: Sequence[FrameState], normal_forces: np.ndarray) -> None:
        if self.phase is Phase.STAND:
            if self._wants_to_step():
                self._begin_shift()
        elif self.phase is Phase.SINGLE:
            if self._has_touched_down(float(normal_forces[other(self.stance_side)])):
                self._begin_double()
        elif self._track.remaining <= 0.0:
            if self.phase is Phase.LAST:
                self.phase = Phase.STAND
                self.plan.clear()
            else:
                self._begin_single(float(feet[other(self.stance_side)].position[2]))

    def _wants_to_step(self) -> bool:
        goal = self.goal
        if not self.may_step:
            return False
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
        self.plan.clear()
        self.plan.renew(body, self.stance_side, goal, closing_allowed=False)
        stance, (x, y) = self._poses[self.stance_side], self._track.now
        heel = self.plan.zmp_at(stance, self.gains.zmp_heel)
        total = self.gains.first_double_support
        segments = [ZmpSegment(x, y, x, y, 0.4 * total), ZmpSegment(x, y, *heel, 0.6 * total)]
        self._start(Phase.SHIFT, segments, self.plan.dcm_at_lift_off(stance))

    def _begin_single(self, foot_height: float) -> None:
        self.swing.lift_off(self._poses[other(self.stance_side)], foot_height)
        stance = self._poses[self.stance_side]
        end = self.plan.zmp_at(stance, self.plan.toe)
        segment = ZmpSegment(*self._track.now, *end, self.gains.single_support)
        self._start(Phase.SINGLE, [segment], self.plan.dcm_at_touchdown(stance))

    def _begin_double(self) -> None:
        self.steps += 1
        finished = self.plan.ends_with_next
        self.stance_side = other(self.stance_side)
        x, y = self._track.now
        if finished:
            middle, half = self._middle(), 0.5 * self.gains.last_double_support
            segments = [ZmpSegment(x, y, *middle, half), ZmpSegment(*middle, *middle, half)]
            self._start(Phase.LAST, segments, middle)
            return
        stance = self._poses[self.stance_side]
        self.plan.renew(self.plan.planner.body(stance, self.stance_side), self.stance_side, self.goal, True)
        heel = self.plan.zmp_at(stance, self.gains.zmp_heel)
        segment = ZmpSegment(x, y, *heel, self.gains.double_support)
        self._start(Phase.DOUBLE, [segment], self.plan.dcm_at_lift_off(stance))

    def _start(self, phase: Phase, segments: list[ZmpSegment], end_dcm: tuple[float, float]) -> None:
        self.phase, self._elapsed, self._end_dcm = phase, 0.0, end_dcm
        self._track.start(segments)
        self._duration = self._track.remaining

    def _standing_body(self) -> Pose2:
        left, right = self._poses
        yaw = left.yaw + 0.5 * wrap_angle(right.yaw - left.yaw)
        return Pose2(0.5 * (left.x + right.x), 0.5 * (left.y + right.y), yaw)

    def _middle(self) -> tuple[float, float]:
        """Where the ZMP rests when standing: between the ankles and the soles' middles."""
        body = self._standing_body().offset(0.5 * self.reach.ankle, 0.0)
        return body.x, body.y

    def _adjust_step(self) -> None:
        remaining = self._duration - self._elapsed
        if self._elapsed > ADJUST_PHASE_MAX * self._duration:
            return
        stance = self._poses[self.stance_side]
        change = self.placement.compute(self.balance.dcm, self._end_dcm, stance, self._elapsed, remaining)
        if change is NO_ADJUSTMENT:
            return
        self.plan.shift(ADJUST_RATE * change.shift_x, ADJUST_RATE * change.shift_y, stance, self.stance_side)
        self._end_dcm = self.plan.dcm_at_touchdown(stance)
        self._duration += clamp(change.timing, -TIMING_RATE_DOWN, TIMING_RATE_UP)
        self._track.stretch(self._duration - self._elapsed)

    # -- references --------------------------------------------------------------------------------------------

    def _write_contacts(self, out: WholeBodyReference) -> None:
        swing = other(self.stance_side)
        out.stance[self.stance_side] = True
        out.stance[swing] = self.phase is not Phase.SINGLE
        limits = out.normal_force_max
        limits[:] = FORCE_MAX
        if self.phase in (Phase.SHIFT, Phase.DOUBLE):
            lifted = clamp(2.0 * self._elapsed / self._duration - 1.0, 0.0, 1.0)
            limits[swing] = UNLOADED_FORCE + (1.0 - lifted) * LOADED_FORCE
        if self.phase in (Phase.DOUBLE, Phase.LAST):
            limits[self.stance_side] = FIRST_FORCE + FORCE_MAX * min(self._elapsed / LOADING_TIME, 1.0)

    def _command_balance(
        self, dt: float, feet: Sequence[FrameState], com: np.ndarray, com_velocity: np.ndarray
    ) -> None:
        gain, dcm = self.gains.dcm_gain, self.balance.dcm
        x = self.zmp_reference[0] + gain * (dcm[0] - self.dcm_reference[0])
        y = self.zmp_reference[1] + gain * (dcm[1] - self.dcm_reference[1])
        if self.phase is Phase.SINGLE:
            x, y = clamp_to_sole(x, y, self._poses[self.stance_side], self.reach, 1.0)
        height = float(feet[self.stance_side].position[2])
        if self.phase in (Phase.STAND, Phase.SHIFT, Phase.LAST):
            height = 0.5 * float(feet[LEFT].position[2] + feet[RIGHT].position[2])
        self._ground += min(dt / GROUND_TIME, 1.0) * (height - self._ground)
        self.balance.command((x, y))
        self.balance.update(dt, com, com_velocity, self._ground)

    def _write_torso(self, dt: float, out: WholeBodyReference) -> None:
        stance = self._poses[self.stance_side].yaw
        if self.phase in (Phase.STAND, Phase.LAST) or not self.plan.footholds:
            aim = self._standing_body().yaw
        else:
            aim = stance + 0.5 * wrap_angle(self.plan.footholds[0].yaw - stance)
        self.heading += min(dt / HEADING_TIME, 1.0) * wrap_angle(aim - self.heading)
        rotation_about_z(self.heading, out.torso_rotation)
