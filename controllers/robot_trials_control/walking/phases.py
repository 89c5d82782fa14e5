"""Walking as a sequence of phases: stand, shift, single support, double support, and back to standing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from robot_trials_control.config import WalkingGains
from robot_trials_control.numeric.compiled import bind
from robot_trials_control.numeric.rotations import wrap_angle
from robot_trials_control.records import LEFT, RIGHT, MotionMode, Record, make_record, make_robot_state
from robot_trials_control.robot.contacts import SoleReach
from robot_trials_control.robot.model_state import GRAVITY, model_state_fields
from robot_trials_control.walking.dcm import ZmpSegment, dcm_before, foothold_gain
from robot_trials_control.walking.footsteps import Pose2, clamp, is_reached, other
from robot_trials_control.walking.gait import (
    GAIT_FIELDS,
    Event,
    Phase,
    ZmpTrack,
    advance,
    make_gait_constants,
    observe,
)
from robot_trials_control.walking.gait_references import write_references
from robot_trials_control.walking.ground_slope import SlopeSense, slope_under
from robot_trials_control.walking.step_plan import Goal, StepPlan
from robot_trials_control.whole_body.references import WholeBodyReference, whole_body_reference_fields

TURN_MISSED_MAX = 0.06
"""A foot that lands turned this much too little is made up for by the next one, so that a turn keeps its rate [rad]."""
RESTART_POSITION, RESTART_YAW = 0.04, 0.06
"""Error at which standing still gives way to stepping [m], [rad]."""
ADJUST_RATE = 0.2
"""Share of the wanted adjustment taken every tick."""
TIMING_RATE_DOWN, TIMING_RATE_UP = 0.020, 0.004
"""Fastest change of the remaining time a tick [s]."""

DISTURBED_DCM_ERROR = 0.10
"""Distance of the DCM from its plan from which a walk does not end yet; 1 m/s needs 0.08 [m]."""
REST_SHARE = 0.5
"""Where the ZMP rests when standing, from the soles' middles (0) to the ankles (1).

Ahead the ankles' torque ends the ZMP's reach, back the soles do: a push ahead and one back find about as much left.
"""
HASTE_FROM, HASTE_FULL = 0.05, 0.10
"""Sideways error of the DCM at touchdown from which the double support shrinks, and at which it is shortest [m]."""
TRANSFER_MIN = 0.04
"""Shortest double support [s]."""


class Walking:
    """Plans and times the steps; writes its part of a `WholeBodyReference` every tick.

    Attributes:
        gait: the gait in progress, record of `GAIT_FIELDS`.
        phase: the phase in progress.
        may_step: whether a walk may begin.
        steps: touchdowns since construction.
        stance_side: the foot that carries, or will carry after the shift.
    """

    def __init__(self, gains: WalkingGains, reach: SoleReach, nu: int) -> None:
        self.gains, self.reach = gains, reach
        self.omega = math.sqrt(GRAVITY / gains.com_height)
        self.plan = StepPlan(gains, reach, self.omega)
        self.goal = Goal()
        self.gait: Record = make_record(GAIT_FIELDS)
        self.phase, self.stance_side = Phase.STAND, RIGHT
        self.steps = 0
        self.may_step = True
        self._sense = SlopeSense()
        self._constants = make_gait_constants(gains, reach, self.omega, self.plan.limits)
        self._track = ZmpTrack(self.gait)
        model, reference = make_record(model_state_fields(nu + 6)), make_record(whole_body_reference_fields(nu))
        parts = model.data, self._constants.data, self.gait.data
        self._advance = bind(advance, 0.0, parts[0], make_robot_state(nu).data, *parts[1:])
        self._write_references = bind(write_references, 0.0, *parts, reference.data)

    @property
    def ground(self) -> float:
        """Height of the ground under the centre of mass [m]."""
        return float(self.gait.ground)

    @property
    def heading(self) -> float:
        """Reference heading of the body [rad]."""
        return float(self.gait.heading)

    @property
    def is_walking(self) -> bool:
        """Whether a step is under way or due."""
        return self.phase is not Phase.STAND

    @property
    def is_at_target(self) -> bool:
        """Whether the robot stands where WALK_TO sent it."""
        if self.is_walking or self.goal.mode != MotionMode.WALK_TO:
            return False
        return is_reached(self.standing_body(), self.goal.target, RESTART_POSITION, RESTART_YAW)

    def reset(self, model: Record) -> None:
        """Stand on both feet as they are in the model's record."""
        gait = self.gait
        observe(model.data, self.omega, gait.data)
        gait.slopes[:] = 0.0
        self._sense.reset()
        gait.ground[...] = 0.5 * (model.position[LEFT, 2] + model.position[RIGHT, 2])
        gait.height[...] = model.com[2] - gait.ground
        self.plan.clear()
        gait.heading[...] = self.standing_body().yaw
        x, y = self._middle()
        self._start(Phase.STAND, [ZmpSegment(float(model.com[0]), float(model.com[1]), x, y, 1.0)], (x, y))

    def update(self, dt: float, model: Record, state: Record, out: WholeBodyReference) -> None:
        """Advance by `dt` and write stance, force bounds, swing foot, torso and centre of mass references.

        Args:
            dt: control period [s].
            model: record of `model_state_fields`.
            state: sensor readings, of which the normal forces under the soles count.
            out: receives the references.
        """
        gait, constants = self.gait.data, self._constants.data
        event = self._advance(dt, model.data, state.data, constants, gait)
        if event == Event.ADJUSTMENT:
            self._adjust_step()
        elif event == Event.PHASE_OVER:
            self._end_phase(model)
        elif self.phase is Phase.STAND and self._wants_to_step():
            self._begin_shift()
        elif self.phase is Phase.DOUBLE and self._may_stop_now:
            self._stop_now()
        self._write_references(dt, model.data, constants, gait, out.record.data)

    def set_height(self, height: float) -> None:
        """Hold the centre of mass at a height above the soles from now on [m]."""
        self._constants.com_height[...] = self.gait.height[...] = height

    @property
    def _is_disturbed(self) -> bool:
        """Whether the next step has to catch the robot before any can bring it to rest."""
        gait = self.gait
        return math.hypot(*(gait.dcm - gait.dcm_reference)) > DISTURBED_DCM_ERROR

    @property
    def _may_stop_now(self) -> bool:
        return not (self.plan.is_stopping or self.goal.asks_for_steps or self._is_disturbed)

    @property
    def stagger(self) -> tuple[float, float, float]:
        """The left foot seen from the right one: ahead, aside and turned [m, m, rad]."""
        left = self._pose(LEFT).seen_from(self._pose(RIGHT))
        return left.x, left.y, left.yaw

    def begin_wide_stance(self, spread: float) -> None:
        """From standing, put the left foot beside the right one, so far aside [m]."""
        self.stance_side = RIGHT
        self.plan.end_at(self._pose(RIGHT).offset(0.0, spread))
        self._shift_weight()

    # -- phases ------------------------------------------------------------------------------------------------

    def _end_phase(self, model: Record) -> None:
        if self.phase is Phase.SINGLE:
            self._begin_double()
        elif self.phase is Phase.LAST:
            self._set_phase(Phase.STAND)
            self.plan.clear()
            self._pass_on_foothold()
        else:
            self._begin_single(model)

    def _set_phase(self, phase: Phase) -> None:
        self.phase = phase
        self.gait.phase[...] = phase

    def _pass_on_foothold(self) -> None:
        footholds = self.plan.footholds
        self.gait.has_foothold[...] = bool(footholds)
        if footholds:
            self.gait.foothold[:] = footholds[0]

    def _wants_to_step(self) -> bool:
        goal = self.goal
        if not self.may_step:
            return False
        if goal.mode == MotionMode.WALK_TO:
            return not is_reached(self.standing_body(), goal.target, RESTART_POSITION, RESTART_YAW)
        return goal.is_moving

    def _begin_shift(self) -> None:
        body, goal = self.standing_body(), self.goal
        leftward = goal.target.seen_from(body).y if goal.mode == MotionMode.WALK_TO else goal.velocity[1]
        self.stance_side = RIGHT if leftward >= 0.0 else LEFT
        self.plan.clear()
        self.plan.renew(body, self.stance_side, goal, closing_allowed=False)
        self._shift_weight()

    def _shift_weight(self) -> None:
        stance, (x, y) = self._pose(self.stance_side), self._track.now
        heel = self.plan.zmp_at(stance, self.gains.zmp_heel)
        total = self.gains.first_double_support
        segments = [ZmpSegment(x, y, x, y, 0.4 * total), ZmpSegment(x, y, *heel, 0.6 * total)]
        self._start(Phase.SHIFT, segments, self.plan.dcm_at_lift_off(stance))

    def _begin_single(self, model: Record) -> None:
        lifted = other(self.stance_side)
        self.gait.lift_off[:] = *self._pose(lifted), model.position[lifted, 2]
        self.gait.slopes[0] = slope_under(model.rotation[lifted])
        self._sense.feel(model.position[self.stance_side], model.rotation[self.stance_side])
        self.gait.slopes[1] = self._sense.slope
        stance = self._pose(self.stance_side)
        end = self.plan.zmp_at(stance, self.plan.toe)
        segment = ZmpSegment(*self._track.now, *end, self.plan.tempo.single)
        self._start(Phase.SINGLE, [segment], self.plan.dcm_at_touchdown(stance))
        self.gait.planned[:] = *self.gait.foothold[:2].tolist(), *self.gait.end_dcm.tolist(), self.gait.duration

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
        stance = self._pose(self.stance_side)
        body = self.plan.planner.body(stance, self.stance_side)
        turn = wrap_angle(self.plan.footholds[0].yaw - stance.yaw)
        if self.goal.is_moving and abs(turn) < TURN_MISSED_MAX:
            body = body._replace(yaw=self.plan.footholds[0].yaw)
        if self.goal.asks_for_steps or self._is_disturbed:
            self.plan.renew(body, self.stance_side, self.goal, not self._is_disturbed)
        else:
            self.plan.stop(body, self.stance_side, self.gait.dcm.tolist(), (x, y), self.plan.tempo.double)
        self._constants.placement_gain[...] = 1.0 / foothold_gain(self.plan.tempo.double, self.omega)
        heel = self.plan.zmp_at(stance, self.plan.heel)
        end = self.plan.dcm_at_lift_off(stance)
        segment = ZmpSegment(x, y, *heel, self.plan.tempo.double)
        self._start(Phase.DOUBLE, [segment._replace(duration=self._transfer_time(segment, end))], end)

    def _transfer_time(self, segment: ZmpSegment, end: tuple[float, float]) -> float:
        """Duration of the double support that begins: the farther the DCM beside its plan, the sooner the next step."""
        x, y = dcm_before(segment, *end, self.omega)
        dcm_x, dcm_y = self.gait.dcm.tolist()
        yaw = self._pose(self.stance_side).yaw
        error = abs(math.cos(yaw) * (dcm_y - y) - math.sin(yaw) * (dcm_x - x))
        haste = clamp((error - HASTE_FROM) / (HASTE_FULL - HASTE_FROM), 0.0, 1.0)
        return segment.duration + haste * (min(TRANSFER_MIN, segment.duration) - segment.duration)

    def _stop_now(self) -> None:
        """Make the step that is due the first of those that bring it to rest."""
        x, y = self._track.now
        stance, left = self._pose(self.stance_side), self._track.remaining
        body = self.plan.planner.body(stance, self.stance_side)
        self.plan.stop(body, self.stance_side, self.gait.dcm.tolist(), (x, y), left)
        self._track.start([ZmpSegment(x, y, *self.plan.zmp_at(stance, self.plan.heel), left)])
        self.gait.end_dcm[:] = self.plan.dcm_at_lift_off(stance)
        self._pass_on_foothold()

    def _start(self, phase: Phase, segments: Sequence[ZmpSegment], end_dcm: tuple[float, float]) -> None:
        self._set_phase(phase)
        self._track.start(segments)
        gait = self.gait
        gait.stance_side[...], gait.end_dcm[:] = self.stance_side, end_dcm
        gait.elapsed[...], gait.duration[...] = 0.0, self._track.remaining
        self._pass_on_foothold()

    def _pose(self, side: int) -> Pose2:
        """A sole's place and heading on the ground."""
        return Pose2(*self.gait.pose[side].tolist())

    def standing_body(self) -> Pose2:
        """Midway between the feet as they stand."""
        left, right = self._pose(LEFT), self._pose(RIGHT)
        yaw = left.yaw + 0.5 * wrap_angle(right.yaw - left.yaw)
        return Pose2(0.5 * (left.x + right.x), 0.5 * (left.y + right.y), yaw)

    def _middle(self) -> tuple[float, float]:
        """Where the ZMP rests when standing: between the ankles and the soles' middles."""
        body = self.standing_body().offset(REST_SHARE * self.reach.ankle, 0.0)
        return body.x, body.y

    def _adjust_step(self) -> None:
        """Take a share of the adjustment that this tick asks for."""
        gait, stance = self.gait, self._pose(self.stance_side)
        x, y, duration = gait.adjusted.tolist()
        foothold = self.plan.footholds[0]
        self.plan.shift(ADJUST_RATE * (x - foothold.x), ADJUST_RATE * (y - foothold.y), stance, self.stance_side)
        self._pass_on_foothold()
        gait.end_dcm[:] = self.plan.dcm_at_touchdown(stance)
        gait.duration[...] += clamp(duration - float(gait.duration), -TIMING_RATE_DOWN, TIMING_RATE_UP)
        self._track.stretch(float(gait.duration - gait.elapsed))
