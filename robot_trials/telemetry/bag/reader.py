"""Reads a bag into NumPy columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from mcap.exceptions import McapError
from mcap.reader import make_reader

from robot_trials.telemetry.bag.metadata import FILE_NAME, load_yaml
from robot_trials.telemetry.bag.topic_data import TopicData, gather_topics
from robot_trials.telemetry.errors import BagError
from robot_trials.telemetry.wire.cdr_reader import read_layout
from robot_trials.telemetry.wire.definitions import MessageDefinitions, load_definitions


class Bag:
    """A bag in memory.

    Attributes:
        folder: where it lies.
        custom_data: the trial's identity.
        topics: topic → its messages; those without any are listed too.
        start_ns: first message since 1970 [ns]; 0 in an empty bag.
        end_ns: last message [ns].
    """

    def __init__(self, folder: Path, custom_data: dict[str, str], topics: dict[str, TopicData]) -> None:
        self.folder = folder
        self.custom_data = custom_data
        self.topics = topics
        self._definitions: MessageDefinitions = load_definitions()
        filled = [data.times_ns for data in topics.values() if len(data)]
        self.start_ns = int(min(times[0] for times in filled)) if filled else 0
        self.end_ns = int(max(times[-1] for times in filled)) if filled else 0

    def times(self, topic: str) -> np.ndarray:
        """Log times since the first message of the bag [s], shape (n,)."""
        return (self._data(topic).times_ns - self.start_ns) * 1e-9

    def columns(self, topic: str) -> dict[str, np.ndarray]:
        """Every number of a topic whose messages are all of one length: dotted path → array of shape (n, …).

        Raises:
            BagError: the bag has no such topic, or the messages differ in length.
        """
        data = self._data(topic)
        if not len(data):
            return {}
        if data.block is None:
            raise BagError(f"{self.folder}: messages of {topic} differ in length")
        fields = read_layout(self._definitions, data.type_name, data.block[0].tobytes()).fields
        dtype = np.dtype(
            {
                "names": list(fields),
                "formats": [(place.format, place.shape) for place in fields.values()],
                "offsets": [place.offset for place in fields.values()],
                "itemsize": data.block.shape[1],
            }
        )
        rows = data.block.view(dtype)[:, 0]
        return {name: rows[name] for name in fields}

    def texts(self, topic: str) -> dict[str, list[str]]:
        """Texts of the first message of a topic, such as the joint names; empty where there is none."""
        data = self._data(topic)
        first = next(data.raw(), None)
        return {} if first is None else read_layout(self._definitions, data.type_name, first).texts

    def messages(self, topic: str) -> Iterator[tuple[float, Any]]:
        """Time since the first message of the bag [s] and decoded message, one by one."""
        data = self._data(topic)
        for time, raw in zip(self.times(topic), data.raw(), strict=True):
            yield float(time), self._definitions.typestore.deserialize_cdr(raw, data.type_name)

    def _data(self, topic: str) -> TopicData:
        """Messages of a topic."""
        try:
            return self.topics[topic]
        except KeyError:
            raise BagError(f"{self.folder} has no topic {topic}") from None


def read_bag(folder: Path, topics: Collection[str] | None = None) -> Bag:
    """Read a bag.

    Args:
        folder: rosbag2 directory with one MCAP file.
        topics: those to read; all when omitted.

    Raises:
        BagError: no `metadata.yaml` or no index; `repair_bag` can write both.
    """
    information, path = _read_metadata(folder)
    with path.open("rb") as stream:
        try:
            summary = make_reader(stream).get_summary()
        except (McapError, OSError) as error:
            raise BagError(f"{path} was cut short, repair it first: {error}") from error
        if summary is None or summary.statistics is None:
            raise BagError(f"{path} has no index, repair it first")
        data = gather_topics(stream, summary, topics)
    return Bag(folder, dict(information.get("custom_data") or {}), data)


def _read_metadata(folder: Path) -> tuple[dict[str, Any], Path]:
    """Contents of `metadata.yaml` and path of the MCAP file."""
    file = folder / FILE_NAME
    if not file.is_file():
        raise BagError(f"{folder} has no {FILE_NAME}: not a bag, or one whose writer was killed; repair it first")
    information = load_yaml(file.read_text(encoding="utf-8"))["rosbag2_bagfile_information"]
    paths = information["relative_file_paths"]
    if information["storage_identifier"] != "mcap" or len(paths) != 1:
        raise BagError(f"{file}: one MCAP file is needed, got {information['storage_identifier']} {paths}")
    return information, folder / paths[0]
