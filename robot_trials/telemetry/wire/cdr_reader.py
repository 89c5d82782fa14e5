"""Finds the numbers of a serialised message, so that many messages of the same length become columns at once."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from rosbags.interfaces import Nodetype

from robot_trials.telemetry.errors import MessageError
from robot_trials.telemetry.wire.cdr import ENCAPSULATION, NUMBER_FORMATS, CdrLayout, NumberField, merge_float64
from robot_trials.telemetry.wire.definitions import MessageDefinitions


def read_layout(definitions: MessageDefinitions, type_name: str, data: bytes) -> CdrLayout:
    """Places of all numbers of a message, and its texts.

    Args:
        definitions: known message types.
        type_name: such as `sensor_msgs/msg/Imu`.
        data: the message, encapsulation included.

    Returns:
        Layout whose `fields` has an entry for every number or array of numbers, and whose `texts` has the texts.

    Raises:
        MessageError: the type is unknown, or the message is shorter than its type.
    """
    if data[: len(ENCAPSULATION)] != ENCAPSULATION:
        raise MessageError(f"{type_name}: encapsulation {data[:4].hex()} is not little-endian CDR")
    reader = _LayoutReader(definitions, data)
    try:
        reader.read_message(type_name, "")
    except struct.error:
        raise MessageError(f"{type_name}: the message ends early", length=len(data)) from None
    return CdrLayout(bytes(data), reader.fields, reader.texts)


class _LayoutReader:
    """Walks through a message along its type."""

    def __init__(self, definitions: MessageDefinitions, data: bytes) -> None:
        self.definitions = definitions
        self.data = data
        self.position = len(ENCAPSULATION)
        self.fields: dict[str, NumberField] = {}
        self.leaves: list[NumberField] = []
        self.texts: dict[str, list[str]] = {}

    def align(self, size: int) -> None:
        """Skip padding."""
        self.position += -(self.position - len(ENCAPSULATION)) % size

    def read_count(self) -> int:
        """A length [elements]."""
        self.align(4)
        (count,) = struct.unpack_from("<I", self.data, self.position)
        self.position += 4
        return int(count)

    def read_message(self, type_name: str, path: str) -> None:
        """Pass over a message."""
        nodes = self.definitions.fields(type_name)
        self.position += not nodes
        for name, node in nodes:
            self.read_node(node, f"{path}.{name}" if path else name)

    def read_node(self, node: Any, path: str) -> None:
        """Pass over one field."""
        kind, detail = node
        if kind == Nodetype.BASE:
            self.read_base(detail[0], path, path)
        elif kind == Nodetype.NAME:
            self.read_nested(detail, [path], path, ())
        else:
            (element_kind, element), length = detail
            count = length if kind == Nodetype.ARRAY else self.read_count()
            if element_kind == Nodetype.BASE and element[0] != "string":
                self.read_numbers(element[0], path, (count,))
            elif element_kind == Nodetype.NAME:
                self.read_nested(element, [f"{path}[{index}]" for index in range(count)], path, (count,))
            else:
                for index in range(count):
                    self.read_base(element[0], f"{path}[{index}]", path)

    def read_nested(self, type_name: str, paths: list[str], path: str, shape: tuple[int, ...]) -> None:
        """Pass over nested messages; where they are float64 only, note them as one array too."""
        known = len(self.leaves)
        for item_path in paths:
            self.read_message(type_name, item_path)
        if merged := merge_float64(self.leaves[known:], shape):
            self.fields[path] = merged

    def read_base(self, type_name: str, path: str, text_path: str) -> None:
        """Pass over one number or text; the texts of an array are gathered under `text_path`."""
        if type_name != "string":
            self.read_numbers(type_name, path, ())
            return
        count = self.read_count()
        text = self.data[self.position : self.position + count - 1]
        self.position += count
        self.texts.setdefault(text_path, []).append(text.decode())

    def read_numbers(self, type_name: str, path: str, shape: tuple[int, ...]) -> None:
        """Pass over numbers of one type."""
        count = shape[0] if shape else 1
        if not count:
            return
        number_format = NUMBER_FORMATS[type_name]
        self.align(np.dtype(number_format).itemsize)
        place = NumberField(self.position, number_format, shape)
        self.position += place.size
        if self.position > len(self.data):
            raise struct.error
        self.fields[path] = place
        self.leaves.append(place)
