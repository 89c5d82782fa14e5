"""Everything that the control process shares with the other processes of one robot, by name under /dev/shm.

| segment | record | from → to |
|---|---|---|
| `state` | control sample, newest | control → anybody |
| `log` | control samples, every tick | control → recorder |
| `trial` | control samples, every tick | control → trial |
| `command` | exchange, newest | trial → control |
| `drive` | velocity command or walking target, newest | control node → control |
| `stop` | emergency stop, people's acts, sign of life, newest | stop node → control |
| `heartbeat` | sign of life and what was found, newest | safety node → control |
| `beat_NODE` | sign of life of one node, newest | that node → safety node, control |
| `health` | counters of the control process, newest | control → anybody |
| `frames` | camera frames (only with rendered frames) | control → perception |
| `fiducials` | observations of the sensor model | control → perception |
| `world`, `world_answer` | what a trial needs of its simulated world, and the answer, newest | trial ↔ control |
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from robot_trials.runtime.log_ring import LogRing
from robot_trials.runtime.newest_cell import NewestCell
from robot_trials.runtime.shared_memory import (
    SHARED_MEMORY_FOLDER,
    SharedMemoryError,
    is_process_alive,
    remove_file,
    remove_if_abandoned,
)
from robot_trials_control.records import Record, control_sample_dtype, motion_command_fields

LOG_CAPACITY = 8192  # 16 s of control ticks at 500 Hz
TRIAL_CAPACITY = 1024  # 2 s
FRAME_CAPACITY = 4
FIDUCIAL_CAPACITY = 256
INFO_POLL_S = 0.02
ALIVE_CHECK_S = 0.05
"""Time between two looks at the process table, which cost some 30 µs each."""

EXCHANGE_DTYPE = np.dtype(
    [
        ("tick", "i8"),  # control tick that this command answers
        ("active", "u1"),  # 1 while a trial runs, 0 when it asks nothing
        ("command", np.dtype(motion_command_fields(), align=True)),
    ],
    align=True,
)
DRIVE_ALONG, DRIVE_TO = 0, 1
DRIVE_DTYPE = np.dtype(
    [
        ("monotonic_ns", "i8"),  # CLOCK_MONOTONIC when it arrived
        ("velocity", "f8", (3,)),  # forward, left, yaw rate in the heading frame [m/s, m/s, rad/s]
        ("target", "f8", (3,)),  # x, y, yaw in odom [m, m, rad]
        ("speed", "f8"),  # on the way to it [m/s]
        ("kind", "u1"),  # DRIVE_ALONG a velocity, DRIVE_TO a target
    ],
    align=True,
)
OBSTACLE_BYTES, WHO_BYTES = 256, 96
STOP_DTYPE = np.dtype(
    [
        ("rearm", "i8"),
        ("lower", "i8"),
        ("act_ends_ns", "i8"),  # the newest act counts no longer than until then, CLOCK_MONOTONIC
        ("inputs", "i8"),
        ("asked", "u4"),
        ("e_stop", "u1"),
        ("buttons", "u4"),  # stop buttons that have been alive: bit set in the order of the site's list
        ("who", f"S{WHO_BYTES}"),  # who let the robot move again last
        ("obstacle", f"S{OBSTACLE_BYTES}"),  # why no trial may start; empty: it may
    ],
    align=True,
)
"""What the stop node hears from people and buttons: see the fields of the same names in `safety.stop_requests`."""
HEARTBEAT_DTYPE = np.dtype([("count", "i8"), ("asked", "u4"), ("obstacle", f"S{OBSTACLE_BYTES}")], align=True)
"""The supervisor's sign of life, the triggers it calls for now, and why no trial may start."""
BEAT_DTYPE = np.dtype([("count", "i8"), ("pid", "i8"), ("monotonic_ns", "i8"), ("configuration", "S64")], align=True)
"""A node's sign of life from its executor: count grows several times a second; process id; CLOCK_MONOTONIC [ns];
hash of the configuration that it has read, empty for a node that reads none."""
BEATING = ("control_node", "stop_node", "perception_node", "recorder_node", "trial_node", "safety_node")
"""Nodes of a robot that give signs of life."""
HEALTH_DTYPE = np.dtype(
    [
        ("following", "u1"),  # Following
        ("quiet_takeovers", "i8"),  # times the trial went quiet and the safe continuation took over
        ("log_overruns", "i8"),
        ("trial_overruns", "i8"),
        ("fifo", "u1"),
        ("memory_locked", "u1"),
        ("ending", "u1"),
        ("pauses", "i8"),  # times the process was held up, unasked, for longer than `pauses.PAUSE_S`
        ("pause_max", "f8"),  # longest of them [s]
        ("acts", "i8"),  # sum of the counts `rearm` and `lower` that have been judged
        ("act_refused", "u4"),  # of the newest act: 0 when it had its effect, else `safety.stop_guard.Refusal`
        ("act_triggers", "u4"),  # of the newest act: triggers that were active then
    ],
    align=True,
)
WORLD_DTYPE = np.dtype([("count", "i8"), ("enter", "u1"), ("setup", "S16384")], align=True)
"""A wish: enter the world of another trial, or put things back; keyword arguments of `load_trial_setup`, as JSON."""
WORLD_ANSWER_DTYPE = np.dtype([("count", "i8"), ("trouble", "S1024")], align=True)
"""The count of the wish that was answered, and why it could not be fulfilled; empty: it was."""
SEGMENTS = (
    *("state", "log", "trial", "command", "drive", "stop", "heartbeat", "health", "fiducials"),
    *("world", "world_answer"),
)
"""Segments of every channel, beside the nodes' signs of life and the camera's frames."""
FIDUCIAL_DTYPE = np.dtype([("time_ns", "i8"), ("tag_id", "i4"), ("transform_camera_tag", "f8", (4, 4))], align=True)


def frame_dtype(width: int, height: int) -> np.dtype:
    """One picture of the head camera: capture time, intrinsics [px], BGR image."""
    return np.dtype(
        [("time_ns", "i8"), ("camera_matrix", "f8", (3, 3)), ("image_bgr", "u1", (height, width, 3))], align=True
    )


@dataclass(frozen=True)
class ChannelInfo:
    """What an attaching process must know of the robot behind the channel.

    Attributes:
        channel: name of the channel.
        pid: the control process.
        joint_names: actuated joints in the order of every joint array.
        control_period_ns: time between control ticks [ns].
        ticks_per_exchange: control ticks per trial tick.
        start_time_ns: civil time of simulated time 0, since 1970 UTC [ns].
        lockstep: the world waits for every trial tick.
        camera_size: width and height of rendered frames [px]; None when a sensor model gives observations.
        frames: URDF frame by role: base, imu, camera_optical, left_foot, right_foot, left_hand, right_hand.
        urdf_text: robot description.
        configuration_hash: of everything that the control process has read; empty where it read nothing.
        configuration: hash and file of each role, such as trial, site, permit.
    """

    channel: str
    pid: int
    joint_names: tuple[str, ...]
    control_period_ns: int
    ticks_per_exchange: int
    start_time_ns: int
    lockstep: bool
    camera_size: tuple[int, int] | None
    frames: dict[str, str]
    urdf_text: str
    configuration_hash: str = ""
    configuration: dict[str, tuple[str, str]] = dataclasses.field(default_factory=dict)


def make_exchange() -> Record:
    """Allocate an exchange record: not active, unit quaternions."""
    exchange = Record(np.zeros(1, EXCHANGE_DTYPE))
    exchange.command.hand_orientation_xyzw[:, 3] = 1.0
    return exchange


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
            for name in (
                "state",
                "log",
                "trial",
                "command",
                "drive",
                "stop",
                "heartbeat",
                "health",
                "fiducials",
                "world",
                "world_answer",
            ):
                getattr(channel, name)
            for node in BEATING:
                channel.beat(node)
            if info.camera_size is not None:
                channel.frames  # noqa: B018  creates the ring
            channel._publish_info()
        except SharedMemoryError:
            channel.close()
            raise
        return channel

    def _publish_info(self) -> None:
        path = _info_path(self.info.channel)
        draft = path.with_suffix(".draft")
        try:
            draft.write_text(json.dumps(dataclasses.asdict(self.info)), encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise SharedMemoryError(f"{path}: cannot be written: {error.strerror}") from error

    @classmethod
    def attach(cls, name: str, timeout_s: float = 30.0, should_stop: Callable[[], bool] = lambda: False) -> Channel:
        """Wait for a control process to offer the channel.

        Raises:
            SharedMemoryError: none does within `timeout_s` [s], or before `should_stop()`.
        """
        path = _info_path(name)
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                data = json.loads(path.read_text(encoding="utf-8"))
            except FileNotFoundError:
                data = None
            if data is not None and is_process_alive(data["pid"]):
                camera_size = tuple(data["camera_size"]) if data["camera_size"] else None
                names = tuple(data["joint_names"])
                return cls(ChannelInfo(**data | {"joint_names": names, "camera_size": camera_size}), owner=False)
            if time.monotonic() > deadline or should_stop():
                raise SharedMemoryError(f"{path}: no control process offers channel {name!r} after {timeout_s:g} s")
            time.sleep(INFO_POLL_S)

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
            remove_file(_info_path(self.info.channel))
        elif not is_process_alive(self.info.pid):
            remove_channel(self.info.channel)
        for part in self._open.values():
            part.close()
        self._open.clear()

    def _cell(self, name: str, dtype: np.dtype) -> NewestCell:
        if name not in self._open:
            full = f"{_prefix(self.info.channel)}.{name}"
            self._open[name] = NewestCell.create(full, dtype) if self._owner else NewestCell.attach(full, dtype)
        cell: NewestCell = self._open[name]
        return cell

    def _ring(self, name: str, dtype: np.dtype, capacity: int) -> LogRing:
        if name not in self._open:
            full = f"{_prefix(self.info.channel)}.{name}"
            self._open[name] = LogRing.create(full, dtype, capacity) if self._owner else LogRing.attach(full, dtype)
        ring: LogRing = self._open[name]
        return ring


def remove_channel(name: str) -> None:
    """Remove what a killed control process left behind under /dev/shm; what a living one has made stays."""
    for file in SHARED_MEMORY_FOLDER.glob(f"{_prefix(name)}.*"):
        if file.suffix not in (".json", ".draft"):
            remove_if_abandoned(file)
    info = _info_path(name)
    if not set(SHARED_MEMORY_FOLDER.glob(f"{_prefix(name)}.*")) - {info, info.with_suffix(".draft")}:
        for file in (info, info.with_suffix(".draft")):
            remove_file(file)


def remove_abandoned_channels() -> list[str]:
    """Remove what killed control processes left behind under /dev/shm, whatever their names; channels that are gone."""
    files = SHARED_MEMORY_FOLDER.glob(_prefix("*.*"))
    names = sorted({file.name.removeprefix(_prefix("")).split(".")[0] for file in files})
    for name in names:
        remove_channel(name)
    return [name for name in names if not any(SHARED_MEMORY_FOLDER.glob(f"{_prefix(name)}.*"))]


def _prefix(channel: str) -> str:
    return f"robot_trials_{channel}"


def _info_path(channel: str) -> Any:
    return SHARED_MEMORY_FOLDER / f"{_prefix(channel)}.info.json"
