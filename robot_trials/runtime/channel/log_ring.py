"""A ring of records from one producer to one consumer, for logs and frames that must arrive complete and in order.

The producer never waits: when the consumer is too slow or dead, the newest record is dropped and counted.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from robot_trials.runtime.channel.shared_memory import SharedMemoryError, SharedSegment

KIND_RING = 2
CACHE_LINE = 64
WRITE_INDEX, READ_INDEX, OVERRUNS = 0, CACHE_LINE, 2 * CACHE_LINE
CONTROL_BYTES = 3 * CACHE_LINE


def _slots_dtype(dtype: np.dtype) -> np.dtype:
    return np.dtype([("crc", "u8"), ("record", dtype)], align=True)


class LogRing:
    """A shared single-producer, single-consumer ring. The creator is usually the producer, but need not be."""

    def __init__(self, segment: SharedSegment, dtype: np.dtype) -> None:
        self.segment = segment
        self.dtype = dtype
        self.capacity = int(segment.header["capacity"][0])
        payload = segment.payload
        self._write_index: Any = payload[WRITE_INDEX : WRITE_INDEX + 8].view(np.uint64)
        self._read_index: Any = payload[READ_INDEX : READ_INDEX + 8].view(np.uint64)
        self._overruns: Any = payload[OVERRUNS : OVERRUNS + 8].view(np.uint64)
        slots = payload[CONTROL_BYTES:].view(_slots_dtype(dtype))
        self._crc: Any = slots["crc"]
        self._records: Any = slots["record"]
        size = slots.itemsize
        start = _slots_dtype(dtype).fields["record"][1]  # type: ignore[index]
        self._bytes: Any = payload[CONTROL_BYTES:].reshape(self.capacity, size)[:, start : start + dtype.itemsize]

    @classmethod
    def create(cls, name: str, dtype: np.dtype, capacity: int) -> LogRing:
        """Create a ring of `capacity` records under /dev/shm/`name`."""
        size = CONTROL_BYTES + capacity * _slots_dtype(dtype).itemsize
        return cls(SharedSegment.create(name, KIND_RING, dtype, capacity, size), dtype)

    @classmethod
    def attach(cls, name: str, dtype: np.dtype, timeout_s: float = 0.0) -> LogRing:
        """Attach to a ring made by another process. See `SharedSegment.attach` for the errors."""
        return cls(SharedSegment.attach(name, KIND_RING, dtype, timeout_s), dtype)

    @property
    def overruns(self) -> int:
        """Records that were dropped because the ring was full."""
        return int(self._overruns[0])

    @property
    def written(self) -> int:
        """Records accepted so far."""
        return int(self._write_index[0])

    def __len__(self) -> int:
        return int(self._write_index[0]) - int(self._read_index[0])

    def push(self, record: np.ndarray) -> bool:
        """Append a copy of `record`, contiguous, shape (1,); False (and counted) when the ring is full."""
        write_index = int(self._write_index[0])
        if write_index - int(self._read_index[0]) >= self.capacity:
            self._overruns[0] += np.uint64(1)
            return False
        index = write_index % self.capacity
        source = record.view(np.uint8).reshape(-1)
        self._bytes[index] = source
        self._crc[index] = zlib.crc32(source.data)
        self._write_index[0] = write_index + 1
        return True

    def pop_into(self, record: np.ndarray) -> bool:
        """Move the oldest record into `record`, shape (1,); False when the ring is empty.

        Raises:
            SharedMemoryError: the record is damaged: its CRC does not agree. It is skipped by the next call.
        """
        read_index = int(self._read_index[0])
        if read_index >= int(self._write_index[0]):
            return False
        index = read_index % self.capacity
        target = record.view(np.uint8).reshape(-1)
        target[:] = self._bytes[index]
        crc = int(self._crc[index])
        self._read_index[0] = read_index + 1
        if zlib.crc32(target.data) != crc:
            raise SharedMemoryError(f"{self.segment.path}: record {read_index} is damaged: CRC does not agree")
        return True

    def close(self) -> None:
        """Detach; the creator also unlinks."""
        self._write_index = self._read_index = self._overruns = self._crc = self._records = self._bytes = None
        self.segment.close()
