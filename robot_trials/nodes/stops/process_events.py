"""Events about the control process and the machine under it: pauses, lost ticks, a quiet trial, a stepped clock."""

from __future__ import annotations

from typing import Protocol

from robot_trials.runtime.channel.trial_link import Following
from robot_trials.runtime.control.clock_watch import ClockWatch
from robot_trials_control.records import Record
from robot_trials_msgs.msg import TrialEvent


class Say(Protocol):
    """Publishes an event."""

    def __call__(self, severity: int, text: str, **values: float | str) -> None:
        """Say one sentence."""


class ProcessEvents:
    """Compares the control process's counters with those before, and says what has grown.

    Args:
        say: publishes an event.
        clocks: of the machine.
    """

    def __init__(self, say: Say, clocks: ClockWatch | None = None) -> None:
        self._say, self._clocks = say, clocks or ClockWatch()
        self._seen: dict[str, int] = {}
        self._quiet = False

    def update(self, health: Record) -> None:
        """Look at the newest counters, several times a second."""
        step = self._clocks.find_step()
        if step:
            self._say(TrialEvent.WARN, f"the wall clock was stepped by {step:+.1f} s")
        if self._grown("pauses", health):
            text = f"the control process was held up, {int(health.pauses)} times so far"
            self._say(TrialEvent.WARN, f"{text}, for {float(health.pause_max):.2f} s at most")
        for name, reader in (("log_overruns", "recorder"), ("trial_overruns", "trial")):
            lost = self._grown(name, health)
            if lost:
                self._say(TrialEvent.WARN, f"{lost} control ticks were lost to the {reader}: it was too slow")
        quiet = int(health.following) == Following.SAFE_CONTINUATION
        if quiet and not self._quiet:
            self._say(TrialEvent.ERROR, "the trial is quiet: the control process lets the robot stand")
        self._quiet = quiet

    def _grown(self, name: str, health: Record) -> int:
        """By how much a counter has grown since the last look; the first look only learns it."""
        value = int(getattr(health, name))
        before = self._seen.get(name, value)
        self._seen[name] = value
        return max(value - before, 0)
