"""Recordings of made-up trials."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from recorded_frames import NAMED

from robot_trials.telemetry import TrialIdentity, TrialRecorder
from robot_trials_control.records import Record, make_control_sample

JOINT_NAMES = tuple(f"joint_{number}" for number in range(28))
START = datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=8)))
PERIOD_NS = 2_000_000


@dataclass
class SampleEvent:
    """What a trial reports."""

    time_ns: int
    severity: str = "info"
    source: str = "take_over"
    text: str = "load felt"
    values: dict[str, float] = field(default_factory=dict)


def make_identity(files: tuple[Path, ...] = ()) -> TrialIdentity:
    """Identity of a made-up trial."""
    names = ("torch_relay", "kuavo", "shenzhen_relay")
    return TrialIdentity(*names, 7, "in_process", START, "run-1", files, "0123abcd", "length=60")


def make_recorder(folder: Path, **arguments: object) -> TrialRecorder:
    """A recorder of a made-up trial."""
    return TrialRecorder(folder, make_identity(), JOINT_NAMES, **NAMED | arguments)  # type: ignore[arg-type]


def fill_sample(sample: Record, tick: int) -> None:
    """Numbers that differ from tick to tick and from field to field."""
    random = np.random.default_rng(tick)
    sample.data.view(np.uint8)[:] = 0
    for group in ("state", "command", "status", "truth"):
        record = getattr(sample, group)
        for name in record.data.dtype.names:
            column = getattr(record, name)
            if column.dtype.kind == "f":
                column[...] = random.standard_normal(column.shape)
            else:
                column[...] = random.integers(0, 2, column.shape)
    for orientation in (sample.status.base_orientation_xyzw, sample.truth.base_orientation_xyzw):
        orientation /= np.linalg.norm(orientation)
    sample.torque_applied[:] = random.standard_normal(len(sample.torque_applied))
    sample.timing.tick[...] = tick
    sample.timing.wall_ns[...] = 300_000 + tick
    sample.state.time_ns[...] = tick * PERIOD_NS


def record_ticks(recorder: TrialRecorder, count: int, first: int = 0) -> None:
    """Record so many control ticks."""
    sample = make_control_sample(len(JOINT_NAMES))
    for tick in range(first, first + count):
        fill_sample(sample, tick)
        recorder.write_sample(sample)
