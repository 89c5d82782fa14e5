"""What robots say of themselves, kept in memory and written down now and then."""

from __future__ import annotations

from dataclasses import dataclass

from robot_trials.coordination.desk import Desk
from robot_trials.records.models import Robot

WRITE_PERIOD_S = 5.0
"""Between two writings of what is not urgent [s]."""
CHARGE_STEP = 0.01
"""Change of charge that is written at once."""


@dataclass
class Heard:
    """Newest words of a robot: when [s since 1970], charge 0 … 1 (None: it did not say)."""

    at: float
    battery: float | None = None
    written_at: float = float("-inf")
    written_battery: float | None = None


class Hearing:
    """Signs of life and charge of every robot."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._heard: dict[str, Heard] = {}

    def note(self, robot: str, now: float, battery: float | None = None) -> None:
        """A robot has said something."""
        heard = self._heard.setdefault(robot, Heard(now))
        heard.at = now
        if battery is not None:
            heard.battery = battery

    def write(self, now: float) -> None:
        """Write down what is new enough.

        Raises:
            RecordsError: it could not be written.
        """
        new = {name: heard for name, heard in self._heard.items() if _is_new(heard, now)}
        if not new:
            return
        with self._desk.write() as work:
            for name, heard in new.items():
                robot = work.session.get(Robot, name)
                if robot is not None:
                    robot.last_heard, robot.battery = heard.at, heard.battery
        for heard in new.values():
            heard.written_at, heard.written_battery = now, heard.battery


def _is_new(heard: Heard, now: float) -> bool:
    if heard.battery is not None:
        if heard.written_battery is None or abs(heard.battery - heard.written_battery) >= CHARGE_STEP:
            return True
    return heard.at > heard.written_at and now - heard.written_at >= WRITE_PERIOD_S
