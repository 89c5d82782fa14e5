"""Whether somebody who must be there still gives signs of life, judged once a control tick."""

from __future__ import annotations

PAUSE = 0.1
"""Longer than this between two ticks means that this process itself was held up, and what it heard is old [s]."""


class SignOfLife:
    """Watches a count that must keep growing; its first growth arms it.

    A clock that jumps between two ticks says that nobody looked meanwhile: such a pause does not count as silence, for
    what was said during it may not have been read yet.

    Args:
        timeout: longest silence [s].
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._count = 0
        self._heard: float | None = None
        self._looked = 0.0

    def is_silent(self, required: bool, count: int, now: float) -> bool:
        """Take in the newest count.

        Args:
            required: whether it must be there; who need not be is never silent.
            count: grows with every sign of life.
            now: in the caller's time [s].
        """
        if not required:
            self._heard = None
            return False
        if self._heard is not None and now - self._looked > PAUSE:
            self._heard += now - self._looked
        self._looked = now
        if count != self._count:
            self._count, self._heard = count, now
        return self._heard is not None and now - self._heard > self._timeout
