"""The CDR encoder against two others: rclpy's and that of rosbags."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rosbags.interfaces import Nodetype

from robot_trials.telemetry.errors import MessageError
from robot_trials.telemetry.topics import TOPICS
from robot_trials.telemetry.wire.cdr import compute_layout, encode, header_value
from robot_trials.telemetry.wire.cdr_reader import read_layout
from robot_trials.telemetry.wire.definitions import MessageDefinitions, load_definitions

TYPES = sorted({topic.type_name for topic in TOPICS})


def make_values(type_name: str, random: np.random.Generator) -> dict[str, Any]:
    """A message with every field filled at random."""
    return {name: make_value(node, random) for name, node in load_definitions().fields(type_name)}


def make_value(node: Any, random: np.random.Generator) -> Any:
    """A value of one field."""
    kind, detail = node
    if kind == Nodetype.NAME:
        return make_values(detail, random)
    if kind == Nodetype.BASE:
        return make_base(detail[0], random)
    element, length = detail
    return [
        make_value(element, random) for _ in range(length if kind == Nodetype.ARRAY else int(random.integers(0, 5)))
    ]


def make_base(name: str, random: np.random.Generator) -> Any:
    """A number or text; texts of every length modulo 8, so that all paddings occur."""
    if name == "string":
        return "é" * int(random.integers(0, 2)) + "x" * int(random.integers(0, 9))
    if name == "bool":
        return bool(random.integers(0, 2))
    if name.startswith("float"):
        return float(np.float32(random.standard_normal()))
    return int(random.integers(0, 100))


def make_ros_message(type_name: str, values: dict[str, Any]) -> Any:
    """The same message as an object of rclpy's."""
    package, _, name = type_name.split("/")
    message = getattr(importlib.import_module(f"{package}.msg"), name)()
    for key, node in load_definitions().fields(type_name):
        setattr(message, key, make_ros_value(node, values[key]))
    return message


def make_ros_value(node: Any, value: Any) -> Any:
    """One field as rclpy wants it."""
    kind, detail = node
    if kind == Nodetype.NAME:
        return make_ros_message(detail, value)
    if kind == Nodetype.BASE:
        return bytes([value]) if detail[0] == "byte" else value
    return [make_ros_value(detail[0], item) for item in value]


@pytest.mark.parametrize("type_name", TYPES)
def test_bytes_equal_those_of_rosbags(type_name: str) -> None:
    typestore = load_definitions().typestore
    for seed in range(20):
        data = encode(load_definitions(), type_name, make_values(type_name, np.random.default_rng(seed)))
        message = typestore.deserialize_cdr(data, type_name)
        assert bytes(typestore.serialize_cdr(message, type_name)) == data


@pytest.mark.parametrize("type_name", TYPES)
def test_values_are_those_that_rosbags_decodes(type_name: str) -> None:
    values = make_values(type_name, np.random.default_rng(7))
    data = encode(load_definitions(), type_name, values)
    assert_same(load_definitions().typestore.deserialize_cdr(data, type_name), values)


def assert_same(message: Any, values: dict[str, Any]) -> None:
    """Every field of a message decoded by rosbags is what was encoded."""
    for name, value in values.items():
        found = getattr(message, name)
        pairs = zip(found, value, strict=True) if isinstance(value, list) else [(found, value)]
        for one, wanted in pairs:
            if isinstance(wanted, dict):
                assert_same(one, wanted)
            else:
                assert one == wanted, name


def test_numbers_of_every_size_are_little_endian() -> None:
    """Worked out by hand: a picture of 0x0102 by 3 with one byte, and a float32 of 1.5 with two float64 behind it."""
    data = encode(load_definitions(), "sensor_msgs/msg/Image", {"height": 0x0102, "width": 3, "data": b"\x07"})
    assert data[20:28] == b"\x02\x01\x00\x00\x03\x00\x00\x00" and data[-5:] == b"\x01\x00\x00\x00\x07"
    assert encode(load_definitions(), "std_msgs/msg/Float32", {"data": 1.5})[4:] == b"\x00\x00\xc0\x3f"
    assert encode(load_definitions(), "std_msgs/msg/Float64", {"data": 1.5})[4:] == b"\x00" * 6 + b"\xf8\x3f"


def count_empty(values: Any) -> int:
    """Empty sequences in a message."""
    if isinstance(values, dict):
        return sum(count_empty(value) for value in values.values())
    return (not values) + sum(count_empty(value) for value in values) if isinstance(values, list) else 0


def find_padding(type_name: str, values: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Which bytes of a message are padding, bool: those that change with what is padded with."""

    def align(self: Any, size: int) -> None:
        self.buffer += b"\xaa" * (-(len(self.buffer) - 4) % size)

    zeros = encode(load_definitions(), type_name, values)
    with monkeypatch.context() as patch:
        patch.setattr("robot_trials.telemetry.wire.cdr._Encoder.align", align)
        others = encode(load_definitions(), type_name, values)
    return np.frombuffer(zeros, np.uint8) != np.frombuffer(others, np.uint8)


@pytest.mark.ros
@pytest.mark.parametrize("type_name", TYPES)
def test_bytes_equal_those_of_rclpy(type_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Padding is left out: rclpy leaves there whatever stood in memory, this encoder writes zeros.

    Behind a message with empty sequences rclpy leaves up to eight more bytes of that kind for each.
    """
    serialization = pytest.importorskip("rclpy.serialization")
    pytest.importorskip(f"{type_name.split('/')[0]}.msg")
    for seed in range(20):
        values = make_values(type_name, np.random.default_rng(seed))
        ours = np.frombuffer(encode(load_definitions(), type_name, values), np.uint8)
        theirs = np.frombuffer(serialization.serialize_message(make_ros_message(type_name, values)), np.uint8)
        counts = ~find_padding(type_name, values, monkeypatch)
        assert len(ours) <= len(theirs) <= len(ours) + 8 * count_empty(values)
        np.testing.assert_array_equal(ours[counts], theirs[: len(ours)][counts])


@pytest.mark.ros
@pytest.mark.parametrize("type_name", TYPES)
def test_type_hash_is_that_of_the_installed_type(type_name: str) -> None:
    package, _, name = type_name.split("/")
    prefixes = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    files = [Path(prefix) / "share" / package / "msg" / f"{name}.json" for prefix in prefixes]
    file = next((file for file in files if file.is_file()), None)
    if file is None:
        pytest.skip(f"{package} is not installed")
    hashes = {entry["type_name"]: entry["hash_string"] for entry in json.loads(file.read_text())["type_hashes"]}
    assert load_definitions().type_hash(type_name) == hashes[type_name]


@pytest.mark.parametrize("type_name", TYPES)
def test_places_of_numbers_are_found_again(type_name: str) -> None:
    values = make_values(type_name, np.random.default_rng(3))
    written = compute_layout(load_definitions(), type_name, values)
    read = read_layout(load_definitions(), type_name, written.data)
    assert read.fields == written.fields


def test_a_pose_is_one_array_of_seven_numbers() -> None:
    pose = {"position": {"x": 1.0, "y": 2.0, "z": 3.0}, "orientation": {"x": 4.0, "y": 5.0, "z": 6.0, "w": 7.0}}
    values = {"header": header_value(5, "map"), "pose": pose}
    layout = compute_layout(load_definitions(), "geometry_msgs/msg/PoseStamped", values)
    place = layout.fields["pose"]
    assert place.shape == (7,)
    np.testing.assert_array_equal(np.frombuffer(layout.data, "<f8", 7, place.offset), np.arange(1.0, 8.0))


def test_unknown_field_is_named() -> None:
    with pytest.raises(MessageError, match="sensor_msgs/msg/Imu has no field torque"):
        encode(load_definitions(), "sensor_msgs/msg/Imu", {"torque": 1.0})


def test_unknown_type_is_named() -> None:
    with pytest.raises(MessageError, match="unknown message type sensor_msgs/msg/Nose"):
        encode(load_definitions(), "sensor_msgs/msg/Nose", {})


def test_array_of_wrong_length_is_named() -> None:
    with pytest.raises(MessageError, match="orientation_covariance: got 8 elements, needs 9"):
        encode(load_definitions(), "sensor_msgs/msg/Imu", {"orientation_covariance": [0.0] * 8})


def test_message_that_ends_early_is_refused() -> None:
    data = encode(load_definitions(), "sensor_msgs/msg/Imu", {})
    with pytest.raises(MessageError, match="ends early"):
        read_layout(load_definitions(), "sensor_msgs/msg/Imu", data[:-8])


def test_missing_message_files_name_the_folders(tmp_path: Path) -> None:
    with pytest.raises(MessageError, match=str(tmp_path)):
        MessageDefinitions([tmp_path])
