"""One topic's message as a template, into which the numbers of a record are written where they belong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from robot_trials.telemetry.topics import Topic
from robot_trials.telemetry.wire.cdr import compute_layout
from robot_trials.telemetry.wire.definitions import load_definitions

Source = Callable[[np.ndarray], np.ndarray]
"""Records of shape (n,) → one column, first axis n."""
NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class RecordTopic:
    """One topic that is made from records.

    Attributes:
        topic: name and type.
        values: constant part of the message, and arrays of the right length.
        columns: path of each number → where it comes from; stamps are filled in besides.
        every_ticks: control ticks between two messages.
    """

    topic: Topic
    values: Mapping[str, Any]
    columns: Mapping[str, Source]
    every_ticks: int = 1


class MessageTemplate:
    """Makes one message at a time; `MessageTable` makes many."""

    def __init__(self, part: RecordTopic) -> None:
        self.topic = part.topic
        layout = compute_layout(load_definitions(), part.topic.type_name, part.values)
        places = layout.fields
        form = {
            "names": list(places),
            "formats": [(place.format, place.shape) for place in places.values()],
            "offsets": [place.offset for place in places.values()],
            "itemsize": len(layout.data),
        }
        dtype = np.dtype(form)  # type: ignore[call-overload]
        self._message: Any = np.frombuffer(bytearray(layout.data), dtype=dtype)
        self._columns = [(self._message[path], source) for path, source in part.columns.items()]
        stamps = [path.removesuffix(".sec") for path in places if path.endswith("stamp.sec")]
        self._stamps = [(self._message[f"{path}.sec"], self._message[f"{path}.nanosec"]) for path in stamps]

    def fill(self, record: np.ndarray, civil_ns: int) -> bytes:
        """The serialised message about `record`, shape (1,), taken at `civil_ns` since 1970 [ns]."""
        for seconds, nanoseconds in self._stamps:
            seconds[0], nanoseconds[0] = divmod(civil_ns, NANOSECONDS)
        for target, source in self._columns:
            target[...] = source(record)
        return bytes(self._message.tobytes())
