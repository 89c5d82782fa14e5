"""Between the motion command that is asked for and the one in force: the stop ladder around a controller's step."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable

import numpy as np

from robot_trials.safety.stop_ladder import Body, Rung, StopLadder
from robot_trials.safety.stop_limits import StopLimits
from robot_trials.safety.stop_requests import make_stop_requests
from robot_trials.safety.stop_triggers import MILD, StopTriggers, Trigger
from robot_trials_control.records import Fault, MotionMode, PayloadMode, Record, SensorGroup, make_motion_command


class Refusal(enum.IntFlag):
    """Why an act of a person on a stop has no effect."""

    NONE = 0
    NO_STOP = 1  # nothing is stopped
    TRIGGER = 2  # a reason to stop is still there
    UNSETTLED = 4  # the robot has not arrived on its rung yet
    NOT_WAITING = 8  # to lower it: nothing keeps it from lowering itself


MODES = {
    Rung.STAND: MotionMode.STAND,
    Rung.PROTECTIVE: MotionMode.PROTECTIVE_STOP,
    Rung.LOWER: MotionMode.LOWER,
    Rung.OFF: MotionMode.OFF,
    Rung.FALL: MotionMode.DAMPED,
}
"""What a rung asks of the controller."""
E_STOP, HEARTBEAT = Trigger.E_STOP.value, Trigger.HEARTBEAT.value
LIMP = (MotionMode.DAMPED, MotionMode.OFF)


class StopGuard:
    """Watches every control tick and replaces the motion command when the ladder says so. No ROS, no I/O.

    While a stop is latched, commands are dropped. It ends by a human act, `requests.rearm` grown after every trigger
    has gone, and then only a command given after that act counts.

    Attributes:
        requests: what is asked from outside; whoever owns the loop fills it in before a tick.
        triggers: the detectors.
        ladder: the rungs.

    Args:
        nu: actuated joints.
        period_ns: control period [ns].
        limits: of triggers and rungs.
        continuous_torque: that each drive bears for ever, shape (nu,) [N·m]; without it torque-time is not watched.
        clock: CLOCK_MONOTONIC [ns] where a clock paces the loop; None in lockstep, where control ticks count.
    """

    def __init__(
        self,
        nu: int,
        period_ns: int,
        limits: StopLimits | None = None,
        continuous_torque: np.ndarray | None = None,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.limits = limits or StopLimits()
        self.requests = make_stop_requests()
        self.triggers = StopTriggers(nu, period_ns * 1e-9, self.limits, continuous_torque)
        self.triggers.watch_deadlines = clock is not None
        self.ladder = StopLadder(self.limits)
        self._clock, self._period, self._ticks = clock, period_ns * 1e-9, 0
        self._body = Body()
        self._motion, self._asked = make_motion_command(), make_motion_command()
        self._rearm_seen = self._heartbeat_seen = 0
        self._heartbeat_at: float | None = None
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
        now = self._ticks * self._period if self._clock is None else self._clock() * 1e-9
        found = self.triggers.detect(state, status, timing) | self._detect_outside(now)
        if not found and not self.ladder.rung:
            self._rearm_seen = int(self.requests.rearm)
            return self._follow(motion)
        active, before = Trigger(found), self.ladder.rung
        self._look_at(status)
        rung = self.ladder.update(now, active, self._body)
        if self.ladder.is_latched:
            if before < Rung.STAND:
                self._begin_stop(motion)
            self._try_to_rearm(motion, active)
            rung = self.ladder.rung
        return (
            self._follow(motion) if rung == Rung.NONE else self._slow(motion) if rung == Rung.SLOW else self._stop(rung)
        )

    def write_status(self, status: Record) -> None:
        """Add the ladder to what the controller wrote."""
        ladder = self.ladder
        if ladder.rung:
            now = self._ticks * self._period if self._clock is None else self._clock() * 1e-9
            status.stop_rung[...], status.stop_triggers[...] = ladder.rung, ladder.triggers
            status.stop_time[...], status.stop_over[...] = now - ladder.started, ladder.is_over
        elif self._said_stop:
            status.stop_rung[...] = status.stop_triggers[...] = status.stop_time[...] = status.stop_over[...] = 0
        self._said_stop = bool(ladder.rung)

    def _detect_outside(self, now: float) -> int:
        requests = self.requests
        active = E_STOP if requests.e_stop else 0
        if not requests.heartbeat_required:
            self._heartbeat_at = None
            return active
        beat = int(requests.heartbeat)
        if beat != self._heartbeat_seen:
            self._heartbeat_seen, self._heartbeat_at = beat, now
        if self._heartbeat_at is not None and now - self._heartbeat_at > self.limits.heartbeat_timeout:
            active |= HEARTBEAT
        return active

    def _look_at(self, status: Record) -> None:
        body, limits = self._body, self.limits
        error = math.hypot(*(status.dcm - status.dcm_reference))
        quiet = error < limits.steady_dcm and float(np.abs(status.com_velocity).max()) < limits.steady_speed
        still = quiet and not status.walking and not int(status.fault) & Fault.FALLEN
        lowered = float(status.lowered)
        body.stands, body.lowered = still and lowered == 0.0, still and lowered >= 1.0
        body.can_lower = not int(status.sensors_held) & SensorGroup.JOINTS

    def _begin_stop(self, motion: Record) -> None:
        """Keep hands, head and load of the last command that counted."""
        self._motion.data[:] = motion.data
        if int(motion.payload_mode) == PayloadMode.TRACK:
            self._motion.payload_mode[...] = PayloadMode.HOLD
        self._asked.data[:] = motion.data
        self._rearm_seen = int(self.requests.rearm)

    def _try_to_rearm(self, motion: Record, active: Trigger) -> None:
        """Lift the stop by an act that is younger than the last trigger, once the robot is safe."""
        grown = int(self.requests.rearm) > self._rearm_seen
        self._rearm_seen = int(self.requests.rearm)
        if grown and not active & ~MILD and self.ladder.is_settled:
            self.ladder.release()
            self._dropped_sequence = int(motion.sequence)

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
            motion.mode[...] = MODES[rung]
        return motion
