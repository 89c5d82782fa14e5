"""When a robot that was told to stop may be switched off: it stands quietly, or it lies damped."""

from __future__ import annotations

from robot_trials_control.records import Fault, MotionMode, Record

STAND_TICKS = 250
"""Control ticks of standing still before the end: 0.5 s at 500 Hz."""
GIVE_UP_TICKS = 5000
"""Control ticks after which it ends all the same: 10 s at 500 Hz, several times the longest stop."""


class SafeEnd:
    """Counts control ticks from the wish to end to a safe state.

    Attributes:
        reached: the robot is safe.
        gave_up: it did not become safe in time.
    """

    def __init__(self, stand_ticks: int = STAND_TICKS, give_up_ticks: int = GIVE_UP_TICKS) -> None:
        self.reached = False
        self.gave_up = False
        self._stand_ticks = stand_ticks
        self._give_up_ticks = give_up_ticks
        self._standing = 0
        self._total = 0

    @property
    def done(self) -> bool:
        """Whether the process may end."""
        return self.reached or self.gave_up

    def update(self, status: Record, ticks: int) -> None:
        """Judge by the controller's status after `ticks` more control ticks."""
        self._total += ticks
        if is_standing(status):
            self._standing += ticks
        else:
            self._standing = 0
        self.reached = self._standing >= self._stand_ticks or is_damped(status)
        self.gave_up = not self.reached and self._total >= self._give_up_ticks


def is_standing(status: Record) -> bool:
    """Whether both feet stand still and nothing else is asked of them."""
    return int(status.mode) == MotionMode.STAND and not bool(status.walking)


def is_damped(status: Record) -> bool:
    """Whether the joints only damp: before the first stand, or after a fall."""
    return int(status.mode) == MotionMode.DAMPED or bool(int(status.fault) & Fault.FALLEN)
