"""Room on the disk that is kept for the last words: given back when everything else has been filled."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

RESERVE_FILE = ".reserve"
RESERVE_SIZE = 32 * 1024 * 1024
"""The last words, and some ten seconds of control data, in which the robot comes to rest [bytes]."""
LAST_WORDS = 8 * 1024 * 1024
"""Report, verdict, the bag's index, phases and events of a stop [bytes]."""
RESERVE_SIZE_MIN = 512 * 1024


class DiskReserve:
    """A file that only takes room, in a run's folder.

    A small disk gives at most half of what it has free; a file system that cannot keep room keeps none.

    Args:
        folder: of the run; without it there is no reserve.
        size: [bytes].

    Attributes:
        size: what is kept [bytes].
    """

    def __init__(self, folder: Path, size: int = RESERVE_SIZE) -> None:
        self._path = folder / RESERVE_FILE
        self.size = 0
        try:
            self._take(min(size, shutil.disk_usage(folder).free // 2))
        except OSError:
            self.give_back()

    def give_back(self) -> int:
        """Free the room; how much it was, 0 from the second time on [bytes]."""
        size, self.size = self.size, 0
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        return size

    def _take(self, size: int) -> None:
        if size < RESERVE_SIZE_MIN:
            return
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.posix_fallocate(file, 0, size)
        finally:
            os.close(file)
        self.size = size
