"""An MCAP file written chunk by chunk.

A chunk is built in memory and reaches the file by one write, so that a killed process leaves whole chunks behind and at
most one torn one at the end. The records other than messages come from the `mcap` package.
"""

from __future__ import annotations

import errno
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import lz4.frame
import numpy as np
from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, ChunkIndex, DataEnd, Header, McapRecord, Metadata, Schema

from robot_trials.telemetry.bag.mcap_summary import FileContents, compute_summary
from robot_trials.telemetry.errors import DiskFullError, disk_full
from robot_trials.telemetry.wire.message_table import MESSAGE_HEADER, MESSAGE_OPCODE

MAGIC = b"\x89MCAP0\r\n"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass
class PendingChunk:
    """Messages that are not in the file yet.

    Attributes:
        blocks: bytes of message records, in order.
        size: bytes in all blocks.
        index: channel → pairs (time, offset in the chunk) of its messages, each array of shape (n, 2).
    """

    blocks: list[bytes | memoryview] = field(default_factory=list)
    size: int = 0
    index: dict[int, list[np.ndarray]] = field(default_factory=dict)

    def add_block(
        self, data: bytes | memoryview, row_size: int, times_ns: np.ndarray, offsets: Mapping[int, int]
    ) -> None:
        """Append rows of messages, as `MessageTable` makes them.

        Args:
            data: the rows' bytes.
            row_size: bytes in a row.
            times_ns: time of each row [ns], shape (n,).
            offsets: channel → offset of its message in a row.
        """
        starts = self.size + row_size * np.arange(len(times_ns), dtype=np.uint64)
        for channel_id, offset in offsets.items():
            pairs = np.empty((len(times_ns), 2), dtype="<u8")
            pairs[:, 0] = times_ns
            pairs[:, 1] = starts + np.uint64(offset)
            self.index.setdefault(channel_id, []).append(pairs)
        self.blocks.append(data)
        self.size += len(data)

    def add_message(self, channel_id: int, sequence: int, time_ns: int, data: bytes) -> None:
        """Append one message."""
        length = MESSAGE_HEADER.size - 9 + len(data)
        header = MESSAGE_HEADER.pack(MESSAGE_OPCODE, length, channel_id, sequence, time_ns, time_ns)
        self.add_block(header + data, 0, np.array([time_ns]), {channel_id: 0})


class McapFile:
    """A file open for writing.

    Args:
        path: file to create; its folder must be there.
        library: who writes, for the file's header.

    Attributes:
        contents: what was written so far, for the summary.

    Raises:
        FileExistsError: the file is there already.
        DiskFullError: no room.
    """

    def __init__(self, path: Path, library: str) -> None:
        self.path = path
        self.contents = FileContents()
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._position = 0
        self._append(MAGIC + record_bytes(Header(profile="ros2", library=library)))

    def add_schema(self, name: str, text: bytes) -> int:
        """Write a message type; returns its number."""
        schema = Schema(id=len(self.contents.schemas) + 1, name=name, encoding="ros2msg", data=text)
        self._append(record_bytes(schema))
        self.contents.schemas.append(schema)
        return schema.id

    def add_channel(self, topic: str, schema_id: int, metadata: dict[str, str]) -> int:
        """Write a topic; returns its channel number."""
        number = len(self.contents.channels) + 1
        channel = Channel(number, topic=topic, message_encoding="cdr", metadata=metadata, schema_id=schema_id)
        self._append(record_bytes(channel))
        self.contents.channels.append(channel)
        return number

    def add_metadata(self, name: str, values: dict[str, str]) -> None:
        """Write a named table of texts."""
        data = record_bytes(Metadata(name=name, metadata=values))
        self.contents.add_metadata(name, self._position, len(data))
        self._append(data)

    def write_chunk(self, pending: PendingChunk) -> int:
        """Write all pending messages as one chunk with its message indexes.

        Returns:
            Bytes that it took.

        Raises:
            DiskFullError: no room; the file then ends with the last whole chunk.
        """
        packed, checksum = _compress(pending.blocks)
        pairs = {channel_id: np.concatenate(parts) for channel_id, parts in pending.index.items()}
        start = min(int(table[:, 0].min()) for table in pairs.values())
        end = max(int(table[:, 0].max()) for table in pairs.values())
        chunk = record_bytes(Chunk("lz4", packed, end, start, checksum, pending.size))
        indexes, offsets = _index_records(pairs, self._position + len(chunk))
        index = ChunkIndex(
            chunk_length=len(chunk),
            chunk_start_offset=self._position,
            compression="lz4",
            compressed_size=len(packed),
            message_end_time=end,
            message_index_length=len(indexes),
            message_index_offsets=offsets,
            message_start_time=start,
            uncompressed_size=pending.size,
        )
        self._append(chunk + indexes)
        self.contents.add_chunk(index, {channel_id: len(table) for channel_id, table in pairs.items()})
        return len(chunk) + len(indexes)

    def drop_chunks(self, room: int) -> int | None:
        """Take whole chunks off the end until `room` bytes are free again, or none is left.

        Returns:
            Time since 1970 of the first message taken off [ns]; None where none was.
        """
        before, lost_from_ns = self._position, None
        while self.contents.chunks and before - self._position < room:
            dropped = self.contents.drop_last_chunk()
            self._position, lost_from_ns = dropped.chunk_start_offset, dropped.message_start_time
        self._cut()
        return lost_from_ns

    def summary_size(self) -> int:
        """Bytes of the summary if the file were closed now."""
        return len(compute_summary(self.contents, self._position))

    def close(self, name: str, values: dict[str, str]) -> None:
        """Write a last table of texts, the end of the data and the summary, and close; idempotent.

        Where there is no room, the last chunks make way for the summary: without it the rest is hard to read.

        Raises:
            DiskFullError: no room even so; the file then ends with a whole chunk.
        """
        if self._descriptor < 0:
            return
        try:
            self._append(compute_end(self.contents, self._position, name, values))
        except DiskFullError:
            self.drop_chunks(len(compute_end(self.contents, self._position, name, values)))
            self._append(compute_end(self.contents, self._position, name, values))
        finally:
            os.close(self._descriptor)
            self._descriptor = -1

    def _cut(self) -> None:
        """Let the file end at the last good position."""
        os.ftruncate(self._descriptor, self._position)
        os.lseek(self._descriptor, self._position, os.SEEK_SET)

    def _append(self, data: bytes) -> None:
        """Append all of `data`, or nothing of it."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            self._cut()
            if error.errno in _FULL:
                raise disk_full("no room for the recording", self.path, len(data)) from error
            raise
        self._position += len(data)


def compute_end(contents: FileContents, position: int, name: str, values: dict[str, str]) -> bytes:
    """All that stands behind the last chunk: a table of texts, the end of the data, the summary.

    Args:
        contents: what the file holds so far; stays as it is.
        position: where the last chunk ends.
        name: of the table.
        values: of the table.
    """
    contents = replace(contents, metadata=list(contents.metadata))
    metadata = record_bytes(Metadata(name=name, metadata=values))
    contents.add_metadata(name, position, len(metadata))
    data = metadata + record_bytes(DataEnd(data_section_crc=0))
    return data + compute_summary(contents, position + len(data)) + MAGIC


def record_bytes(record: McapRecord) -> bytes:
    """One record as it stands in a file."""
    builder = RecordBuilder()
    record.write(builder)
    return builder.end()


def _compress(blocks: list[bytes | memoryview]) -> tuple[bytes, int]:
    """One LZ4 frame of all blocks, and the CRC-32 of what went in."""
    compressor = lz4.frame.LZ4FrameCompressor(block_size=lz4.frame.BLOCKSIZE_MAX1MB)
    parts = [compressor.begin()]
    checksum = 0
    for block in blocks:
        parts.append(compressor.compress(block))
        checksum = zlib.crc32(block, checksum)
    parts.append(compressor.flush())
    return b"".join(parts), checksum


def _index_records(pairs: Mapping[int, np.ndarray], position: int) -> tuple[bytes, dict[int, int]]:
    """Message index records that start at `position`, and channel → offset of its record in the file."""
    data = bytearray()
    offsets: dict[int, int] = {}
    for channel_id, table in pairs.items():
        offsets[channel_id] = position + len(data)
        entries = table.tobytes()
        data += bytes([Opcode.MESSAGE_INDEX]) + (6 + len(entries)).to_bytes(8, "little")
        data += channel_id.to_bytes(2, "little") + len(entries).to_bytes(4, "little") + entries
    return bytes(data), offsets
