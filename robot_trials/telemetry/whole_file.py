"""Files that are there whole or not at all, whatever dies or fills up meanwhile."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str, *, replace: bool = True) -> Path:
    """Write a file beside its place, bring it to the disk itself, and only then let it appear.

    Args:
        path: of the file; its folder must be there.
        text: contents.
        replace: take the place of a file of that name.

    Returns:
        The path.

    Raises:
        FileExistsError: it is there already and must not be replaced.
        OSError: it cannot be written; nothing of it is left.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        with scratch.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            scratch.replace(path)
        else:
            os.link(scratch, path)
    finally:
        with suppress(OSError):
            scratch.unlink()
    _sync_folder(path.parent)
    return path


def _sync_folder(folder: Path) -> None:
    """The file's name is on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
