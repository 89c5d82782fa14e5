"""What a control process tells those that attach to its robot: published when every segment is there, as JSON."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from robot_trials.runtime.channel.files import find_info
from robot_trials.runtime.channel.shared_memory import SharedMemoryError, is_process_alive, remove_file

POLL_S = 0.02
"""Time between two looks for a channel that is not there yet."""


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


def publish_info(info: ChannelInfo) -> None:
    """Tell what others wait for; whoever reads it finds all of it.

    Raises:
        SharedMemoryError: it cannot be written.
    """
    path = find_info(info.channel)
    draft = path.with_suffix(".draft")
    try:
        draft.write_text(json.dumps(dataclasses.asdict(info)), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise SharedMemoryError(f"{path}: cannot be written: {error.strerror}") from error


def await_info(channel: str, timeout_s: float, should_stop: Callable[[], bool]) -> ChannelInfo:
    """Wait for a living control process to offer a channel.

    Raises:
        SharedMemoryError: none does within `timeout_s` [s], or before `should_stop()`.
    """
    path = find_info(channel)
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            data = None
        if data is not None and is_process_alive(data["pid"]):
            camera_size = tuple(data["camera_size"]) if data["camera_size"] else None
            return ChannelInfo(**data | {"joint_names": tuple(data["joint_names"]), "camera_size": camera_size})
        if time.monotonic() > deadline or should_stop():
            raise SharedMemoryError(f"{path}: no control process offers channel {channel!r} after {timeout_s:g} s")
        time.sleep(POLL_S)


def remove_info(channel: str) -> None:
    """Offer the channel no more."""
    remove_file(find_info(channel))
