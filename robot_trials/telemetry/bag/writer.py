"""A rosbag2 directory with one MCAP file, open for writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from robot_trials.telemetry.bag.mcap_file import McapFile, PendingChunk
from robot_trials.telemetry.bag.metadata import (
    FILE_NAME,
    RecordedTopic,
    compute_information,
    dump_metadata,
    dump_qos,
    dump_yaml,
)
from robot_trials.telemetry.bag.reserve import LAST_WORDS, DiskReserve
from robot_trials.telemetry.errors import DiskFullError, MessageError
from robot_trials.telemetry.identity import PACKAGE
from robot_trials.telemetry.topics import TOPICS, Topic
from robot_trials.telemetry.wire.definitions import MessageDefinitions, load_definitions
from robot_trials.telemetry.wire.message_table import MessageTable

FLUSH_PERIOD_NS = 200_000_000
"""A killed process loses at most this much of a recording [ns]."""

CLOSING_ROOM = 256 * 1024
"""Room taken back when the disk is full: the last phases and events, and `metadata.yaml` [bytes]."""

LIBRARY = PACKAGE


class BagWriter:
    """A bag open for writing. All times are nanoseconds since 1970.

    A full disk raises nothing here: `fault` is set, and the reserve is given back. It takes some seconds more of
    everything, in which a robot is brought to rest; then only phases and events are written. Without a reserve, or when
    that is gone too, the last chunks make way for the index and for the phases and events still to come.

    Args:
        folder: the bag's folder, created here; its name is the bag's name.
        custom_data: the trial's identity.
        topics: every topic that will be written.
        kept_topics: names of those that are still written after the disk was full.
        definitions: message types; those of this installation when omitted.
        reserve: room that is given back when the disk is full, or when the bag is closed.

    Attributes:
        fault: why the recording is no longer complete; None while it is.

    Raises:
        FileExistsError: the folder is there already.
        DiskFullError: no room for the file's first records.
    """

    def __init__(
        self,
        folder: Path,
        custom_data: Mapping[str, str],
        topics: Sequence[Topic] = TOPICS,
        kept_topics: frozenset[str] = frozenset(),
        definitions: MessageDefinitions | None = None,
        reserve: DiskReserve | None = None,
    ) -> None:
        self.folder = folder
        self.definitions = definitions or load_definitions()
        self.fault: DiskFullError | None = None
        self._custom_data = dict(custom_data)
        self._kept_topics = kept_topics
        self._topics = tuple(topics)
        folder.mkdir(parents=True)
        self._file = McapFile(folder / f"{folder.name}_0.mcap", LIBRARY)
        self._file.add_metadata(PACKAGE, self._custom_data)
        self._channels = self._add_channels()
        self._sequences = dict.fromkeys(self._channels.values(), 0)
        self._pending = PendingChunk()
        self._pending_since_ns: int | None = None
        self._kept: list[tuple[str, int, bytes]] = []
        self._closed = False
        self._reserve = reserve
        self._spare = 0
        self._made_room = False

    def add_custom_data(self, values: Mapping[str, str]) -> None:
        """Add to the trial's identity what is known only now; the newest metadata record in the file has all of it."""
        self._custom_data |= values
        self._file.add_metadata(PACKAGE, self._custom_data)

    def channel_id(self, topic: Topic) -> int:
        """MCAP channel of a topic.

        Raises:
            MessageError: the bag has no such topic.
        """
        return self._channel(topic.name)

    def write(self, topic_name: str, time_ns: int, data: bytes) -> None:
        """Append one serialised message.

        Raises:
            MessageError: the bag has no such topic.
        """
        channel_id = self._channel(topic_name)
        if topic_name in self._kept_topics:
            self._kept.append((topic_name, time_ns, data))
        elif self._is_full:
            return
        self._add_message(channel_id, time_ns, data)
        since_ns = self._pending_since_ns if self._pending_since_ns is not None else time_ns
        self._pending_since_ns = since_ns
        if time_ns - since_ns >= FLUSH_PERIOD_NS or self.fault is not None:
            self.flush()

    def write_rows(self, table: MessageTable, times_ns: np.ndarray) -> None:
        """Append the rows that stand in a table; they must stay as they are until the next `flush`.

        Args:
            table: with its block filled in.
            times_ns: time of each row [ns], shape (n,).
        """
        count = len(times_ns)
        if self._is_full or not count:
            return
        self._pending.add_block(table.block(count), table.row_size, times_ns, table.offsets)
        for channel_id in table.offsets:
            self._sequences[channel_id] += count

    def next_sequence(self, table: MessageTable) -> int:
        """Sequence number of the next row's messages; they count alike."""
        return self._sequences[next(iter(table.offsets))]

    def flush(self) -> None:
        """Write everything pending to the file as one chunk."""
        pending, self._pending, self._pending_since_ns = self._pending, PendingChunk(), None
        if not pending.size:
            return
        try:
            self._spare -= self._file.write_chunk(pending)
        except DiskFullError as error:
            self._make_do(error, pending)

    def close(self) -> None:
        """Flush, write the index and `metadata.yaml`; idempotent.

        Raises:
            DiskFullError: not even the index had room; `repair_bag` can write it elsewhere.
        """
        if self._closed:
            return
        self._closed = True
        self.flush()
        if self._reserve is not None:
            self._reserve.give_back()
        information = self._compute_information()
        serialized = dump_yaml(information)
        self._file.close("rosbag2", {"serialized_metadata": serialized})
        write_metadata(self.folder, dump_metadata(self._compute_information()))

    def __enter__(self) -> Self:
        """The writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _add_channels(self) -> dict[str, int]:
        """Write a schema for every type and a channel for every topic."""
        schemas: dict[str, int] = {}
        channels: dict[str, int] = {}
        for topic in self._topics:
            name = topic.type_name
            if name not in schemas:
                schemas[name] = self._file.add_schema(name, self.definitions.schema(name))
            metadata = {
                "offered_qos_profiles": dump_qos([topic.qos.to_metadata()]),
                "topic_type_hash": self.definitions.type_hash(name),
            }
            channels[topic.name] = self._file.add_channel(topic.name, schemas[name], metadata)
        return channels

    def _channel(self, topic_name: str) -> int:
        """Channel number of a topic."""
        try:
            return self._channels[topic_name]
        except KeyError:
            raise MessageError(f"the bag {self.folder} has no topic {topic_name}") from None

    def _add_message(self, channel_id: int, time_ns: int, data: bytes) -> None:
        """Append one message to the pending chunk."""
        self._pending.add_message(channel_id, self._sequences[channel_id], time_ns, data)
        self._sequences[channel_id] += 1

    @property
    def _is_full(self) -> bool:
        """Whether only the last words are written."""
        return self.fault is not None and self._spare <= 0

    def _make_do(self, error: DiskFullError, pending: PendingChunk) -> None:
        """A chunk had no room: use the reserve; where there is none any more, take back what was written last."""
        self.fault, self._spare = self.fault or error, 0
        freed = self._reserve.give_back() if self._reserve is not None else 0
        if freed:
            with suppress(DiskFullError):
                self._spare = freed - LAST_WORDS - self._file.write_chunk(pending)
                return
        if not self._made_room:
            self._made_room = True
            self._make_room(min(int(parts[0][:, 0].min()) for parts in pending.index.values()))

    def _make_room(self, pending_from_ns: int) -> None:
        """Take back the last chunks; phases and events among what was lost become pending again."""
        lost_from_ns = self._file.drop_chunks(self._file.summary_size() + CLOSING_ROOM)
        lost_from_ns = pending_from_ns if lost_from_ns is None else min(pending_from_ns, lost_from_ns)
        for topic_name, time_ns, data in self._kept:
            if time_ns >= lost_from_ns:
                self._add_message(self._channel(topic_name), time_ns, data)

    def _compute_information(self) -> dict[str, object]:
        """What `metadata.yaml` says about the chunks in the file."""
        contents = self._file.contents
        counts = contents.message_counts()
        topics = [
            RecordedTopic(
                name=topic.name,
                type_name=topic.type_name,
                type_hash=self.definitions.type_hash(topic.type_name),
                qos=[topic.qos.to_metadata()],
                count=counts[self._channels[topic.name]],
            )
            for topic in self._topics
        ]
        return compute_information(self._file.path.name, topics, contents.time_range(), self._custom_data)


def write_metadata(folder: Path, text: str) -> None:
    """Write `metadata.yaml`, whole or not at all."""
    scratch = folder / f"{FILE_NAME}.tmp"
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(folder / FILE_NAME)
