"""Stop buttons that must give signs of life: which of them are pressed, silent, or have never been there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CONTEST_S = 2.0
"""After a sign that cannot be one of the same button's, it counts as silent for so long."""
STRANGER_S = 5.0
"""A button that is not on the list and says stop keeps people from arming again for so long after its last word."""
STRANGERS_MAX = 32


@dataclass
class _Button:
    """What is known of one button; times [s].

    Attributes:
        timeout: longest time without a sign of life.
        sequence: of the newest sign of life.
        seen: when that came; None before the first.
        candidate: lower sequence of a button that may have begun anew.
        contested: until when two senders are assumed.
        pressed: said by any message, unsaid by a sign of life only.
    """

    timeout: float
    sequence: int = -1
    seen: float | None = None
    candidate: int | None = None
    contested: float = -1.0
    pressed: bool = False


class StopButtons:
    """Judges signs of life by name and sequence.

    A sign of life has a sequence above the one before. A button that has fallen silent may begin anew with lower ones,
    two of them growing. While one is alive, a sequence that does not grow comes from somebody else of that name, or
    has been on its way for long: the button then counts as silent for `CONTEST_S`.

    Args:
        timeouts: of the buttons that must be alive [s], by name.
    """

    def __init__(self, timeouts: Mapping[str, float]) -> None:
        self._buttons = {name: _Button(timeout) for name, timeout in timeouts.items()}
        self._strangers: dict[str, float] = {}

    def find_pressed(self, now: float) -> list[str]:
        """Names of buttons that say stop; required or not."""
        required = [name for name, button in self._buttons.items() if button.pressed]
        return required + [name for name, said in self._strangers.items() if now - said < STRANGER_S]

    @property
    def alive_once(self) -> int:
        """Required buttons that have been alive: bit set in the order of the list."""
        return sum(1 << i for i, button in enumerate(self._buttons.values()) if button.seen is not None)

    def restore(self, alive_once: int, now: float, grace: float) -> None:
        """Take over from a process before this one: what was alive has `grace` [s] to show itself again."""
        for i, button in enumerate(self._buttons.values()):
            if alive_once >> i & 1:
                button.seen = now + grace - button.timeout

    def take(self, name: str, sequence: int, pressed: bool, now: float) -> str:
        """Take a message in; what is wrong with it, or nothing."""
        button = self._buttons.get(name)
        if button is None:
            return self._take_stranger(name, pressed, now)
        button.pressed = button.pressed or pressed
        if sequence > button.sequence:
            self._accept(button, sequence, pressed, now)
            return ""
        if button.seen is not None and now - button.seen <= button.timeout:
            button.contested = now + CONTEST_S
            return (
                f"stop button {name!r}: sequence {sequence} after {button.sequence}: two publishers use that name, or "
                "it began anew; it counts as silent"
            )
        if button.candidate is not None and sequence > button.candidate:
            self._accept(button, sequence, pressed, now)
        else:
            button.candidate = sequence
        return ""

    @staticmethod
    def _accept(button: _Button, sequence: int, pressed: bool, now: float) -> None:
        """A sign of life."""
        button.sequence, button.seen, button.candidate, button.pressed = sequence, now, None, pressed

    def _take_stranger(self, name: str, pressed: bool, now: float) -> str:
        if not pressed:
            self._strangers.pop(name, None)
        elif name in self._strangers or len(self._strangers) < STRANGERS_MAX:
            self._strangers[name] = now
        return f"stop button {name!r} is not one of the site's: it may stop the robot, but nobody waits for it"

    def find_silent(self, now: float) -> list[str]:
        """Required buttons that have been alive and no longer are."""
        return [
            name
            for name, button in self._buttons.items()
            if button.seen is not None and (now - button.seen > button.timeout or now < button.contested)
        ]

    def find_missing(self, now: float) -> list[str]:
        """Required buttons that are not alive now, whether they have been or not."""
        silent = self.find_silent(now)
        return [name for name, button in self._buttons.items() if button.seen is None or name in silent]
