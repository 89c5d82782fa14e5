"""The log ring: order, completeness, overruns, and the death of either side."""

import multiprocessing
import os
import signal
import time

import numpy as np
import pytest

from robot_trials.runtime.channel.log_ring import LogRing
from robot_trials.runtime.channel.shared_memory import SharedMemoryError

FORK = multiprocessing.get_context("fork")


def _fill(record, count):
    record["count"], record["values"] = count, count
    return record


def test_records_come_out_in_order_and_whole(segment_name, record_dtype):
    producer = LogRing.create(segment_name, record_dtype, capacity=4)
    consumer = LogRing.attach(segment_name, record_dtype)
    record, read = np.zeros(1, record_dtype), np.zeros(1, record_dtype)
    expected = 0
    for count in range(11):
        assert producer.push(_fill(record, count))
        if len(producer) == 3:
            while consumer.pop_into(read):
                assert int(read["count"][0]) == expected == int(read["values"][0, -1])
                expected += 1
    assert consumer.overruns == 0
    assert expected + len(consumer) == 11 == producer.written
    producer.close()
    consumer.close()


def test_full_ring_drops_the_newest_and_counts(segment_name, record_dtype):
    ring = LogRing.create(segment_name, record_dtype, capacity=3)
    record = np.zeros(1, record_dtype)
    accepted = [ring.push(_fill(record, count)) for count in range(5)]
    assert accepted == [True, True, True, False, False]
    assert ring.overruns == 2
    read = []
    while ring.pop_into(record):
        read.append(int(record["count"][0]))
    assert read == [0, 1, 2]
    ring.close()


def test_damaged_record_is_reported_then_skipped(segment_name, record_dtype):
    ring = LogRing.create(segment_name, record_dtype, capacity=4)
    record = np.zeros(1, record_dtype)
    ring.push(_fill(record, 0))
    ring.push(_fill(record, 1))
    ring._bytes[0, 20] ^= 1
    with pytest.raises(SharedMemoryError, match="record 0 is damaged"):
        ring.pop_into(record)
    assert ring.pop_into(record)
    assert int(record["count"][0]) == 1
    ring.close()


def _push_forever(name, dtype):
    ring = LogRing.attach(name, dtype)
    record = np.zeros(1, dtype)
    count = 0
    while True:
        if ring.push(_fill(record, count)):
            count += 1
        else:
            time.sleep(0.0005)


def test_two_processes_lose_nothing_and_a_killed_producer_leaves_whole_records(segment_name, record_dtype):
    ring = LogRing.create(segment_name, record_dtype, capacity=16)
    producer = FORK.Process(target=_push_forever, args=(segment_name, record_dtype))
    producer.start()
    record = np.zeros(1, record_dtype)
    expected = 0
    deadline = time.monotonic() + 0.4
    while time.monotonic() < deadline:
        if not ring.pop_into(record):
            time.sleep(0.0005)
            continue
        assert int(record["count"][0]) == expected == int(record["values"][0, -1])
        expected += 1
    os.kill(producer.pid, signal.SIGKILL)
    producer.join(10)
    while ring.pop_into(record):
        assert int(record["count"][0]) == expected == int(record["values"][0, -1])
        expected += 1
    assert expected > 50
    assert expected == ring.written
    ring.close()


def _pop_forever(name, dtype, ready):
    ring = LogRing.attach(name, dtype)
    record = np.zeros(1, dtype)
    ready.set()
    while True:
        if not ring.pop_into(record):
            time.sleep(0.001)


def test_killed_consumer_costs_overruns_and_nothing_else(segment_name, record_dtype):
    ring = LogRing.create(segment_name, record_dtype, capacity=8)
    ready = FORK.Event()
    consumer = FORK.Process(target=_pop_forever, args=(segment_name, record_dtype, ready))
    consumer.start()
    assert ready.wait(10)
    os.kill(consumer.pid, signal.SIGKILL)
    consumer.join(10)
    record = np.zeros(1, record_dtype)
    for count in range(20):
        ring.push(_fill(record, count))
    assert ring.overruns == 20 - ring.written
    assert ring.overruns >= 11
    replacement = LogRing.attach(segment_name, record_dtype)
    assert replacement.pop_into(record)
    assert ring.push(record)
    replacement.close()
    ring.close()
