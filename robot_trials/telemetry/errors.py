"""Errors of recording and of reading recordings."""

from __future__ import annotations

import shutil
from pathlib import Path

from robot_trials.exceptions import TelemetryFault


class MessageError(TelemetryFault):
    """A message type is unknown, or a message does not fit its type."""


class BagError(TelemetryFault):
    """A bag cannot be read or repaired."""


class DiskFullError(TelemetryFault):
    """The disk (or the quota, or the file size limit) has no room for the recording.

    Args:
        reason: one sentence.
        path: file or folder that could not grow.
        free_bytes: room left where `path` lies.
        needed_bytes: room that was asked for.
    """

    def __init__(self, reason: str, *, path: str, free_bytes: int, needed_bytes: int) -> None:
        super().__init__(reason, path=path, free_bytes=free_bytes, needed_bytes=needed_bytes)


def disk_full(reason: str, path: Path, needed_bytes: int) -> DiskFullError:
    """The error with the free room of the disk that holds `path` filled in."""
    folder = path if path.is_dir() else path.parent
    free_bytes = shutil.disk_usage(folder).free
    return DiskFullError(reason, path=str(path), free_bytes=free_bytes, needed_bytes=needed_bytes)
