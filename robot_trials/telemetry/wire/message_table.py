"""Many control ticks of many topics encoded at once.

One row holds the messages of one instant, each with its MCAP message header, as bytes of constant length. A block of
rows starts as copies of a template, once; NumPy then writes each number's column through a structured view, batch after
batch. What is left is one block of bytes that goes into the file as it is.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from robot_trials.telemetry.wire.cdr import CdrLayout

MESSAGE_OPCODE = 5
MESSAGE_HEADER = struct.Struct("<BQHIQQ")
"""MCAP message record up to its data: opcode, length, channel, sequence, log time, publish time."""

_HEADER_FIELDS = {"sequence": (11, "<u4"), "log_time": (15, "<u8"), "publish_time": (23, "<u8")}
_LENGTH_WITHOUT_DATA = MESSAGE_HEADER.size - 9


@dataclass(frozen=True)
class TableEntry:
    """One message of a row.

    Attributes:
        key: prefix of its columns, such as the topic.
        channel_id: MCAP channel.
        layout: its bytes and the places of its numbers.
    """

    key: str
    channel_id: int
    layout: CdrLayout


class MessageTable:
    """Layout of a row.

    Args:
        entries: the messages of a row, in the order of the bytes.
        capacity: rows in a block.

    Attributes:
        row_size: bytes in a row.
        offsets: MCAP channel → offset of its message record in a row.
        columns: names that `start_rows`' result has: `<key>/<field>` for every number of a message, and
            `<key>#sequence`, `<key>#log_time`, `<key>#publish_time` of its header.
    """

    def __init__(self, entries: list[TableEntry], capacity: int) -> None:
        self.offsets: dict[int, int] = {}
        self._keys = [entry.key for entry in entries]
        template = bytearray()
        names: list[str] = []
        formats: list[Any] = []
        places: list[int] = []
        for entry in entries:
            start = len(template)
            self.offsets[entry.channel_id] = start
            data = entry.layout.data
            template += MESSAGE_HEADER.pack(MESSAGE_OPCODE, _LENGTH_WITHOUT_DATA + len(data), entry.channel_id, 0, 0, 0)
            template += data
            for name, (offset, number_format) in _HEADER_FIELDS.items():
                names.append(f"{entry.key}#{name}")
                formats.append(number_format)
                places.append(start + offset)
            for path, place in entry.layout.fields.items():
                names.append(f"{entry.key}/{path}")
                formats.append((place.format, place.shape))
                places.append(start + MESSAGE_HEADER.size + place.offset)
        self.row_size = len(template)
        dtype = np.dtype({"names": names, "formats": formats, "offsets": places, "itemsize": self.row_size})
        self._block = np.tile(np.frombuffer(bytes(template), dtype=np.uint8), (capacity, 1))
        self._rows = self._block.view(dtype)[:, 0]
        self._stamps = [key for name in names if (key := name.removesuffix(".sec")) != name and key.endswith("stamp")]
        self.columns = frozenset(names)

    def start_rows(self, times_ns: np.ndarray, first_sequence: int) -> np.ndarray:
        """Begin a block: times and sequence numbers are filled in, the numbers are still those of the block before.

        Args:
            times_ns: time of each row since 1970 [ns], shape (n,), n ≤ capacity.
            first_sequence: sequence number of the first row's messages.

        Returns:
            Structured array of shape (n,) with `columns`, to be filled in; valid until the next call.
        """
        count = len(times_ns)
        rows = self._rows[:count]
        sequence = np.arange(first_sequence, first_sequence + count)
        seconds, nanoseconds = np.divmod(times_ns, 1_000_000_000)
        for key in self._keys:
            rows[f"{key}#sequence"] = sequence
            rows[f"{key}#log_time"] = times_ns
            rows[f"{key}#publish_time"] = times_ns
        for stamp in self._stamps:
            rows[f"{stamp}.sec"] = seconds
            rows[f"{stamp}.nanosec"] = nanoseconds
        return rows

    def block(self, count: int) -> memoryview:
        """Bytes of the first `count` rows; valid until the next block begins."""
        return self._block[:count].data.cast("B")
