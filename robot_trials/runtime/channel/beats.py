"""Signs of life of nodes in shared memory: given by one process a node, watched by others."""

from __future__ import annotations

import fcntl
import os
import time

import numpy as np

from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.layout import BEAT_DTYPE
from robot_trials.runtime.channel.shared_memory import SharedMemoryError, is_process_alive
from robot_trials_control.records import Record


class BeatWriter:
    """Gives one node's signs of life; counts on from those of the process before.

    Args:
        channel: of the robot.
        node: one of `channel.BEATING`.
        configuration: hash of what it has read; empty for nothing.

    Raises:
        SharedMemoryError: another living process is that node: two would write over each other.
    """

    def __init__(self, channel: Channel, node: str, configuration: str = "") -> None:
        self._lock = _lock(channel, node)
        self._cell = channel.beat(node)
        self._record = Record(np.zeros(1, BEAT_DTYPE))
        self._cell.read_into(self._record.data)
        self._record.pid[...] = os.getpid()
        self._record.configuration[...] = configuration.encode()
        self._cell.write(self._record.data)  # no sign of life yet, but whose death to look out for

    def beat(self) -> None:
        """One sign of life."""
        if self._lock < 0:
            return
        self._record.count[...] += 1
        self._record.monotonic_ns[...] = time.monotonic_ns()
        self._cell.write(self._record.data)

    def close(self) -> None:
        """Beat no more, and let another process be this node; idempotent."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


class BeatReader:
    """What a node's signs of life say now.

    Attributes:
        count: of the newest sign; 0 before the first.
        pid: process that gives them; 0 before there was one.
        seen_at: when it was given, CLOCK_MONOTONIC [s].
        configuration: hash of what the node has read; empty for nothing.
    """

    def __init__(self, channel: Channel, node: str) -> None:
        self.count = self.pid = 0
        self.seen_at = 0.0
        self.configuration = ""
        self._cell = channel.beat(node)
        self._record = Record(np.zeros(1, BEAT_DTYPE))
        self._sequence = 0

    def read(self) -> int:
        """Take the newest sign in; its count. A damaged one counts as none."""
        if self._cell.sequence != self._sequence:
            try:
                self._sequence = self._cell.read_into(self._record.data)
            except SharedMemoryError:
                return self.count
            self.count, self.pid = int(self._record.count), int(self._record.pid)
            self.seen_at = int(self._record.monotonic_ns) * 1e-9
            self.configuration = bytes(self._record.configuration.item()).decode(errors="ignore")
        return self.count

    @property
    def is_dead(self) -> bool:
        """Whether the process that gives the signs is gone."""
        return self.pid > 0 and not is_process_alive(self.pid)


def _lock(channel: Channel, node: str) -> int:
    """Descriptor of the cell's file, locked for as long as this process lives and keeps it open."""
    path = channel.beat(node).segment.path
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError as error:
        raise SharedMemoryError(f"{path}: the control process has ended") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        reader = BeatReader(channel, node)
        reader.read()
        raise SharedMemoryError(
            f"channel {channel.info.channel!r} has a {node} already: process {reader.pid}"
        ) from error
    return descriptor
