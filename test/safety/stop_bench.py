"""A stop guard before a robot that obeys at once."""

from __future__ import annotations

from robot_trials.safety.shared_load import LoadLimits
from robot_trials.safety.stop_guard import StopGuard
from robot_trials.safety.stop_ladder import Rung
from robot_trials_control.records import MotionMode, PayloadMode, Record, make_control_sample, make_motion_command

PERIOD_NS = 2_000_000
SECOND = 500
MASS = 1.6
"""Announced load [kg]."""


class GuardBench:
    """A guard before a robot that stands, or walks until it is told not to."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.guard = StopGuard(3, PERIOD_NS, clock=clock, load=LoadLimits(mass=MASS))
        self.sample = make_control_sample(3)
        self.motion = make_motion_command()
        self.motion.mode[...], self.motion.walk_speed[...] = MotionMode.WALK_TO, 0.8
        self.motion.hand_closed[1], self.motion.payload_mode[...] = 1.0, PayloadMode.TRACK
        self.motion.sequence[...] = 1
        self.clock = clock

    def step(self, count: int = 1) -> Record:
        for _ in range(count):
            if self.clock is not None:
                self.clock.now += PERIOD_NS
            sample = self.sample
            in_force = self.guard.update(sample.state, self.motion, sample.status, sample.timing)
            mode, status = int(in_force.mode), sample.status
            status.walking[...] = mode in (MotionMode.WALK_TO, MotionMode.WALK_VELOCITY)
            status.lowered[...] = mode in (MotionMode.LOWER, MotionMode.OFF)
            self.guard.write_status(status)
        return in_force

    @property
    def rung(self) -> Rung:
        return Rung(int(self.sample.status.stop_rung))


class Clock:
    """CLOCK_MONOTONIC under the test's hand."""

    def __init__(self) -> None:
        self.now = 7_000_000_000_000

    def __call__(self) -> int:
        return self.now
