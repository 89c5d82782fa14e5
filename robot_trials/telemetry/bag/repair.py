"""Mends a bag whose writer was killed: keeps every whole chunk, writes the index and `metadata.yaml` anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import lz4.frame
from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, ChunkIndex, MessageIndex, Metadata, Schema

from robot_trials.telemetry.bag.mcap_file import MAGIC, compute_end
from robot_trials.telemetry.bag.mcap_summary import FileContents
from robot_trials.telemetry.bag.metadata import (
    FILE_NAME,
    RecordedTopic,
    compute_information,
    dump_metadata,
    dump_yaml,
    load_yaml,
)
from robot_trials.telemetry.bag.writer import write_metadata
from robot_trials.telemetry.errors import BagError, disk_full
from robot_trials.telemetry.identity import PACKAGE

_RECORD_HEADER_SIZE = 9


@dataclass
class _Scan:
    """What whole records a cut file holds.

    Attributes:
        end: where the last of them ends.
    """

    contents: FileContents = field(default_factory=FileContents)
    custom_data: dict[str, str] = field(default_factory=dict)
    end: int = len(MAGIC)

    def read_record(self, stream: BinaryIO, opcode: int, position: int, length: int) -> None:
        """Take a record that is neither chunk nor message index."""
        data = ReadDataStream(stream)
        if opcode == Opcode.SCHEMA:
            self.contents.schemas.append(Schema.read(data))
        elif opcode == Opcode.CHANNEL:
            self.contents.channels.append(Channel.read(data))
        elif opcode == Opcode.METADATA:
            record = Metadata.read(data)
            if record.name != PACKAGE:
                return
            self.custom_data = record.metadata
            self.contents.add_metadata(record.name, position, length)
        self.end = position + length

    def accept(self, chunk: _ScannedChunk) -> None:
        """Take a chunk and its message indexes."""
        self.contents.add_chunk(chunk.index, chunk.counts)
        self.end = chunk.end


class _ScannedChunk:
    """A chunk and the message indexes found behind it."""

    def __init__(self, chunk: Chunk, position: int, length: int) -> None:
        self.chunk = chunk
        self.counts: dict[int, int] = {}
        self.end = position + length
        self.index = ChunkIndex(
            chunk_length=length,
            chunk_start_offset=position,
            compression=chunk.compression,
            compressed_size=len(chunk.data),
            message_end_time=chunk.message_end_time,
            message_index_length=0,
            message_index_offsets={},
            message_start_time=chunk.message_start_time,
            uncompressed_size=chunk.uncompressed_size,
        )

    def add_index(self, index: MessageIndex, position: int, length: int) -> None:
        """Take one message index."""
        self.counts[index.channel_id] = len(index.records)
        self.index.message_index_offsets[index.channel_id] = position
        self.index.message_index_length += length
        self.end = position + length

    def is_whole(self) -> bool:
        """Whether no message index is missing."""
        data = lz4.frame.decompress(self.chunk.data) if self.chunk.compression else self.chunk.data
        found, position = 0, 0
        while position < len(data):
            found += data[position] == Opcode.MESSAGE
            position += _RECORD_HEADER_SIZE + int.from_bytes(data[position + 1 : position + 9], "little")
        return found == sum(self.counts.values())


def repair_bag(folder: Path) -> int:
    """Make a bag readable again in place; a whole bag stays as it is.

    Args:
        folder: rosbag2 directory with one MCAP file.

    Returns:
        Messages that the bag holds.

    Raises:
        BagError: the folder holds no MCAP file of ours, or more than one.
        DiskFullError: no room for the index.
    """
    paths = sorted(folder.glob("*.mcap"))
    if len(paths) != 1:
        raise BagError(f"{folder}: one MCAP file is needed", found=len(paths))
    path = paths[0]
    with path.open("rb") as stream:
        scan = _scan(path, stream)
        stream.seek(max(0, path.stat().st_size - len(MAGIC)))
        whole = stream.read() == MAGIC and path.stat().st_size > 2 * len(MAGIC)
    information = _compute_information(path, scan)
    if not whole:
        _write_end(path, scan, dump_yaml(information))
    if not whole or not (folder / FILE_NAME).is_file():
        write_metadata(folder, dump_metadata(information))
    return sum(scan.contents.message_counts().values())


def _scan(path: Path, stream: BinaryIO) -> _Scan:
    """Read whole records until the data ends or the file does."""
    if stream.read(len(MAGIC)) != MAGIC:
        raise BagError(f"{path} is no MCAP file")
    scan = _Scan()
    chunk: _ScannedChunk | None = None
    for opcode, position, length in _records(stream, path.stat().st_size):
        if opcode == Opcode.MESSAGE_INDEX and chunk is not None:
            chunk.add_index(MessageIndex.read(ReadDataStream(stream)), position, length)
            continue
        if chunk is not None:
            scan.accept(chunk)
            chunk = None
        if opcode in (Opcode.DATA_END, Opcode.FOOTER):
            return scan
        if opcode == Opcode.CHUNK:
            chunk = _ScannedChunk(Chunk.read(ReadDataStream(stream)), position, length)
        else:
            scan.read_record(stream, opcode, position, length)
    if chunk is not None and chunk.is_whole():
        scan.accept(chunk)
    return scan


def _records(stream: BinaryIO, size: int) -> Iterator[tuple[int, int, int]]:
    """Opcode, position and length of each whole record; the stream stands at its contents."""
    position = len(MAGIC)
    while position + _RECORD_HEADER_SIZE <= size:
        stream.seek(position)
        header = stream.read(_RECORD_HEADER_SIZE)
        length = _RECORD_HEADER_SIZE + int.from_bytes(header[1:], "little")
        if position + length > size:
            return
        yield header[0], position, length
        position += length


def _compute_information(path: Path, scan: _Scan) -> dict[str, Any]:
    """What `metadata.yaml` says about the whole chunks."""
    contents = scan.contents
    types = {schema.id: schema.name for schema in contents.schemas}
    counts = contents.message_counts()
    topics = [
        RecordedTopic(
            name=channel.topic,
            type_name=types[channel.schema_id],
            type_hash=channel.metadata.get("topic_type_hash", ""),
            qos=load_yaml(channel.metadata.get("offered_qos_profiles", "")) or [],
            count=counts[channel.id],
        )
        for channel in contents.channels
    ]
    return compute_information(path.name, topics, contents.time_range(), scan.custom_data)


def _write_end(path: Path, scan: _Scan, serialized_metadata: str) -> None:
    """Replace what stands behind the last whole chunk by the end of a whole file."""
    end = compute_end(scan.contents, scan.end, "rosbag2", {"serialized_metadata": serialized_metadata})
    with path.open("r+b") as stream:
        stream.truncate(scan.end)
        stream.seek(scan.end)
        try:
            stream.write(end)
            stream.flush()
        except OSError as error:
            raise disk_full("no room for the index", path, len(end)) from error
