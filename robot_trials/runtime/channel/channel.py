"""One end of what the processes of one robot share: segments by name under /dev/shm, as `layout` lists them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from robot_trials.runtime.channel.files import name_file, remove_channel
from robot_trials.runtime.channel.info import ChannelInfo, await_info, publish_info, remove_info
from robot_trials.runtime.channel.layout import (
    BEAT_DTYPE,
    BEATING,
    DRIVE_DTYPE,
    EXCHANGE_DTYPE,
    FIDUCIAL_CAPACITY,
    FIDUCIAL_DTYPE,
    FRAME_CAPACITY,
    HEALTH_DTYPE,
    HEARTBEAT_DTYPE,
    LOG_CAPACITY,
    SEGMENTS,
    STOP_DTYPE,
    TRIAL_CAPACITY,
    WORLD_ANSWER_DTYPE,
    WORLD_DTYPE,
    frame_dtype,
)
from robot_trials.runtime.channel.log_ring import LogRing
from robot_trials.runtime.channel.newest_cell import NewestCell
from robot_trials.runtime.channel.shared_memory import SharedMemoryError, is_process_alive
from robot_trials_control.records import Record, control_sample_dtype

ALIVE_CHECK_S = 0.05
"""Time between two looks at the process table, which cost some 30 µs each."""


class Channel:
    """Makes or attaches to the segments of one robot, each when first asked for, and closes them together."""

    def __init__(self, info: ChannelInfo, owner: bool) -> None:
        self.info = info
        self._owner = owner
        self._open: dict[str, Any] = {}
        self._sample = control_sample_dtype(len(info.joint_names))
        self._alive, self._alive_checked = True, 0.0

    @classmethod
    def create(cls, info: ChannelInfo) -> Channel:
        """Create every segment, then publish the info that others wait for.

        Raises:
            SharedMemoryError: a living process uses that channel name, or there is no room.
        """
        channel = cls(info, owner=True)
        try:
            for name in SEGMENTS:
                getattr(channel, name)
            for node in BEATING:
                channel.beat(node)
            if info.camera_size is not None:
                channel.frames  # noqa: B018  creates the ring
            publish_info(info)
        except SharedMemoryError:
            channel.close()
            raise
        return channel

    @classmethod
    def attach(cls, name: str, timeout_s: float = 30.0, should_stop: Callable[[], bool] = lambda: False) -> Channel:
        """Wait for a control process to offer the channel.

        Raises:
            SharedMemoryError: none does within `timeout_s` [s], or before `should_stop()`.
        """
        return cls(await_info(name, timeout_s, should_stop), owner=False)

    @property
    def state(self) -> NewestCell:
        """Newest control sample."""
        return self._cell("state", self._sample)

    @property
    def command(self) -> NewestCell:
        """Newest exchange of the trial."""
        return self._cell("command", EXCHANGE_DTYPE)

    @property
    def drive(self) -> NewestCell:
        """Newest velocity command of somebody who drives by hand, or target on a path."""
        return self._cell("drive", DRIVE_DTYPE)

    @property
    def stop(self) -> NewestCell:
        """Newest act of a person on the stop ladder."""
        return self._cell("stop", STOP_DTYPE)

    @property
    def heartbeat(self) -> NewestCell:
        """Newest sign of life of the supervisor."""
        return self._cell("heartbeat", HEARTBEAT_DTYPE)

    def beat(self, node: str) -> NewestCell:
        """Newest sign of life of one of `BEATING`."""
        return self._cell(f"beat_{node}", BEAT_DTYPE)

    @property
    def health(self) -> NewestCell:
        """Newest counters of the control process."""
        return self._cell("health", HEALTH_DTYPE)

    @property
    def world(self) -> NewestCell:
        """Newest wish of a trial about its simulated world."""
        return self._cell("world", WORLD_DTYPE)

    @property
    def world_answer(self) -> NewestCell:
        """The answer to it."""
        return self._cell("world_answer", WORLD_ANSWER_DTYPE)

    @property
    def log(self) -> LogRing:
        """Control samples for the recorder."""
        return self._ring("log", self._sample, LOG_CAPACITY)

    @property
    def trial(self) -> LogRing:
        """Control samples for the trial."""
        return self._ring("trial", self._sample, TRIAL_CAPACITY)

    @property
    def fiducials(self) -> LogRing:
        """Observations of the sensor model for perception."""
        return self._ring("fiducials", FIDUCIAL_DTYPE, FIDUCIAL_CAPACITY)

    @property
    def frames(self) -> LogRing:
        """Rendered frames for perception; only where `camera_size` says so."""
        if self.info.camera_size is None:
            raise SharedMemoryError(f"channel {self.info.channel!r} carries no camera frames")
        return self._ring("frames", frame_dtype(*self.info.camera_size), FRAME_CAPACITY)

    def make_sample(self) -> Record:
        """Allocate a control sample of this robot."""
        return Record(np.zeros(1, self._sample))

    @property
    def ended(self) -> bool:
        """Whether the control process has closed the channel or died."""
        if self.state.segment.closed:
            return True
        now = time.monotonic()
        if self._alive and now - self._alive_checked > ALIVE_CHECK_S:
            self._alive, self._alive_checked = is_process_alive(self.info.pid), now
        return not self._alive

    @property
    def end_reason(self) -> str:
        """Why it ended; empty for an ordinary end."""
        segment = self.state.segment
        return segment.reason if segment.closed else f"control process {self.info.pid} died"

    def mark_closed(self, reason: str = "") -> None:
        """Owner: tell everybody that nothing more will come."""
        for name, part in self._open.items():
            if name not in ("command", "drive", "stop", "heartbeat", "world") and not name.startswith("beat_"):
                part.segment.mark_closed(reason)

    def close(self) -> None:
        """Detach; the owner also removes the files, and for one that was killed whoever closes last. Idempotent."""
        if self._owner:
            remove_info(self.info.channel)
        elif not is_process_alive(self.info.pid):
            remove_channel(self.info.channel)
        for part in self._open.values():
            part.close()
        self._open.clear()

    def _cell(self, name: str, dtype: np.dtype) -> NewestCell:
        if name not in self._open:
            full = name_file(self.info.channel, name)
            self._open[name] = NewestCell.create(full, dtype) if self._owner else NewestCell.attach(full, dtype)
        cell: NewestCell = self._open[name]
        return cell

    def _ring(self, name: str, dtype: np.dtype, capacity: int) -> LogRing:
        if name not in self._open:
            full = name_file(self.info.channel, name)
            self._open[name] = LogRing.create(full, dtype, capacity) if self._owner else LogRing.attach(full, dtype)
        ring: LogRing = self._open[name]
        return ring
