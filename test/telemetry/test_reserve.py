"""Room that is kept for the last words, on a real small disk."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from telemetry_samples import PERIOD_NS, SampleEvent, make_recorder, record_ticks

from robot_trials.telemetry import DiskFullError, read_bag
from robot_trials.telemetry.bag.reserve import LAST_WORDS, RESERVE_FILE, DiskReserve
from robot_trials.telemetry.whole_file import write_whole

MEGABYTE = 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no small disk here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def free(folder: Path) -> int:
    statistics = os.statvfs(folder)
    return statistics.f_bavail * statistics.f_frsize


def test_a_reserve_takes_room_and_gives_it_back(tmp_path: Path) -> None:
    reserve = DiskReserve(tmp_path, 4 * MEGABYTE)
    assert (tmp_path / RESERVE_FILE).stat().st_blocks * 512 >= 4 * MEGABYTE == reserve.size
    assert reserve.give_back() == 4 * MEGABYTE and reserve.give_back() == 0
    assert not (tmp_path / RESERVE_FILE).exists()


def test_a_small_disk_keeps_half_of_its_room(disk: Path) -> None:
    reserve = DiskReserve(disk)
    assert reserve.size == pytest.approx(20 * MEGABYTE, rel=0.01)
    reserve.give_back()


def test_a_folder_that_is_not_there_has_no_reserve(tmp_path: Path) -> None:
    assert DiskReserve(tmp_path / "nowhere").size == 0


def test_a_full_disk_still_takes_the_seconds_to_a_stand_and_the_last_words(disk: Path) -> None:
    recorder = make_recorder(disk / "bag")
    tick = 0
    while recorder.fault is None:
        record_ticks(recorder, 100, tick)
        tick += 100
        assert tick < 100_000
    full_at = tick
    assert not (disk / RESERVE_FILE).exists() and free(disk) > LAST_WORDS
    for first in range(tick, tick + 20_000, 100):
        record_ticks(recorder, 100, first)
    recorder.write_event(SampleEvent((full_at + 10_000) * PERIOD_NS, "error", "stop_node", "emergency stop by topic"))
    recorder.write_phase((full_at + 15_000) * PERIOD_NS, "safe_end", "disk full")
    recorder.close()
    assert isinstance(recorder.fault, DiskFullError)
    assert free(disk) > LAST_WORDS - 2 * MEGABYTE, "report and verdict have room"
    write_whole(disk / "report.html", "x" * 5 * MEGABYTE)
    bag = read_bag(disk / "bag")
    recorded = len(bag.times("/joint_states"))
    assert recorded > full_at + 1500, "some seconds more than when it was full, nothing lost before"
    assert [message.text for _, message in bag.messages("/trial/events")] == ["emergency stop by topic"]
    assert [message.phase for _, message in bag.messages("/trial/phase")] == ["safe_end"]


def test_a_file_that_does_not_fit_leaves_nothing(disk: Path) -> None:
    (disk / "report.html").write_text("before")
    with pytest.raises(OSError, match="No space left"):
        write_whole(disk / "report.html", "x" * 50 * MEGABYTE)
    assert (disk / "report.html").read_text() == "before"
    assert [file.name for file in disk.iterdir()] == ["report.html"]


def test_a_file_that_must_be_new_replaces_none(tmp_path: Path) -> None:
    write_whole(tmp_path / "verdict.json", "first", replace=False)
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "verdict.json", "second", replace=False)
    assert (tmp_path / "verdict.json").read_text() == "first" and len(list(tmp_path.iterdir())) == 1
