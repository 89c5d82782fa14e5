"""Tells on `stop_requests` who asked for what, each thing once, and how the stop buttons change."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from robot_trials.telemetry.messages.said import RequestKind, StopRequest

WAYS_MAX = 64
"""Ways of asking that are kept apart during one stop: a stranger may make up any number of buttons."""
SERVICE = "service"
ACTS = {"rearm": RequestKind.REARM, "lower": RequestKind.LOWER}


def name_button(name: str) -> str:
    """A stop button as the source of a request."""
    return f"stop button {name!r}"


class StopTelling:
    """Remembers what was told, so that what is said many times a second is told once.

    Args:
        tell: takes a request that is new.
    """

    def __init__(self, tell: Callable[[StopRequest], None]) -> None:
        self._tell = tell
        self._ways: set[str] = set()
        self._states: dict[RequestKind, set[str]] = {kind: set() for kind in RequestKind}

    def note_stop(self, source: str, fresh: bool) -> None:
        """A stop is asked for; `fresh` where none was."""
        if fresh:
            self._ways.clear()
        if source not in self._ways and len(self._ways) < WAYS_MAX:
            self._ways.add(source)
            self._tell(StopRequest(RequestKind.STOP, source))

    def note_act(self, name: str, who: str, reason: str = "") -> None:
        """A person has acted, `rearm` or `lower`; `reason` says why that has no effect."""
        if name == "rearm" and not reason:
            self._ways.clear()
        self._tell(StopRequest(ACTS[name], SERVICE, who, reason=reason))

    def note_buttons(self, pressed: Iterable[str], silent: Iterable[str], alive: Iterable[str]) -> None:
        """How the buttons are now, by name."""
        gone = self._states[RequestKind.BUTTON_PRESSED].difference(pressed)
        self._note(RequestKind.BUTTON_PRESSED, pressed)
        for name in sorted(gone):
            self._tell(StopRequest(RequestKind.BUTTON_RELEASED, name_button(name)))
        self._note(RequestKind.BUTTON_SILENT, silent)
        self._note(RequestKind.BUTTON_ALIVE, alive)

    def _note(self, kind: RequestKind, names: Iterable[str]) -> None:
        now = set(names)
        for name in sorted(now - self._states[kind]):
            self._tell(StopRequest(kind, name_button(name)))
        self._states[kind] = now
