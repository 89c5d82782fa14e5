"""How much of a recording is on the disk when its process is killed."""

from __future__ import annotations

from pathlib import Path

import pytest
from rosbags.highlevel import AnyReader

from robot_trials.telemetry.bag.writer import FLUSH_PERIOD_NS, BagWriter
from robot_trials.telemetry.topics import TOPICS

PHASE = next(topic for topic in TOPICS if topic.name == "/trial/phase").name
START_NS = 1_700_000_000_000_000_000


@pytest.fixture
def writer(tmp_path: Path) -> BagWriter:
    """A bag on which only phases are written, as before the first control sample."""
    return BagWriter(tmp_path / "bag", {})


def size_on_disk(writer: BagWriter) -> int:
    return (writer.folder / f"{writer.folder.name}_0.mcap").stat().st_size


def test_messages_without_control_samples_reach_the_disk_in_time(writer: BagWriter) -> None:
    empty = size_on_disk(writer)
    writer.write(PHASE, START_NS, b"\x00\x01\x00\x00")
    writer.write(PHASE, START_NS + FLUSH_PERIOD_NS - 1, b"\x00\x01\x00\x00")
    assert size_on_disk(writer) == empty, "many small chunks would make a slow bag"
    writer.write(PHASE, START_NS + FLUSH_PERIOD_NS, b"\x00\x01\x00\x00")
    written = size_on_disk(writer)
    assert written > empty
    writer.write(PHASE, START_NS + 2 * FLUSH_PERIOD_NS - 1, b"\x00\x01\x00\x00")
    assert size_on_disk(writer) == written, "the time counts from the first message that waits"
    writer.close()


def test_what_waits_is_written_when_the_bag_is_closed(writer: BagWriter) -> None:
    for tick in range(3):
        writer.write(PHASE, START_NS + tick, b"\x00\x01\x00\x00")
    writer.close()
    writer.close()
    with AnyReader([writer.folder]) as reader:
        assert [time for _, time, _ in reader.messages()] == [START_NS, START_NS + 1, START_NS + 2]
