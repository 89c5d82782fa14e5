"""The simulated world of a graph, made ready for each goal before its trial begins."""

from __future__ import annotations

import time

from robot_trials.config import TrialSetup
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.world_request import WorldRequests

PATIENCE_S = 60.0
"""Longest wait until the world is ready [s]."""


class GoalWorld:
    """Asks for the things and people of a goal's trial, or for their old places.

    Args:
        channel: of the robot.
        base: the trial with which the world was made.
    """

    def __init__(self, channel: Channel, base: TrialSetup) -> None:
        self._requests, self._channel = WorldRequests(channel), channel
        self._present: tuple[str, ...] | None = _find_key(base)
        self._deadline: float | None = None

    def prepare(self, setup: TrialSetup, reset_props: bool) -> bool:
        """Whether the world has to be made ready first; then `look` tells when it is."""
        key = _find_key(setup)
        enter = key != self._present
        if not enter and not reset_props:
            return False
        self._present, self._deadline = key, time.monotonic() + PATIENCE_S
        self._requests.ask(setup, enter)
        return True

    def look(self, wish: str = "") -> str | None:
        """None while there is nothing to tell; then, once, why the world is not ready, or "" when it is.

        Args:
            wish: why nobody waits for it any more; empty: it is waited for.
        """
        if self._deadline is None:
            return None
        trouble = self._requests.find_answer()
        if trouble is None and wish:
            trouble = wish
        elif trouble is None:
            if time.monotonic() < self._deadline and not self._channel.ended:
                return None
            trouble = "the world was not made ready: the robot does not stand still"
        self._deadline = None
        if trouble:
            self._present = None
        return trouble


def _find_key(setup: TrialSetup) -> tuple[str, ...]:
    """What makes a simulated world another one."""
    drawn = repr(setup.trial.world), repr(setup.demands.load), str(setup.seed)
    return setup.kind.name, setup.configuration["course"], *drawn
