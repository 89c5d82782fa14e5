"""The newest-value cell under a writer that never rests, and with damage planted."""

import multiprocessing
import os
import signal
import time

import numpy as np
import pytest

from robot_trials.runtime.channel.newest_cell import NewestCell
from robot_trials.runtime.channel.shared_memory import HEADER_BYTES, SharedMemoryError

FORK = multiprocessing.get_context("fork")


def test_empty_cell_reads_zero(segment_name, record_dtype):
    cell = NewestCell.create(segment_name, record_dtype)
    target = np.zeros(1, record_dtype)
    target["count"] = -1
    assert cell.read_into(target) == 0
    assert int(target["count"][0]) == -1
    cell.close()


def test_newest_value_wins(segment_name, record_dtype):
    writer = NewestCell.create(segment_name, record_dtype)
    reader = NewestCell.attach(segment_name, record_dtype)
    record, read = np.zeros(1, record_dtype), np.zeros(1, record_dtype)
    for count in range(5):
        record["count"], record["values"] = count, count
        writer.write(record)
    assert reader.read_into(read) == 5
    assert read.tobytes() == record.tobytes()
    writer.close()
    reader.close()


def _write_forever(name, dtype):
    cell = NewestCell.attach(name, dtype)
    record = np.zeros(1, dtype)
    count = 0
    while True:
        count += 1
        record["count"], record["values"] = count, count
        cell.write(record)


def test_reader_never_sees_a_mixture_and_the_value_outlives_a_killed_writer(segment_name, record_dtype):
    reader = NewestCell.create(segment_name, record_dtype)
    writer = FORK.Process(target=_write_forever, args=(segment_name, record_dtype))
    writer.start()
    record = np.zeros(1, record_dtype)
    deadline = time.monotonic() + 0.5
    last, reads = 0, 0
    try:
        while time.monotonic() < deadline:
            sequence = reader.read_into(record)
            if sequence == 0:
                time.sleep(0.001)
                continue
            values = record["values"][0]
            assert values.min() == values.max() == record["count"][0] == sequence
            assert sequence >= last
            last, reads = sequence, reads + 1
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        writer.join(10)
    assert reads > 50
    assert reader.read_into(record) >= last
    assert record["values"][0].min() == record["values"][0].max()
    reader.close()


def test_half_written_slot_is_not_returned(segment_name, record_dtype):
    """As after a kill in the middle of a write: the unpublished slot holds rubbish."""
    cell = NewestCell.create(segment_name, record_dtype)
    record = np.zeros(1, record_dtype)
    record["count"] = 1
    cell.write(record)
    cell._bytes[0][:100] = 0xAB  # slot 0 is next
    assert cell.read_into(record) == 1
    assert int(record["count"][0]) == 1
    cell.close()


def test_damage_is_an_error_and_not_a_value(segment_name, record_dtype):
    cell = NewestCell.create(segment_name, record_dtype)
    record = np.zeros(1, record_dtype)
    cell.write(record)
    with open(f"/dev/shm/{segment_name}", "r+b") as file:
        file.seek(HEADER_BYTES + 64)
        contents = bytearray(file.read())
        file.seek(HEADER_BYTES + 64)
        file.write(
            bytes(byte ^ 1 if index > record_dtype.itemsize + 100 else byte for index, byte in enumerate(contents))
        )
    with pytest.raises(SharedMemoryError, match="CRC does not agree"):
        cell.read_into(record)
    assert cell.torn_reads > 0
    cell.close()
