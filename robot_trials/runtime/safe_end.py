"""When a robot that was told to stop may be switched off: it stands quietly, squats on its stops, or lies damped."""

from __future__ import annotations

from robot_trials_control.records import Fault, MotionMode, Record

STAND_TICKS = 250
"""Control ticks of standing still before the end: 0.5 s at 500 Hz."""
FAREWELL_TICKS = 1500
"""Control ticks that a running trial has, after the robot is safe, to end itself and say so: 3 s at 500 Hz."""
GIVE_UP_TICKS = 5000
"""Control ticks after which it ends all the same: 10 s at 500 Hz, several times the longest stop."""


class SafeEnd:
    """Counts control ticks from the wish to end to a safe state.

    Attributes:
        gave_up: the robot did not become safe in time.
    """

    def __init__(self, stand_ticks: int = STAND_TICKS, give_up_ticks: int = GIVE_UP_TICKS) -> None:
        self.gave_up = False
        self._stand_ticks = stand_ticks
        self._give_up_ticks = give_up_ticks
        self._standing = 0
        self._safe = 0
        self._total = 0
        self._trial_runs = False

    @property
    def reached(self) -> bool:
        """The robot is safe, and the trial has ended or had its time to."""
        return self._safe > 0 and not (self._trial_runs and self._safe < FAREWELL_TICKS)

    @property
    def done(self) -> bool:
        """Whether the process may end."""
        return self.reached or self.gave_up

    def update(self, status: Record, ticks: int, trial_runs: bool = False) -> None:
        """Judge by the controller's status after `ticks` more control ticks."""
        self._total += ticks
        self._trial_runs = trial_runs
        self._standing = self._standing + ticks if is_standing(status) else 0
        safe = self._standing >= self._stand_ticks or is_damped(status) or bool(status.stop_over)
        self._safe = self._safe + ticks if safe else 0
        self.gave_up = not safe and self._total >= self._give_up_ticks


def is_standing(status: Record) -> bool:
    """Whether both feet stand still and nothing else is asked of them, now or by a stop on its way down."""
    stays = not bool(status.stop_rung) or bool(status.stop_over)
    return int(status.mode) in (MotionMode.STAND, MotionMode.PROTECTIVE_STOP) and not bool(status.walking) and stays


def is_damped(status: Record) -> bool:
    """Whether the joints only damp, before the first stand or after a fall, or the robot squats on its stops."""
    rests = int(status.mode) in (MotionMode.LOWER, MotionMode.OFF) and float(status.lowered) >= 1.0
    return rests or int(status.mode) == MotionMode.DAMPED or bool(int(status.fault) & Fault.FALLEN)
