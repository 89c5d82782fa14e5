"""Gathers the messages of an MCAP file topic by topic.

Control topics hold hundreds of thousands of messages of constant length. Their bytes are gathered chunk by chunk from
the message indexes, without looking at single messages.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import lz4.frame
import numpy as np
from mcap.data_stream import ReadDataStream
from mcap.records import Chunk, ChunkIndex
from mcap.summary import Summary

from robot_trials.telemetry.errors import BagError
from robot_trials.telemetry.wire.message_table import MESSAGE_HEADER

_RECORD_HEADER = struct.Struct("<BQ")
_INDEX_HEADER = struct.Struct("<BQHI")


@dataclass
class TopicData:
    """All messages of one topic.

    Attributes:
        type_name: message type.
        times_ns: log times since 1970 [ns], increasing, shape (n,).
        messages: serialised messages in that order, where they are not all of one length.
        block: the same as one array of bytes, shape (n, length), where they are.
    """

    type_name: str
    times_ns: np.ndarray
    messages: list[bytes] = field(default_factory=list)
    block: np.ndarray | None = None

    def __len__(self) -> int:
        """Messages."""
        return len(self.times_ns)

    def raw(self) -> Iterator[bytes]:
        """The serialised messages."""
        return iter(self.messages) if self.block is None else (row.tobytes() for row in self.block)


def gather_topics(stream: BinaryIO, summary: Summary, topics: Collection[str] | None) -> dict[str, TopicData]:
    """Messages of each topic.

    Args:
        stream: an MCAP file.
        summary: its summary.
        topics: those to gather; all when None.

    Raises:
        BagError: a chunk is compressed by other means than LZ4.
    """
    parts = {
        channel.id: _TopicParts(summary.schemas[channel.schema_id].name)
        for channel in summary.channels.values()
        if topics is None or channel.topic in topics
    }
    for chunk in sorted(summary.chunk_indexes, key=lambda chunk: chunk.message_start_time):
        wanted = parts.keys() & chunk.message_index_offsets.keys()
        if not wanted:
            continue
        body = _read_chunk(stream, chunk)
        for channel_id in wanted:
            parts[channel_id].add(body, _read_index(stream, chunk.message_index_offsets[channel_id]))
    return {summary.channels[channel_id].topic: part.join() for channel_id, part in parts.items()}


class _TopicParts:
    """Messages of one topic, chunk by chunk."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name
        self.times: list[np.ndarray] = []
        self.blocks: list[np.ndarray] = []  # messages of one length next to each other, shape (n, length)

    def add(self, body: np.ndarray, index: np.ndarray) -> None:
        """Take the messages of one chunk; `index` holds (time, offset) of each, shape (n, 2)."""
        self.times.append(index[:, 0])
        starts = index[:, 1].astype(np.int64)
        lengths = _take_rows(body, starts + 1, 8).view("<u8")[:, 0].astype(np.int64) + _RECORD_HEADER.size
        edges = [0, *(np.flatnonzero(np.diff(lengths)) + 1), len(lengths)]
        for begin, end in itertools.pairwise(edges):
            size = int(lengths[begin]) - MESSAGE_HEADER.size
            self.blocks.append(_take_rows(body, starts[begin:end] + MESSAGE_HEADER.size, size))

    def join(self) -> TopicData:
        """All messages, sorted by time."""
        if not self.times:
            return TopicData(self.type_name, np.empty(0, dtype=np.int64))
        times = np.concatenate(self.times).astype(np.int64)
        order = np.argsort(times, kind="stable")
        ordered = bool((order[1:] > order[:-1]).all())
        if len({block.shape[1] for block in self.blocks}) == 1:
            block = np.concatenate(self.blocks)
            return TopicData(self.type_name, times[order], block=block if ordered else block[order])
        messages = [row.tobytes() for block in self.blocks for row in block]
        return TopicData(self.type_name, times[order], messages=[messages[place] for place in order])


def _take_rows(body: np.ndarray, starts: np.ndarray, size: int) -> np.ndarray:
    """Copies of `size` bytes from each start, shape (n, size); much faster where the starts are evenly spaced."""
    steps = np.diff(starts)
    if len(steps) and (steps == steps[0]).all() and steps[0] > 0:
        shape, strides = (len(starts), size), (int(steps[0]), 1)
        if int(starts[-1]) + size > len(body):
            raise BagError("a message reaches beyond its chunk")
        return np.lib.stride_tricks.as_strided(body[starts[0] :], shape, strides, writeable=False).copy()
    return body[starts[:, None] + np.arange(size)]


def _read_chunk(stream: BinaryIO, index: ChunkIndex) -> np.ndarray:
    """Uncompressed records of a chunk, uint8."""
    stream.seek(index.chunk_start_offset + _RECORD_HEADER.size)
    chunk = Chunk.read(ReadDataStream(stream))
    if chunk.compression not in ("", "lz4"):
        raise BagError(f"chunks compressed with {chunk.compression} are not supported, only lz4")
    data = lz4.frame.decompress(chunk.data) if chunk.compression else chunk.data
    return np.frombuffer(data, dtype=np.uint8)


def _read_index(stream: BinaryIO, offset: int) -> np.ndarray:
    """Pairs (time, offset in the chunk) of one message index, shape (n, 2)."""
    stream.seek(offset)
    *_, size = _INDEX_HEADER.unpack(stream.read(_INDEX_HEADER.size))
    return np.frombuffer(stream.read(size), dtype="<u8").reshape(-1, 2)
