"""The mapped segment: header checks, lifetime, and what happens when a process of the pair dies."""

import multiprocessing
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from robot_trials.runtime.channel.newest_cell import NewestCell
from robot_trials.runtime.channel.shared_memory import SharedMemoryError, SharedSegment, hash_layout

FORK = multiprocessing.get_context("fork")


def _path(name):
    return Path("/dev/shm") / name


def test_layout_hash_sees_names_types_shapes_and_offsets():
    base = np.dtype([("a", "u1"), ("b", "f8", (3,))])
    others = [
        np.dtype([("a", "u1"), ("c", "f8", (3,))]),
        np.dtype([("a", "u1"), ("b", "f4", (3,))]),
        np.dtype([("a", "u1"), ("b", "f8", (4,))]),
        np.dtype([("a", "u1"), ("b", "f8", (3,))], align=True),
        np.dtype([("a", "u1"), ("b", [("x", "f8", (3,))])]),
    ]
    hashes = {hash_layout(dtype) for dtype in [base, *others]}
    assert len(hashes) == len(others) + 1
    assert hash_layout(np.dtype(base.descr)) == hash_layout(base)


def test_layout_mismatch_names_both_layouts(segment_name, record_dtype):
    cell = NewestCell.create(segment_name, record_dtype)
    other = np.dtype([("count", "i8"), ("speed", "f8")])
    with pytest.raises(SharedMemoryError) as caught:
        NewestCell.attach(segment_name, other)
    message = str(caught.value)
    assert segment_name in message
    assert f"{record_dtype.itemsize} bytes" in message and f"{other.itemsize} bytes" in message
    assert hash_layout(record_dtype).hex()[:12] in message and hash_layout(other).hex()[:12] in message
    cell.close()


def test_foreign_file_is_refused(segment_name, record_dtype):
    _path(segment_name).write_bytes(b"\1" * 100_000)
    with pytest.raises(SharedMemoryError, match="not a robot_trials segment"):
        NewestCell.attach(segment_name, record_dtype)


def test_missing_segment_is_named(segment_name, record_dtype):
    with pytest.raises(SharedMemoryError, match=f"{segment_name}: no shared memory of that name after 0.02 s"):
        NewestCell.attach(segment_name, record_dtype, timeout_s=0.02)


def test_no_room_is_reported_and_leaves_no_file(segment_name, record_dtype):
    with pytest.raises(SharedMemoryError, match="no room for"):
        SharedSegment.create(segment_name, 1, record_dtype, 1, 1 << 46)
    assert not _path(segment_name).exists()


def test_creator_unlinks_on_close_and_says_so(segment_name, record_dtype):
    creator = NewestCell.create(segment_name, record_dtype)
    reader = NewestCell.attach(segment_name, record_dtype)
    creator.segment.mark_closed("simulator died")
    creator.close()
    assert not _path(segment_name).exists()
    assert reader.segment.closed
    assert reader.segment.reason == "simulator died"
    creator.close()
    reader.close()


def test_live_name_is_not_taken_over(segment_name, record_dtype):
    cell = NewestCell.create(segment_name, record_dtype)
    with pytest.raises(SharedMemoryError, match=f"already in use by process {os.getpid()}"):
        NewestCell.create(segment_name, record_dtype)
    cell.close()


def _attach_and_exit(name, dtype):
    NewestCell.attach(name, dtype).close()


def test_segment_survives_exit_of_an_attached_process(segment_name, record_dtype):
    cell = NewestCell.create(segment_name, record_dtype)
    child = FORK.Process(target=_attach_and_exit, args=(segment_name, record_dtype))
    child.start()
    child.join(10)
    assert child.exitcode == 0
    assert _path(segment_name).exists()
    NewestCell.attach(segment_name, record_dtype).close()
    cell.close()


def _create_and_wait(name, dtype, ready):
    cell = NewestCell.create(name, dtype)
    record = np.zeros(1, dtype)
    record["count"] = 7
    cell.write(record)
    ready.set()
    signal.pause()


def test_killed_creator_leaves_its_last_value_and_a_name_that_can_be_reused(segment_name, record_dtype):
    ready = FORK.Event()
    child = FORK.Process(target=_create_and_wait, args=(segment_name, record_dtype, ready))
    child.start()
    assert ready.wait(10)
    reader = NewestCell.attach(segment_name, record_dtype)
    assert reader.segment.creator_alive
    os.kill(child.pid, signal.SIGKILL)
    child.join(10)
    record = np.zeros(1, record_dtype)
    assert reader.read_into(record) == 1
    assert int(record["count"][0]) == 7
    assert not reader.segment.creator_alive
    assert not reader.segment.closed
    successor = NewestCell.create(segment_name, record_dtype)
    assert successor.read_into(record) == 0
    successor.close()
    reader.close()
