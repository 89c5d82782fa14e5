"""A file in /dev/shm that several processes map, with a header that proves they mean the same layout.

Python 3.11's `multiprocessing.shared_memory` removes a segment when any attached process exits; a plain mapped file
stays until its creator unlinks it, so that a crashed reader takes nothing with it.

The header holds a magic word, a version, a hash of the record's layout, the sizes, the creator's process id and start
time. The creator writes it before it sets `ready`; whoever attaches waits for that, then compares. A creator that was
killed cannot unlink its files: whoever was attached does, when it closes (`remove_if_abandoned`).
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from robot_trials.exceptions import RobotTrialsError
from robot_trials.runtime.ending import read_start_time

SHARED_MEMORY_FOLDER = Path("/dev/shm")
MAGIC = b"RTRIALS\0"
VERSION = 2
HEADER_BYTES = 512
"""Room for the header; the payload begins on its own page-aligned cache line behind it."""
REASON_BYTES = 160
ATTACH_POLL_S = 0.005

HEADER_DTYPE = np.dtype(
    [
        ("magic", "S8"),
        ("version", "u4"),
        ("kind", "u4"),
        ("layout_hash", "u1", (32,)),
        ("record_size", "u8"),
        ("capacity", "u8"),
        ("creator_pid", "i8"),
        ("creator_start", "i8"),  # as `read_start_time` has it: a process id may come to another process
        ("ready", "u8"),
        ("closed", "u8"),
        ("label", "S64"),
        ("reason", f"S{REASON_BYTES}"),
    ],
    align=True,
)


class SharedMemoryError(RobotTrialsError):
    """A shared segment is missing, foreign, still owned by somebody else, or laid out differently."""


def hash_layout(dtype: np.dtype) -> bytes:
    """SHA-256 over names, types, shapes and offsets of a record's fields, shape (32,) bytes."""
    return hashlib.sha256(_describe_layout(dtype).encode()).digest()


def _describe_layout(dtype: np.dtype) -> str:
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return f"{shape}{_describe_layout(base)}"
    if dtype.fields is None or dtype.names is None:
        return dtype.str
    fields = (f"{name}@{dtype.fields[name][1]}:{_describe_layout(dtype.fields[name][0])}" for name in dtype.names)
    return f"{{{dtype.itemsize};{','.join(fields)}}}"


def is_process_alive(pid: int) -> bool:
    """Whether a process of that id exists on this machine and is no zombie."""
    return read_start_time(pid) != 0


class SharedSegment:
    """One mapped file: a checked header and `payload_bytes` of memory behind it.

    Attributes:
        path: the file under /dev/shm.
        header: the header as a NumPy record view, shape ().
        payload: the memory behind the header, uint8, shape (payload_bytes,).
    """

    def __init__(self, path: Path, memory: mmap.mmap, created: bool) -> None:
        self.path = path
        self.created = created
        self._memory = memory
        self._block: Any = np.frombuffer(memory, dtype=np.uint8)
        self.header: Any = self._block[: HEADER_DTYPE.itemsize].view(HEADER_DTYPE)
        self.payload: Any = self._block[HEADER_BYTES:]

    @classmethod
    def create(cls, name: str, kind: int, dtype: np.dtype, capacity: int, payload_bytes: int) -> SharedSegment:
        """Create the file, write its header and map it.

        A file of that name whose creator has died is replaced.

        Raises:
            SharedMemoryError: the name is in use by a living process, or the file cannot be made.
        """
        path = SHARED_MEMORY_FOLDER / name
        try:
            _make_room(path)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise SharedMemoryError(f"{path}: cannot create shared memory: {error.strerror}") from error
        try:
            os.posix_fallocate(descriptor, 0, HEADER_BYTES + payload_bytes)
            memory = mmap.mmap(descriptor, HEADER_BYTES + payload_bytes)
        except OSError as error:
            remove_file(path)
            size = (HEADER_BYTES + payload_bytes) / 2**20
            raise SharedMemoryError(f"{path}: no room for {size:.1f} MiB of shared memory: {error.strerror}") from error
        finally:
            os.close(descriptor)
        segment = cls(path, memory, created=True)
        header = segment.header
        header["magic"], header["version"], header["kind"] = MAGIC, VERSION, kind
        header["layout_hash"][0] = np.frombuffer(hash_layout(dtype), dtype=np.uint8)
        header["record_size"], header["capacity"] = dtype.itemsize, capacity
        header["creator_pid"], header["creator_start"] = os.getpid(), read_start_time(os.getpid())
        header["label"] = _make_label(dtype).encode()
        header["ready"] = 1
        return segment

    @classmethod
    def attach(cls, name: str, kind: int, dtype: np.dtype, timeout_s: float = 0.0) -> SharedSegment:
        """Map a file that another process created, waiting up to `timeout_s` [s] for it to be ready.

        Raises:
            SharedMemoryError: it does not appear in time, is no segment of ours, or has another layout; the message
                names both layouts.
        """
        path = SHARED_MEMORY_FOLDER / name
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                segment = cls._map_existing(path)
            except OSError as error:
                raise SharedMemoryError(f"{path}: cannot be opened: {error.strerror}") from error
            if segment is not None:
                segment._check_magic()
                if int(segment.header["ready"][0]) == 1:
                    segment._check_header(kind, dtype)
                    return segment
            if time.monotonic() >= deadline:
                raise SharedMemoryError(f"{path}: no shared memory of that name after {timeout_s:g} s")
            time.sleep(ATTACH_POLL_S)

    @classmethod
    def _map_existing(cls, path: Path) -> SharedSegment | None:
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            size = os.fstat(descriptor).st_size
            if size < HEADER_BYTES:
                return None
            return cls(path, mmap.mmap(descriptor, size), created=False)
        finally:
            os.close(descriptor)

    def _check_magic(self) -> None:
        magic = bytes(self.header["magic"][0])
        if magic and magic != MAGIC.rstrip(b"\0"):
            raise SharedMemoryError(f"{self.path}: not a robot_trials segment: it begins with {magic!r}")

    def _check_header(self, kind: int, dtype: np.dtype) -> None:
        header = self.header[0]
        if int(header["version"]) != VERSION:
            raise SharedMemoryError(f"{self.path}: version {int(header['version'])}, this program has {VERSION}")
        if int(header["kind"]) != kind:
            raise SharedMemoryError(f"{self.path}: kind {int(header['kind'])}, this program expects {kind}")
        theirs, ours = bytes(header["layout_hash"]), hash_layout(dtype)
        if theirs != ours:
            raise SharedMemoryError(
                f"{self.path}: layouts differ: the file has {header['label'].decode()} (hash {theirs.hex()[:12]}), "
                f"this program expects {_make_label(dtype)} (hash {ours.hex()[:12]})"
            )

    @property
    def creator_alive(self) -> bool:
        """Whether the process that created the segment still runs."""
        start = read_start_time(int(self.header["creator_pid"][0]))
        told = int(self.header["version"][0]) == VERSION  # another version's header has no start time there
        return start != 0 and (not told or start == int(self.header["creator_start"][0]))

    @property
    def closed(self) -> bool:
        """Whether the creator has said that nothing more will come."""
        return int(self.header["closed"][0]) == 1

    @property
    def reason(self) -> str:
        """Why the creator closed, empty for an ordinary end."""
        return bytes(self.header["reason"][0]).decode(errors="replace")

    def mark_closed(self, reason: str = "") -> None:
        """Tell every attached process that nothing more will be written."""
        self.header["reason"] = reason.encode()[:REASON_BYTES]
        self.header["closed"] = 1

    def close(self) -> None:
        """Unmap; the creator also unlinks the file. Idempotent."""
        if self._block is None:
            return
        if self.created:
            self.mark_closed(self.reason)
            remove_file(self.path)
        self._block = self.header = self.payload = None
        try:
            self._memory.close()
        except BufferError:
            pass  # somebody still holds a view; the mapping goes with it


def _make_label(dtype: np.dtype) -> str:
    names = dtype.names or ()
    return f"{dtype.itemsize} bytes [{', '.join(names)}]"[:64]


def remove_file(path: Path) -> None:
    """Remove a file of shared memory; one that cannot be removed, as on a read-only mount, stays."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def remove_if_abandoned(path: Path) -> bool:
    """Remove a file of shared memory unless the process that made it lives; whether it was removed."""
    try:
        segment = SharedSegment._map_existing(path)
        if segment is None:
            return False
        abandoned = not segment.creator_alive
        segment.close()
        if abandoned:
            path.unlink(missing_ok=True)
        return abandoned
    except OSError:
        return False


def _make_room(path: Path) -> None:
    """Remove what a dead process left under a name that is wanted."""
    segment = SharedSegment._map_existing(path)
    if segment is None:
        return
    if segment.creator_alive:
        raise SharedMemoryError(f"{path}: already in use by process {int(segment.header['creator_pid'][0])}")
    path.unlink(missing_ok=True)
