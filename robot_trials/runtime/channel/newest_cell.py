"""The newest value of one record, handed from one writer to any number of readers without a lock.

Two slots take turns: the writer fills the older one, with a sequence number and a CRC, then publishes the sequence.
A reader copies the published slot and keeps the copy only if sequence and CRC agree. A writer that dies in the middle
of a write leaves the value before it readable.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from robot_trials.runtime.channel.shared_memory import SharedMemoryError, SharedSegment

KIND_CELL = 1
SLOTS = 2
READ_ATTEMPTS = 50
"""A torn read means that the writer lapped the reader within microseconds; so many in a row mean damage."""


def _slots_dtype(dtype: np.dtype) -> np.dtype:
    return np.dtype([("sequence", "u8"), ("crc", "u8"), ("record", dtype)], align=True)


class NewestCell:
    """A shared cell that holds the newest record.

    Attributes:
        torn_reads: copies that were thrown away because the writer was faster.
    """

    def __init__(self, segment: SharedSegment, dtype: np.dtype) -> None:
        self.segment = segment
        self.torn_reads = 0
        self._published: Any = segment.payload[:8].view(np.uint64)
        slots = segment.payload[64:].view(_slots_dtype(dtype))
        self._slots: Any = [slots[i : i + 1] for i in range(SLOTS)]
        self._bytes: Any = [slot["record"].view(np.uint8).reshape(-1) for slot in self._slots]
        self._next = int(self._published[0]) + 1

    @classmethod
    def create(cls, name: str, dtype: np.dtype) -> NewestCell:
        """Create the cell under /dev/shm/`name`; it is empty until the first `write`."""
        size = 64 + SLOTS * _slots_dtype(dtype).itemsize
        return cls(SharedSegment.create(name, KIND_CELL, dtype, SLOTS, size), dtype)

    @classmethod
    def attach(cls, name: str, dtype: np.dtype, timeout_s: float = 0.0) -> NewestCell:
        """Attach to a cell made by another process. See `SharedSegment.attach` for the errors."""
        return cls(SharedSegment.attach(name, KIND_CELL, dtype, timeout_s), dtype)

    @property
    def sequence(self) -> int:
        """Number of values written so far."""
        return int(self._published[0])

    def write(self, record: np.ndarray) -> None:
        """Publish a copy of `record`, a contiguous array of the cell's dtype, shape (1,). One writer only."""
        index = self._next % SLOTS
        slot, source = self._slots[index], record.view(np.uint8).reshape(-1)
        slot["sequence"] = 0
        self._bytes[index][:] = source
        slot["crc"] = zlib.crc32(source.data)
        slot["sequence"] = self._next
        self._published[0] = self._next
        self._next += 1

    def read_into(self, record: np.ndarray) -> int:
        """Copy the newest value into `record`, shape (1,), and return its sequence; 0 when nothing was written yet.

        Raises:
            SharedMemoryError: the value is damaged: its CRC never agrees.
        """
        target = record.view(np.uint8).reshape(-1)
        for _ in range(READ_ATTEMPTS):
            sequence = int(self._published[0])
            if sequence == 0:
                return 0
            index = sequence % SLOTS
            slot = self._slots[index]
            target[:] = self._bytes[index]
            crc = int(slot["crc"][0])
            if int(slot["sequence"][0]) == sequence and zlib.crc32(target.data) == crc:
                return sequence
            self.torn_reads += 1
        raise SharedMemoryError(f"{self.segment.path}: no intact value in {READ_ATTEMPTS} attempts: CRC does not agree")

    def close(self) -> None:
        """Detach; the creator also unlinks."""
        self._published = self._slots = self._bytes = None
        self.segment.close()
