"""Between the motion command that is asked for and the one in force: the stop ladder around a controller's step."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from robot_trials.safety.shared_load import LoadLimits, LoadWatch
from robot_trials.safety.sign_of_life import SignOfLife
from robot_trials.safety.stop_detection import StopTriggers
from robot_trials.safety.stop_ladder import Body, Rung, StopLadder
from robot_trials.safety.stop_limits import StopLimits
from robot_trials.safety.stop_requests import Refusal, make_stop_requests
from robot_trials.safety.stop_triggers import MILD, Trigger
from robot_trials_control.records import (
    Fault,
    MotionMode,
    PayloadMode,
    Record,
    SensorGroup,
    Sharing,
    make_motion_command,
)

MODES = {
    Rung.STAND: MotionMode.STAND,
    Rung.PROTECTIVE: MotionMode.PROTECTIVE_STOP,
    Rung.LOWER: MotionMode.LOWER,
    Rung.OFF: MotionMode.OFF,
    Rung.FALL: MotionMode.DAMPED,
}
"""What a rung asks of the controller."""
E_STOP, HEARTBEAT, INPUTS = Trigger.E_STOP.value, Trigger.HEARTBEAT.value, Trigger.INPUTS.value
FROM_TRIAL = (Trigger.GEOFENCE | Trigger.OVERSPEED | Trigger.WINDOW | Trigger.SOURCES).value
"""Triggers that a trial may call for in its motion command."""
FROM_OUTSIDE = FROM_TRIAL | (Trigger.BUTTON | Trigger.INPUTS | Trigger.HEARTBEAT).value
"""Triggers that others may call for in `requests.asked`."""
LIMP = (MotionMode.DAMPED, MotionMode.OFF)
SHUT = 0.5
"""Closure beyond which a hand counts as shut."""


class StopGuard:
    """Watches every control tick and replaces the motion command when the ladder says so. No ROS, no I/O.

    While a stop is latched, commands are dropped. It ends by a human act, `requests.rearm` grown after every trigger
    has gone, and then only a command given after that act counts. An act that comes too early is refused, never kept.

    A robot whose last command said `shared_load` is not lowered before the measured load says that nobody else holds
    it, where it can say so, or a person tells it to by `requests.lower`. Its arms give way until then.

    Attributes:
        requests: what is asked from outside; whoever owns the loop fills it in before a tick.
        triggers: the detectors.
        ladder: the rungs.
        acts: sum of the counts `rearm` and `lower` that have been judged.
        act_refused: why the newest act had no effect; NONE when it had.
        act_triggers: triggers that were active at the newest act.

    Args:
        nu: actuated joints.
        period_ns: control period [ns].
        limits: of triggers and rungs.
        continuous_torque: that each drive bears for ever, shape (nu,) [N·m]; without it torque-time is not watched.
        clock: CLOCK_MONOTONIC [ns] where a clock paces the loop; None in lockstep, where control ticks count.
        speed_cap: that the robot may not exceed [m/s]; without it the speed is not watched.
        load: when a shared load counts as the robot's alone; as it is, never.
    """

    def __init__(
        self,
        nu: int,
        period_ns: int,
        limits: StopLimits | None = None,
        continuous_torque: np.ndarray | None = None,
        clock: Callable[[], int] | None = None,
        speed_cap: float | None = None,
        load: LoadLimits | None = None,
    ) -> None:
        self.limits = limits or StopLimits()
        self.requests = make_stop_requests()
        self.triggers = StopTriggers(nu, period_ns * 1e-9, self.limits, continuous_torque, speed_cap)
        self.triggers.watch_deadlines = clock is not None
        self.ladder = StopLadder(self.limits)
        self.acts, self.act_refused, self.act_triggers = 0, Refusal.NONE, Trigger.NONE
        self._speed_cap = float(self.triggers.memory.speed_cap)
        self._trial_limits: tuple[float, float] | None = None
        self._clock, self._period, self._ticks = clock, period_ns * 1e-9, 0
        self._body, self._load = Body(), LoadWatch(load or LoadLimits())
        self._motion, self._asked = make_motion_command(), make_motion_command()
        self._rearm_seen = self._lower_seen = 0
        self._supervisor = SignOfLife(self.limits.heartbeat_timeout)
        self._inputs = SignOfLife(self.limits.inputs_timeout)
        self._dropped_sequence: int | None = None
        self._said_stop = True

    def update(self, state: Record, motion: Record, status: Record, timing: Record) -> Record:
        """The motion command in force at this tick.

        Args:
            state: readings of this tick.
            motion: the command asked for.
            status: what the controller believed after the last tick.
            timing: account of the ticks so far.
        """
        self._ticks += 1
        now = self._now()
        found = self.triggers.detect(state, status, timing) | self._detect_outside(now)
        found |= int(motion.stop_asked) & FROM_TRIAL
        if not found and not self.ladder.rung:
            self._judge_acts(motion, Trigger.NONE)
            return self._follow(motion)
        active, before = Trigger(found), self.ladder.rung
        self._look_at(status, now)
        self.ladder.update(now, active, self._body)
        if before < Rung.STAND and self.ladder.is_latched:
            self._begin_stop(motion)
        self._judge_acts(motion, active)
        rung = self.ladder.rung
        return (
            self._follow(motion) if rung == Rung.NONE else self._slow(motion) if rung == Rung.SLOW else self._stop(rung)
        )

    def set_trial_limits(self, speed_cap: float, load_mass: float) -> None:
        """Watch another trial than the one before.

        Args:
            speed_cap: of its permit [m/s]; 0 without a trial: the cap that was given at the start.
            load_mass: of what it carries, as announced [kg]; 0 for nothing: then no load counts as the robot's alone.
        """
        if (speed_cap, load_mass) == self._trial_limits:
            return
        self._trial_limits = speed_cap, load_mass
        self.triggers.memory.speed_cap[...] = speed_cap or self._speed_cap
        self._load = LoadWatch(LoadLimits(mass=load_mass) if load_mass else LoadLimits())

    def write_status(self, status: Record) -> None:
        """Add the ladder to what the controller wrote."""
        ladder = self.ladder
        if ladder.rung:
            status.stop_rung[...], status.stop_triggers[...] = ladder.rung, ladder.triggers
            status.stop_time[...] = self._now() - ladder.started
            status.stop_over[...], status.stop_waits[...] = ladder.is_over, ladder.waits
        elif self._said_stop:
            status.stop_rung[...] = status.stop_triggers[...] = status.stop_time[...] = 0
            status.stop_over[...] = status.stop_waits[...] = 0
        self._said_stop = bool(ladder.rung)

    def _now(self) -> float:
        """Time that watchdogs and rungs count in [s]."""
        return self._ticks * self._period if self._clock is None else self._clock() * 1e-9

    def _detect_outside(self, now: float) -> int:
        requests = self.requests
        active = int(requests.asked) & FROM_OUTSIDE
        if requests.e_stop:
            active |= E_STOP
        if self._supervisor.is_silent(bool(requests.heartbeat_required), int(requests.heartbeat), now):
            active |= HEARTBEAT
        if self._inputs.is_silent(bool(requests.inputs_required), int(requests.inputs), now):
            active |= INPUTS
        return active

    def _look_at(self, status: Record, now: float) -> None:
        body, limits = self._body, self.limits
        error = math.hypot(*(status.dcm - status.dcm_reference))
        quiet = error < limits.steady_dcm and float(np.abs(status.com_velocity).max()) < limits.steady_speed
        still = quiet and not status.walking and not int(status.fault) & Fault.FALLEN
        lowered = float(status.lowered)
        body.stands, body.lowered = still and lowered == 0.0, still and lowered >= 1.0
        body.can_lower = not int(status.sensors_held) & SensorGroup.JOINTS
        body.can_rest = not int(status.sensors_held) & SensorGroup.IMU
        if body.shared and self.ladder.is_latched:
            self._look_at_load(status, now)

    def _look_at_load(self, status: Record, now: float) -> None:
        """Whether the load in a shut hand is the robot's alone; readings that are replaced tell nothing of it."""
        motion, known = self._motion, not status.sensors_held
        self._hold_load(follow=known)
        shut = float(motion.hand_closed[int(motion.payload_hand)]) > SHUT
        if not (known and shut and int(motion.shared_load) == Sharing.HELD):
            self._load.reset()
        elif self._load.update(float(status.payload_mass), now):
            self._end_sharing()

    def _begin_stop(self, motion: Record) -> None:
        """Keep hands, head and load of the last command that counted."""
        self._motion.data[:] = self._asked.data[:] = motion.data
        self._load.reset()
        self._body.shared = bool(motion.shared_load)
        self._hold_load(follow=self._body.shared)

    def _hold_load(self, follow: bool) -> None:
        """Keep the load that is in the model, or let it follow what a person takes and leaves."""
        motion = self._motion
        if int(motion.payload_mode) in (PayloadMode.TRACK, PayloadMode.HOLD):
            motion.payload_mode[...] = PayloadMode.TRACK if follow else PayloadMode.HOLD

    def _end_sharing(self) -> None:
        """Nobody else holds the load, or a person says that it does not matter."""
        self._body.shared, self._motion.shared_load[...] = False, Sharing.NONE
        self._hold_load(follow=False)

    def _judge_acts(self, motion: Record, active: Trigger) -> None:
        """Answer what a person did since the last tick."""
        rearm, lower = int(self.requests.rearm), int(self.requests.lower)
        rearms, lowers = rearm > self._rearm_seen, lower > self._lower_seen
        self._rearm_seen, self._lower_seen, self.acts = rearm, lower, rearm + lower
        if not (rearms or lowers):
            return
        refused = (self._rearm(motion, active) if rearms else Refusal.NONE) | (
            self._lower() if lowers else Refusal.NONE
        )
        self.act_refused, self.act_triggers = refused, active

    def _rearm(self, motion: Record, active: Trigger) -> Refusal:
        """Lift the stop by an act that is younger than the last trigger, once the robot is safe."""
        ladder = self.ladder
        if not ladder.is_latched:
            return Refusal.NO_STOP
        refused = Refusal.TRIGGER if active & ~MILD else Refusal.NONE
        if not ladder.is_settled:
            refused |= Refusal.UNSETTLED
        if not refused:
            ladder.release()
            self._dropped_sequence = int(motion.sequence)
        return refused

    def _lower(self) -> Refusal:
        """Let a robot that waits go down although somebody may hold its load: a person beside it says so."""
        if not self.ladder.is_latched:
            return Refusal.NO_STOP
        if not self.ladder.waits:
            return Refusal.NOT_WAITING
        self._end_sharing()
        return Refusal.NONE

    def _follow(self, motion: Record) -> Record:
        """The command asked for, but for those from before the act that ended a stop."""
        if self._dropped_sequence is None:
            return motion
        if int(motion.sequence) != self._dropped_sequence:
            self._dropped_sequence = None
            return motion
        return self._stop(Rung.STAND)

    def _slow(self, motion: Record) -> Record:
        motion = self._follow(motion)
        slowed, cap = self._motion, self.limits.slow_speed
        slowed.data[:] = motion.data
        slowed.walk_speed[...] = min(float(motion.walk_speed), cap)
        speed = math.hypot(*motion.walk_velocity[:2])
        if speed > cap:
            slowed.walk_velocity[:] *= cap / speed
        return slowed

    def _stop(self, rung: Rung) -> Record:
        motion = self._motion
        if int(self._asked.mode) not in LIMP or rung > Rung.LOWER:  # who lies damped is not made to stand
            holds_arms = rung == Rung.STAND and self._body.shared  # beside a person not even a hand goes on
            motion.mode[...] = MotionMode.PROTECTIVE_STOP if holds_arms else MODES[rung]
        return motion
