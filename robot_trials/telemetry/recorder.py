"""Records a trial: control samples at their full rate, and everything else that happens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np

from robot_trials.telemetry import topics
from robot_trials.telemetry.bag.reserve import DiskReserve
from robot_trials.telemetry.bag.writer import BagWriter
from robot_trials.telemetry.errors import DiskFullError
from robot_trials.telemetry.identity import TrialIdentity
from robot_trials.telemetry.messages import said
from robot_trials.telemetry.messages.control_topics import make_control_topics
from robot_trials.telemetry.messages.frames import FrameNames
from robot_trials.telemetry.messages.health import Health, describe_battery, describe_controller, describe_timing
from robot_trials.telemetry.messages.message import Message
from robot_trials.telemetry.messages.template import RecordTopic
from robot_trials.telemetry.messages.trial_ticks import TrialTickMessages
from robot_trials.telemetry.video import encode_jpeg
from robot_trials.telemetry.wire.cdr import compute_layout
from robot_trials.telemetry.wire.message_table import MessageTable, TableEntry
from robot_trials_control.records import Record, control_sample_dtype

BATCH_TICKS = 100
"""Control ticks encoded at once, 200 ms at 500 Hz."""

KEPT_TOPICS = frozenset({topics.TRIAL_PHASE.name, topics.TRIAL_EVENTS.name, topics.STOP_REQUESTS.name})


class Event(Protocol):
    """Something worth a line in the report."""

    @property
    def time_ns(self) -> int:
        """When, since the trial's start."""

    @property
    def severity(self) -> str:
        """One of `said.SEVERITIES`."""

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
        frames: names of the robot's coordinate frames.
        payload_hand: LEFT or RIGHT, as the trial has it.
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
        *,
        frames: FrameNames,
        payload_hand: int,
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
        self._frames = frames
        self._ticked = TrialTickMessages(frames, self._start_ns)
        control_topics = make_control_topics(tuple(joint_names), frames, payload_hand)
        periods = sorted({topic.every_ticks for topic in control_topics})
        self._groups = [_TopicGroup(self._writer, control_topics, period) for period in periods]
        self._batch = np.zeros(BATCH_TICKS, dtype=control_sample_dtype(len(joint_names)))
        self._batch_memory = self._batch.view(np.uint8).data
        self._sample_size = self._batch.itemsize
        self._filled = 0
        self._ticks = 0
        self._phase = ""
        if urdf:
            self.write(said.make_robot_description(self._start_ns + begun_ns, urdf))
        if site:
            self.write(said.make_site(self._start_ns + begun_ns, site))

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

    def write(self, message: Message) -> None:
        """Write one message at its stamp."""
        self._writer.write(message.topic.name, message.civil_ns, message.data)

    def write_tick(self, time_ns: int, map_to_odom: Sequence[float], command: Record) -> None:
        """What the trial says at one of its ticks; see `TrialTickMessages.make`."""
        for message in self._ticked.make(time_ns, map_to_odom, command):
            self.write(message)

    def write_phase(self, time_ns: int, phase: str, detail: str = "") -> None:
        """The trial enters a phase; an empty name says that no trial runs any more."""
        self.write(said.make_phase(self._start_ns + time_ns, self._run_id, phase, self._phase, detail))
        self._phase = phase

    def write_event(self, event: Event) -> None:
        """Something worth a line in the report."""
        severity = said.SEVERITIES[event.severity]
        civil_ns = self._start_ns + event.time_ns
        self.write(said.make_event(civil_ns, severity, event.source, event.text, event.values))

    def write_stop_request(self, time_ns: int, request: said.StopRequest) -> None:
        """Somebody asks for a stop, acts on one, or a stop button changes."""
        self.write(said.make_stop_request(self._start_ns + time_ns, request))

    def write_frame(self, frame: Frame, seen: Iterable[said.Seen]) -> None:
        """Compress and write one picture of the head camera, with the fiducials in it."""
        self.write_jpeg(frame.time_ns, encode_jpeg(frame.image_bgr))
        self.write_detections(frame.time_ns, seen)

    def write_jpeg(self, time_ns: int, jpeg: bytes) -> None:
        """Write one compressed picture of the head camera, taken at `time_ns`."""
        self.write(said.make_picture(self._start_ns + time_ns, self._frames, jpeg))

    def write_detections(self, time_ns: int, seen: Iterable[said.Seen]) -> None:
        """Write the fiducials of one frame, taken at `time_ns`."""
        self.write(said.make_detections(self._start_ns + time_ns, self._frames, seen))

    def write_health(self, sample: Record) -> None:
        """Health of loop, controller and battery as one control sample tells it; once a second is enough."""
        states = [describe_timing(sample), describe_controller(sample), describe_battery(sample)]
        self.write_diagnostics(int(sample.state.time_ns), states)

    def write_diagnostics(self, time_ns: int, states: Sequence[Health]) -> None:
        """Health of components."""
        self.write(said.make_diagnostics(self._start_ns + time_ns, states))

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

    def __init__(self, writer: BagWriter, control_topics: Sequence[RecordTopic], every_ticks: int) -> None:
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
