"""The summary at the end of an MCAP file: where everything lies and how much of it there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import (
    Channel,
    ChunkIndex,
    Footer,
    McapRecord,
    MetadataIndex,
    Schema,
    Statistics,
    SummaryOffset,
)

FOOTER_SIZE = 9 + 20


@dataclass
class FileContents:
    """What a file holds so far.

    Attributes:
        chunks: place of each chunk, in the order of the file.
        counts: messages per channel of each chunk.
    """

    schemas: list[Schema] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    metadata: list[MetadataIndex] = field(default_factory=list)
    chunks: list[ChunkIndex] = field(default_factory=list)
    counts: list[dict[int, int]] = field(default_factory=list)

    def add_metadata(self, name: str, offset: int, length: int) -> None:
        """Note a metadata record."""
        self.metadata.append(MetadataIndex(offset=offset, length=length, name=name))

    def add_chunk(self, index: ChunkIndex, counts: dict[int, int]) -> None:
        """Note a chunk and its messages per channel."""
        self.chunks.append(index)
        self.counts.append(counts)

    def drop_last_chunk(self) -> ChunkIndex:
        """Forget the last chunk."""
        self.counts.pop()
        return self.chunks.pop()

    def message_counts(self) -> dict[int, int]:
        """Messages of every channel, zeros included."""
        totals = {channel.id: 0 for channel in self.channels}
        for counts in self.counts:
            for channel_id, count in counts.items():
                totals[channel_id] += count
        return totals

    def time_range(self) -> tuple[int, int]:
        """First and last message's time since 1970 [ns]; zeros when there is none."""
        if not self.chunks:
            return 0, 0
        return (
            min(chunk.message_start_time for chunk in self.chunks),
            max(chunk.message_end_time for chunk in self.chunks),
        )


def compute_summary(contents: FileContents, position: int) -> bytes:
    """Summary, summary offsets and footer of a file whose summary starts at `position`."""
    groups: list[tuple[Opcode, Sequence[McapRecord]]] = [
        (Opcode.SCHEMA, contents.schemas),
        (Opcode.CHANNEL, contents.channels),
        (Opcode.STATISTICS, [_compute_statistics(contents)]),
        (Opcode.METADATA_INDEX, contents.metadata),
        (Opcode.CHUNK_INDEX, contents.chunks),
    ]
    builder = RecordBuilder()
    offsets: list[SummaryOffset] = []
    for opcode, records in groups:
        start = builder.count
        for record in records:
            record.write(builder)
        if records:
            offsets.append(SummaryOffset(opcode, group_start=position + start, group_length=builder.count - start))
    offset_start = position + builder.count
    for offset in offsets:
        offset.write(builder)
    Footer(summary_start=position, summary_offset_start=offset_start, summary_crc=0).write(builder)
    return builder.end()


def _compute_statistics(contents: FileContents) -> Statistics:
    """Counts and time range of the whole file."""
    counts = contents.message_counts()
    start, end = contents.time_range()
    return Statistics(
        attachment_count=0,
        channel_count=len(contents.channels),
        channel_message_counts=counts,
        chunk_count=len(contents.chunks),
        message_count=sum(counts.values()),
        message_end_time=end,
        message_start_time=start,
        metadata_count=len(contents.metadata),
        schema_count=len(contents.schemas),
    )
