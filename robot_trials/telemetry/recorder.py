"""Records a trial: control samples at their full rate, and everything else that happens."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np

from robot_trials.telemetry import topics
from robot_trials.telemetry.bag_writer import BagWriter
from robot_trials.telemetry.cdr import compute_layout, encode, header_value, time_value
from robot_trials.telemetry.control_topics import ControlTopic, FrameNames, make_control_topics
from robot_trials.telemetry.errors import DiskFullError
from robot_trials.telemetry.health import Health, describe_battery, describe_controller, describe_timing
from robot_trials.telemetry.identity import TrialIdentity
from robot_trials.telemetry.message_table import MessageTable, TableEntry
from robot_trials.telemetry.reserve import DiskReserve
from robot_trials.telemetry.topics import Topic
from robot_trials.telemetry.video import encode_jpeg
from robot_trials_control.records import RIGHT, Record, control_sample_dtype

BATCH_TICKS = 100
"""Control ticks encoded at once, 200 ms at 500 Hz."""

SEVERITIES = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40, "fatal": 50}
"""As in rcl_interfaces/Log."""

KEPT_TOPICS = frozenset({topics.TRIAL_PHASE.name, topics.TRIAL_EVENTS.name})


class Event(Protocol):
    """Something worth a line in the report."""

    @property
    def time_ns(self) -> int:
        """When, since the trial's start."""

    @property
    def severity(self) -> str:
        """One of `SEVERITIES`."""

    @property
    def source(self) -> str:
        """Phase or component that reports."""

    @property
    def text(self) -> str:
        """One sentence."""

    @property
    def values(self) -> Mapping[str, float]:
        """The numbers behind it, units in the key."""


class Frame(Protocol):
    """A picture of the head camera."""

    @property
    def time_ns(self) -> int:
        """Capture time, since the trial's start."""

    @property
    def image_bgr(self) -> np.ndarray:
        """Shape (height, width, 3), uint8."""


class TrialRecorder:
    """Writes one trial into one bag. All times given to it are nanoseconds since the trial's start.

    Args:
        folder: the bag's folder, created here.
        identity: of the trial; its start time turns trial time into civil time.
        joint_names: of the joint arrays, in order.
        urdf: robot description, written as the first message; left out when empty.
        frames: names of coordinate frames.
        payload_hand: LEFT or RIGHT.
        site: place and course as JSON text for the replay, by `describe_site`; left out when empty.
        begun_ns: trial time at which the recording begins.

    Raises:
        FileExistsError: the folder is there already.
        DiskFullError: no room to begin.
    """

    def __init__(
        self,
        folder: Path,
        identity: TrialIdentity,
        joint_names: Sequence[str],
        urdf: str = "",
        frames: FrameNames | None = None,
        payload_hand: int = RIGHT,
        site: str = "",
        begun_ns: int = 0,
    ) -> None:
        reserve = DiskReserve(folder.parent)
        try:
            self._writer = BagWriter(folder, identity.to_metadata(), kept_topics=KEPT_TOPICS, reserve=reserve)
        except (OSError, DiskFullError):
            reserve.give_back()
            raise
        self._start_ns = identity.start_time_ns
        self._run_id = identity.run_id
        self._frames = frames or FrameNames()
        control_topics = make_control_topics(tuple(joint_names), self._frames, payload_hand)
        periods = sorted({topic.every_ticks for topic in control_topics})
        self._groups = [_TopicGroup(self._writer, control_topics, period) for period in periods]
        self._batch = np.zeros(BATCH_TICKS, dtype=control_sample_dtype(len(joint_names)))
        self._batch_memory = self._batch.view(np.uint8).data
        self._sample_size = self._batch.itemsize
        self._filled = 0
        self._ticks = 0
        self._phase = ""
        if urdf:
            self._write(topics.ROBOT_DESCRIPTION, begun_ns, {"data": urdf})
        if site:
            self._write(topics.SITE_DESCRIPTION, begun_ns, {"data": site})

    @property
    def folder(self) -> Path:
        """The bag."""
        return self._writer.folder

    @property
    def fault(self) -> DiskFullError | None:
        """Why the recording is no longer complete: the disk is full. Whoever runs the trial stops it safely."""
        return self._writer.fault

    def add_identity(self, values: Mapping[str, str]) -> None:
        """Add to the bag's metadata what is known of the trial only now, such as the goal that it runs for."""
        self._writer.add_custom_data(values)

    def write_sample(self, sample: Record) -> None:
        """Copy one control sample; every `BATCH_TICKS` of them reach the file."""
        start = self._filled * self._sample_size
        self._batch_memory[start : start + self._sample_size] = sample.to_bytes()
        self._filled += 1
        if self._filled == BATCH_TICKS:
            self._write_batch()

    __call__ = write_sample

    def write_samples(self, samples: np.ndarray) -> None:
        """Copy control samples, structured array of shape (n,)."""
        rest = samples
        while len(rest):
            count = min(len(rest), BATCH_TICKS - self._filled)
            self._batch[self._filled : self._filled + count] = rest[:count]
            self._filled += count
            rest = rest[count:]
            if self._filled == BATCH_TICKS:
                self._write_batch()

    def write_phase(self, time_ns: int, phase: str, detail: str = "") -> None:
        """The trial enters a phase; an empty name says that no trial runs any more."""
        values = {"trial": self._run_id, "phase": phase, "previous": self._phase, "detail": detail}
        self._phase = phase
        self._write(topics.TRIAL_PHASE, time_ns, {"stamp": time_value(self._start_ns + time_ns), **values})

    def write_event(self, event: Event) -> None:
        """Something worth a line in the report."""
        values = {
            "stamp": time_value(self._start_ns + event.time_ns),
            "severity": SEVERITIES[event.severity],
            "source": event.source,
            "text": event.text,
            "values": [{"key": key, "value": f"{value:.9g}"} for key, value in event.values.items()],
        }
        self._write(topics.TRIAL_EVENTS, event.time_ns, values)

    def write_frame(self, frame: Frame) -> None:
        """Compress and write one picture of the head camera."""
        self.write_jpeg(frame.time_ns, encode_jpeg(frame.image_bgr))

    def write_jpeg(self, time_ns: int, jpeg: bytes) -> None:
        """Write one compressed picture of the head camera, taken at `time_ns`."""
        header = header_value(self._start_ns + time_ns, self._frames.camera)
        self._write(topics.CAMERA, time_ns, {"header": header, "format": "jpeg", "data": jpeg})

    def write_map_to_odom(self, time_ns: int, x: float, y: float, yaw: float) -> None:
        """Where odom lies in the map [m, m, rad]."""
        transform = {
            "header": header_value(self._start_ns + time_ns, self._frames.map),
            "child_frame_id": self._frames.odom,
            "transform": {
                "translation": {"x": x, "y": y},
                "rotation": {"z": math.sin(yaw / 2), "w": math.cos(yaw / 2)},
            },
        }
        self._write(topics.TF, time_ns, {"transforms": [transform]})

    def write_health(self, sample: Record) -> None:
        """Health of loop, controller and battery as one control sample tells it; once a second is enough."""
        states = [describe_timing(sample), describe_controller(sample), describe_battery(sample)]
        self.write_diagnostics(int(sample.state.time_ns), states)

    def write_diagnostics(self, time_ns: int, states: Sequence[Health]) -> None:
        """Health of components."""
        status = [
            {
                "name": name,
                "level": level,
                "message": message,
                "hardware_id": "robot",
                "values": [{"key": key, "value": str(value)} for key, value in values.items()],
            }
            for name, level, message, values in states
        ]
        values = {"header": header_value(self._start_ns + time_ns, ""), "status": status}
        self._write(topics.DIAGNOSTICS, time_ns, values)

    def write_raw(self, topic_name: str, time_ns: int, data: bytes) -> None:
        """Write a message that is serialised already.

        Raises:
            MessageError: the bag has no such topic.
        """
        self._writer.write(topic_name, self._start_ns + time_ns, data)

    def flush(self) -> None:
        """Bring everything so far into the file."""
        if self._filled:
            self._write_batch()
        self._writer.flush()

    def close(self) -> None:
        """Flush, write the index and `metadata.yaml`; idempotent.

        Raises:
            DiskFullError: not even the index had room.
        """
        self.flush()
        self._writer.close()

    def __enter__(self) -> Self:
        """The recorder itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _write(self, topic: Topic, time_ns: int, values: Mapping[str, Any]) -> None:
        """Encode and write one message at trial time `time_ns`."""
        data = encode(self._writer.definitions, topic.type_name, values)
        self._writer.write(topic.name, self._start_ns + time_ns, data)

    def _write_batch(self) -> None:
        """Encode the samples that are there and bring them into the file."""
        samples = self._batch[: self._filled]
        for group in self._groups:
            group.write(samples, self._ticks, self._start_ns)
        self._ticks += self._filled
        self._filled = 0
        self._writer.flush()


class _TopicGroup:
    """Topics written at one rate."""

    def __init__(self, writer: BagWriter, control_topics: Sequence[ControlTopic], every_ticks: int) -> None:
        self._writer = writer
        self._every_ticks = every_ticks
        members = [topic for topic in control_topics if topic.every_ticks == every_ticks]
        self._columns = [
            (f"{member.topic.name}/{path}", source) for member in members for path, source in member.columns.items()
        ]
        entries = [
            TableEntry(
                member.topic.name,
                writer.channel_id(member.topic),
                compute_layout(writer.definitions, member.topic.type_name, member.values),
            )
            for member in members
        ]
        self._table = MessageTable(entries, BATCH_TICKS)

    def write(self, samples: np.ndarray, first_tick: int, start_ns: int) -> None:
        """Encode those of the samples that fall on this rate; the first has the number `first_tick`."""
        chosen = samples[-first_tick % self._every_ticks :: self._every_ticks]
        times_ns = chosen["state"]["time_ns"] + start_ns
        rows = self._table.start_rows(times_ns, self._writer.next_sequence(self._table))
        for name, source in self._columns:
            rows[name] = source(chosen)
        self._writer.write_rows(self._table, times_ns)
