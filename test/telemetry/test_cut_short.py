"""Recordings whose writer was killed, and disks that are full."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rosbags.highlevel import AnyReader
from telemetry_samples import PERIOD_NS, SampleEvent, make_recorder, record_ticks

from robot_trials.telemetry import BagError, DiskFullError, check_space, estimate_size, read_bag, repair_bag

WRITER = """
import sys, time
from pathlib import Path
from robot_trials_control.records import make_control_sample
from telemetry_samples import JOINT_NAMES, fill_sample, make_recorder
recorder = make_recorder(Path(sys.argv[1]))
sample = make_control_sample(len(JOINT_NAMES))
for tick in range(100_000):
    fill_sample(sample, tick)
    recorder.write_sample(sample)
    print(tick, flush=True)
    time.sleep(0.0005)
"""


def count_messages(folder: Path) -> int:
    """Messages that rosbags reads."""
    with AnyReader([folder]) as reader:
        return sum(1 for _ in reader.messages())


def test_a_killed_recorder_loses_at_most_200_ms(tmp_path: Path) -> None:
    folder = tmp_path / "bag"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, folder], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) > 450:
            break
    writer.send_signal(signal.SIGKILL)
    last = int((line + writer.stdout.read()).split()[-1])
    writer.wait(timeout=10)
    with pytest.raises(BagError, match="repair it first"):
        read_bag(folder)
    repair_bag(folder)
    bag = read_bag(folder)
    assert bag.custom_data["run_id"] == "run-1"
    recorded = len(bag.times("/joint_states"))
    assert (last + 1 - recorded) * PERIOD_NS <= 200_000_000
    assert count_messages(folder) == sum(len(topic) for topic in bag.topics.values())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Bytes of a whole MCAP file of three chunks."""
    folder = tmp_path_factory.mktemp("whole") / "bag"
    with make_recorder(folder, urdf="<robot/>") as recorder:
        record_ticks(recorder, 300)
    return (folder / "bag_0.mcap").read_bytes()


@pytest.mark.parametrize("share", [0.3, 0.55, 0.8, 0.93])
def test_a_cut_file_is_mended_up_to_its_last_whole_chunk(tmp_path: Path, whole: bytes, share: float) -> None:
    file = tmp_path / "bag" / "bag_0.mcap"
    file.parent.mkdir()
    file.write_bytes(whole[: int(share * len(whole))])
    count = repair_bag(file.parent)
    bag = read_bag(file.parent)
    assert count == count_messages(file.parent) == sum(len(topic) for topic in bag.topics.values())
    assert len(bag.times("/joint_states")) in (0, 100, 200, 300)


def test_a_file_cut_between_two_message_indexes_loses_that_chunk(tmp_path: Path, whole: bytes) -> None:
    with make_recorder(tmp_path / "bag") as recorder:
        record_ticks(recorder, 200)
    file = tmp_path / "bag" / "bag_0.mcap"
    index = read_index_offsets(file)[-1]
    last = max(index.values())
    os.truncate(file, last)
    repair_bag(file.parent)
    assert len(read_bag(file.parent).times("/joint_states")) == 100


def read_index_offsets(file: Path) -> list[dict[int, int]]:
    """Places of the message indexes of each chunk."""
    from mcap.reader import make_reader

    with file.open("rb") as stream:
        summary = make_reader(stream).get_summary()
    assert summary is not None
    return [chunk.message_index_offsets for chunk in summary.chunk_indexes]


def test_repair_leaves_a_whole_bag_as_it_is(tmp_path: Path) -> None:
    with make_recorder(tmp_path / "bag") as recorder:
        record_ticks(recorder, 120)
    before = {file.name: file.read_bytes() for file in (tmp_path / "bag").iterdir()}
    repair_bag(tmp_path / "bag")
    assert {file.name: file.read_bytes() for file in (tmp_path / "bag").iterdir()} == before


def test_a_lost_metadata_file_is_written_as_it_was(tmp_path: Path) -> None:
    with make_recorder(tmp_path / "bag", urdf="<robot/>") as recorder:
        record_ticks(recorder, 120)
    file = tmp_path / "bag" / "metadata.yaml"
    before = file.read_text()
    file.unlink()
    repair_bag(tmp_path / "bag")
    assert file.read_text() == before


def test_what_is_no_bag_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BagError, match="one MCAP file is needed"):
        repair_bag(tmp_path)
    (tmp_path / "bag_0.mcap").write_bytes(b"nothing of the kind")
    with pytest.raises(BagError, match="is no MCAP file"):
        repair_bag(tmp_path)


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def check_fault_and_bag(folder: Path) -> None:
    """Record until the room is used up, and check what is left."""
    recorder = make_recorder(folder)
    for first in range(0, 3000, 100):
        record_ticks(recorder, 100, first)
        if recorder.fault is not None:
            break
    assert isinstance(recorder.fault, DiskFullError)
    assert str(folder / "bag_0.mcap") in str(recorder.fault)
    assert "free_bytes = " in str(recorder.fault)
    assert "needed_bytes = " in str(recorder.fault)
    record_ticks(recorder, 250, 3000)  # the robot goes on to a safe stop
    recorder.write_event(SampleEvent(4_000_000_000, "error", "recorder", "disk full"))
    recorder.write_phase(4_100_000_000, "safe_end", "disk full")
    recorder.close()
    bag = read_bag(folder)
    assert len(bag.times("/joint_states")) >= 100
    assert [message.text for _, message in bag.messages("/trial/events")] == ["disk full"]
    assert [message.phase for _, message in bag.messages("/trial/phase")] == ["safe_end"]
    assert count_messages(folder) == sum(len(topic) for topic in bag.topics.values())


def test_a_file_size_limit_leaves_a_readable_bag(tmp_path: Path) -> None:
    with file_size_limit(2_000_000):
        check_fault_and_bag(tmp_path / "bag")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_leaves_a_readable_bag(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no small disk here: {mounted.stderr.decode().strip()}")
    try:
        check_fault_and_bag(disk / "bag")
    finally:
        subprocess.run(["umount", disk], check=True)


def test_events_of_the_lost_chunk_are_kept(tmp_path: Path) -> None:
    with file_size_limit(2_000_000):
        recorder = make_recorder(tmp_path / "bag")
        for tick in range(0, 3000, 50):
            recorder.write_event(SampleEvent(tick * PERIOD_NS, text=f"tick {tick}"))
            record_ticks(recorder, 50, tick)
        recorder.close()
    texts = [message.text for _, message in read_bag(tmp_path / "bag").messages("/trial/events")]
    assert texts == [f"tick {tick}" for tick in range(0, 3000, 50)]


def test_too_small_a_disk_is_noticed_before_the_trial(tmp_path: Path) -> None:
    assert check_space(tmp_path / "run" / "bag", duration=1.0) > 0
    with pytest.raises(DiskFullError, match=f"{tmp_path}.*needed_bytes"):
        check_space(tmp_path / "run" / "bag", duration=1e9)


def test_estimate_covers_what_a_recording_takes(tmp_path: Path) -> None:
    with make_recorder(tmp_path / "bag") as recorder:
        record_ticks(recorder, 1000)
    size = sum(file.stat().st_size for file in (tmp_path / "bag").iterdir())
    assert 0.8 * size < estimate_size(2.0, camera=False) < 2 * size


def test_encoding_a_tick_is_cheap(tmp_path: Path) -> None:
    """Bound is loose for a busy machine; a quiet one takes 20-25 µs."""
    from robot_trials_control.records import make_control_sample

    sample = make_control_sample(28)
    with make_recorder(tmp_path / "bag") as recorder:
        for _ in range(200):
            recorder.write_sample(sample)
        start = time.thread_time()
        for _ in range(1000):
            recorder.write_sample(sample)
        assert (time.thread_time() - start) / 1000 < 150e-6
