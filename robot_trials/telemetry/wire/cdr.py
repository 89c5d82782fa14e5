"""The one CDR encoder of the project: ROS 2's wire format, from plain values, without ROS.

`encode` serialises one message. It also notes where each number lies in the bytes, so that a message of constant
length becomes a template (`CdrLayout`) into which NumPy writes whole columns of numbers at once.
The format is XCDR version 1, little endian, as `rclpy.serialization.serialize_message` writes it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rosbags.interfaces import Nodetype

from robot_trials.telemetry.errors import MessageError
from robot_trials.telemetry.wire.definitions import MessageDefinitions

ENCAPSULATION = b"\x00\x01\x00\x00"
"""Marks plain CDR, little endian."""

NUMBER_FORMATS = {
    "bool": "?",
    "byte": "u1",
    "char": "u1",
    "int8": "i1",
    "uint8": "u1",
    "int16": "<i2",
    "uint16": "<u2",
    "int32": "<i4",
    "uint32": "<u4",
    "int64": "<i8",
    "uint64": "<u8",
    "float32": "<f4",
    "float64": "<f8",
}


@dataclass(frozen=True)
class NumberField:
    """Where a number, or an array of them, lies in a serialised message.

    Attributes:
        offset: from the first byte of the message, encapsulation included.
        format: NumPy's type string.
        shape: empty for one number.
    """

    offset: int
    format: str
    shape: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return np.dtype(self.format).itemsize * int(np.prod(self.shape, dtype=int))


@dataclass
class CdrLayout:
    """One serialised message and the places of its numbers.

    Attributes:
        data: the message.
        fields: dotted path → place. A nested message of float64 only is also listed as one array: a pose as
            7 numbers (position, quaternion xyzw), an array of two poses as (2, 7).
        texts: dotted path → texts, where the layout was read from a message.
    """

    data: bytes
    fields: dict[str, NumberField] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)


def time_value(time_ns: int) -> dict[str, int]:
    """A `builtin_interfaces/Time` from nanoseconds since 1970."""
    return {"sec": time_ns // 1_000_000_000, "nanosec": time_ns % 1_000_000_000}


def header_value(time_ns: int, frame_id: str) -> dict[str, Any]:
    """A `std_msgs/Header`."""
    return {"stamp": time_value(time_ns), "frame_id": frame_id}


def encode(definitions: MessageDefinitions, type_name: str, values: Mapping[str, Any]) -> bytes:
    """Serialise one message.

    Args:
        definitions: known message types.
        type_name: such as `sensor_msgs/msg/Imu`.
        values: field → number, text, bytes, array, or a mapping for a nested message; what is absent is zero or empty.

    Raises:
        MessageError: the type or a field is unknown, or an array has the wrong length.
    """
    return compute_layout(definitions, type_name, values).data


def compute_layout(definitions: MessageDefinitions, type_name: str, values: Mapping[str, Any]) -> CdrLayout:
    """Serialise one message and note where its numbers lie; arguments and errors as for `encode`."""
    encoder = _Encoder(definitions)
    encoder.write_message(type_name, values, "")
    return CdrLayout(bytes(encoder.buffer), encoder.fields)


class _Encoder:
    """Walks through a message type and appends to a buffer."""

    def __init__(self, definitions: MessageDefinitions) -> None:
        self.definitions = definitions
        self.buffer = bytearray(ENCAPSULATION)
        self.fields: dict[str, NumberField] = {}
        self.leaves: list[NumberField] = []

    def align(self, size: int) -> None:
        """Pad up to a multiple of `size`, counted from behind the encapsulation."""
        self.buffer += bytes(-(len(self.buffer) - len(ENCAPSULATION)) % size)

    def write_message(self, type_name: str, values: Mapping[str, Any], path: str) -> None:
        """Append a message; `path` names it in the list of fields, empty for the outermost."""
        nodes = self.definitions.fields(type_name)
        if unknown := set(values) - {name for name, _ in nodes}:
            raise MessageError(f"{type_name} has no field {', '.join(sorted(unknown))}")
        if not nodes:
            self.buffer += b"\x00"  # an empty message still takes one byte
        for name, node in nodes:
            self.write_node(node, values.get(name), f"{path}.{name}" if path else name)

    def write_node(self, node: Any, value: Any, path: str) -> None:
        """Append one field."""
        kind, detail = node
        if kind == Nodetype.BASE:
            self.write_base(detail[0], value, path)
        elif kind == Nodetype.NAME:
            self.write_nested(detail, [value], path, ())
        else:
            element, length = detail
            self.write_many(element, value, path, length if kind == Nodetype.ARRAY else None)

    def write_base(self, type_name: str, value: Any, path: str) -> None:
        """Append one number or text."""
        if type_name == "string":
            text = b"" if value is None else str(value).encode()
            self.align(4)
            self.buffer += struct.pack("<I", len(text) + 1) + text + b"\x00"
        else:
            self.write_numbers(type_name, 0 if value is None else value, path, ())

    def write_numbers(self, type_name: str, value: Any, path: str, shape: tuple[int, ...]) -> None:
        """Append numbers of one type and note their place."""
        number_format = NUMBER_FORMATS.get(type_name)
        if number_format is None:
            raise MessageError(f"{path}: numbers of type {type_name} are not supported")
        array = np.asarray(value, dtype=number_format)
        if array.shape != shape:
            raise MessageError(f"{path}: got an array of shape {array.shape}, needs {shape}")
        self.align(array.dtype.itemsize)
        self.fields[path] = NumberField(len(self.buffer), number_format, shape)
        self.leaves.append(self.fields[path])
        self.buffer += array.tobytes()

    def write_many(self, element: Any, value: Any, path: str, length: int | None) -> None:
        """Append an array of fixed `length`, or a sequence (`length` None)."""
        kind, detail = element
        numbers = kind == Nodetype.BASE and detail[0] != "string"
        if isinstance(value, bytes | bytearray | memoryview):
            value = np.frombuffer(value, dtype=np.uint8)
        count = length if value is None and length is not None else (0 if value is None else len(value))
        if length is not None and count != length:
            raise MessageError(f"{path}: got {count} elements, needs {length}")
        if length is None:
            self.align(4)
            self.buffer += struct.pack("<I", count)
        if numbers and count:
            self.write_numbers(detail[0], np.zeros(count) if value is None else value, path, (count,))
        elif kind == Nodetype.NAME:
            self.write_nested(detail, [None] * count if value is None else value, path, (count,))
        else:
            for item in [None] * count if value is None else value:
                self.write_base(detail[0], item, path)

    def write_nested(self, type_name: str, values: Any, path: str, shape: tuple[int, ...]) -> None:
        """Append nested messages; where they are float64 only, note them as one array too."""
        known = len(self.leaves)
        for index, item in enumerate(values):
            self.write_message(type_name, item or {}, f"{path}[{index}]" if shape else path)
        if merged := merge_float64(self.leaves[known:], shape):
            self.fields[path] = merged


def merge_float64(leaves: list[NumberField], shape: tuple[int, ...]) -> NumberField | None:
    """The numbers of `shape` nested messages as one array, where all are float64 without gaps."""
    if not leaves or any(leaf.format != "<f8" for leaf in leaves):
        return None
    size = sum(leaf.size for leaf in leaves)
    if leaves[-1].offset + leaves[-1].size - leaves[0].offset != size:
        return None
    return NumberField(leaves[0].offset, "<f8", (*shape, size // 8 // int(np.prod(shape, dtype=int))))
