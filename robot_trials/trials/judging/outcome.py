"""What a trial ends with: verdict, criteria with their numbers, and how it went; and the file that keeps it."""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from robot_trials.kinds.common.events import PhaseSpan, TrialEvent
from robot_trials.telemetry.whole_file import write_whole
from robot_trials.trials.judging.stops import Stop

VERDICT_FILE = "verdict.json"
VERDICTS_MAX = 99
"""Further verdicts that a folder takes beside one that lies there."""


@dataclass(frozen=True)
class Criterion:
    """One bound and whether it was met.

    Attributes:
        name: key of the figure.
        label: the same in words.
        value: as measured; NaN where it could not be.
        unit: of value and bound; empty for counts.
        bound: what it is held against.
        comparison: "<=" or ">=".
        passed: whether it was met; never for NaN.
    """

    name: str
    label: str
    value: float
    unit: str
    bound: float
    comparison: str
    passed: bool


@dataclass(frozen=True)
class TrialOutcome:
    """The end of a trial.

    Attributes:
        passed: the mission was done and every criterion met.
        reason: why not; empty for a pass.
        ended: "standing", "squatting" after a stop, "damped", or "unknown" when the robot no longer answered.
        criteria: in the order of the verdict.
        figures: every number that was measured, by name.
        phases: how the phases went.
        events: what happened.
        stops: what the stop ladder did.
        afterwards: judged on the recording by who found it, since who ran the trial was gone.
        identity: who ran what, as in the bag's metadata.
        bag: recording, if one was made.
        verdict_file: file with this outcome, if one was written.
    """

    passed: bool
    reason: str
    ended: str
    criteria: tuple[Criterion, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    phases: tuple[PhaseSpan, ...] = ()
    events: tuple[TrialEvent, ...] = ()
    stops: tuple[Stop, ...] = ()
    afterwards: bool = False
    identity: Mapping[str, str] = field(default_factory=dict)
    bag: Path | None = None
    verdict_file: Path | None = None

    def to_json_dict(self) -> dict[str, Any]:
        """As it stands in `verdict.json`; times in seconds since the trial's start, NaN as null."""
        return {
            "passed": self.passed,
            "reason": self.reason,
            "ended": self.ended,
            "afterwards": self.afterwards,
            "criteria": [_json_criterion(criterion) for criterion in self.criteria],
            "identity": dict(self.identity),
            "timeline": [
                {
                    "phase": span.name,
                    "start_s": span.start_ns * 1e-9,
                    "end_s": span.end_ns * 1e-9,
                    "result": span.result,
                    "detail": span.detail,
                }
                for span in self.phases
            ],
            "events": [
                {"time_s": event.time_ns * 1e-9, "name": event.source, "detail": event.text, "severity": event.severity}
                for event in self.events
            ],
            "stops": [stop.to_json() for stop in self.stops],
            "figures": {name: _finite(value) for name, value in self.figures.items()},
        }


def write_verdict(folder: Path, outcome: TrialOutcome) -> Path:
    """Write the outcome into a folder, whole or not at all, and never over another one.

    Returns:
        `verdict.json`; where one lies already, the first free of `verdict-2.json`, `verdict-3.json`, …

    Raises:
        OSError: the file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = _format(outcome)
    return _take_free_name(folder, lambda path: write_whole(path, text, replace=False), [VERDICT_FILE])


def overrule_verdict(folder: Path, outcome: TrialOutcome) -> Path:
    """Write an outcome that takes the place of the verdict in a folder, which is kept under another name.

    Raises:
        OSError: the file cannot be written; the verdict before stands.
    """
    path = folder / VERDICT_FILE
    if path.is_file():
        _take_free_name(folder, lambda kept: os.link(path, kept))
    return write_whole(path, _format(outcome))


def _format(outcome: TrialOutcome) -> str:
    return json.dumps(outcome.to_json_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _take_free_name(folder: Path, take: Callable[[Path], object], names: Sequence[str] = ()) -> Path:
    """The first name that no file has yet, of those given or of the numbered ones."""
    for name in [*names, *(f"verdict-{count}.json" for count in range(2, VERDICTS_MAX))]:
        try:
            take(folder / name)
        except FileExistsError:
            continue
        return folder / name
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / VERDICT_FILE))


def _json_criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "name": criterion.name,
        "label": criterion.label,
        "value": _finite(criterion.value),
        "unit": criterion.unit,
        "bound": criterion.bound,
        "comparison": criterion.comparison,
        "passed": criterion.passed,
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
