"""When a robot that was told to stop may be switched off: it stands quietly, squats on its stops, or lies damped.

A stop on its way down is not interrupted: the robot may be let go when the stop has come as far as it goes.
"""

from __future__ import annotations

from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_limits import StopLimits
from robot_trials_control.records import Fault, MotionMode, Record

TICKS_PER_S = 500
STAND_TICKS = TICKS_PER_S // 2
"""Control ticks of standing still before the end: 0.5 s."""
FAREWELL_TICKS = 25 * TICKS_PER_S
"""Control ticks that a trial which goes on answering has, after the robot is safe, to end itself and say so: 25 s, for
it waits 20 s for a stand, and may be behind on a busy machine."""


def longest_stop(limits: StopLimits) -> float:
    """The longest way down the ladder, every rung taking its bound [s].

    From a walk to standing, what needs longer by a protective stop, the pause before lowering, the squat, and off; a
    rung is left after it has looked stable for a while.
    """
    pause = max(limits.patience, limits.blind_patience)
    rungs = (limits.stand_max, limits.protective_max, pause, limits.lower_max, limits.off_max)
    return sum(rungs) + len(rungs) * limits.settle_time


def count_give_up_ticks(limits: StopLimits) -> int:
    """Control ticks after which it ends all the same: the longest stop, and a quarter more."""
    return round(1.25 * longest_stop(limits) * TICKS_PER_S)


class SafeEnd:
    """Counts control ticks from the wish to end to a safe state.

    Args:
        stand_ticks: control ticks of standing still before the end.
        give_up_ticks: after which it ends all the same; of limits of the usual size when None.

    Attributes:
        gave_up: the robot did not become safe in time.
    """

    def __init__(self, stand_ticks: int = STAND_TICKS, give_up_ticks: int | None = None) -> None:
        self.gave_up = False
        self._stand_ticks = stand_ticks
        self._give_up_ticks = count_give_up_ticks(StopLimits()) if give_up_ticks is None else give_up_ticks
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
        rests = self._standing >= self._stand_ticks or is_damped(status)
        safe = not is_stopping(status) and (rests or bool(status.stop_over))
        self._safe = self._safe + ticks if safe else 0
        self.gave_up = not safe and self._total >= self._give_up_ticks


def is_stopping(status: Record) -> bool:
    """Whether a stop is on its way down the ladder; one that waits for a person's hand is not."""
    return int(status.stop_rung) >= Rung.STAND and not bool(status.stop_over) and not bool(status.stop_waits)


def is_standing(status: Record) -> bool:
    """Whether both feet stand still and nothing else is asked of them, now or by a stop on its way down."""
    still = int(status.mode) in (MotionMode.STAND, MotionMode.PROTECTIVE_STOP) and not bool(status.walking)
    return still and not is_stopping(status)


def is_damped(status: Record) -> bool:
    """Whether the joints only damp, before the first stand or after a fall, or the robot squats on its stops."""
    rests = int(status.mode) in (MotionMode.LOWER, MotionMode.OFF) and float(status.lowered) >= 1.0
    return rests or int(status.mode) == MotionMode.DAMPED or bool(int(status.fault) & Fault.FALLEN)
