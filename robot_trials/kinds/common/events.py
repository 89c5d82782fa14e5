"""What happens in a trial and is worth keeping: events and phases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["info", "warn", "error"]


@dataclass(frozen=True)
class TrialEvent:
    """Something worth a line in the report.

    Attributes:
        time_ns: when it happened, time of the robot's state.
        severity: how bad it is.
        source: what it is about, for example "phase" or "load".
        text: one sentence with its numbers.
        values: numbers worth plotting, with the unit in the name or the sentence.
    """

    time_ns: int
    severity: Severity
    source: str
    text: str
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PhaseSpan:
    """One phase as it went.

    Attributes:
        name: phase of the trial.
        start_ns: when it began.
        end_ns: when it ended; the newest time while it runs.
        result: "success", "failure" or "running".
        detail: reason of a failure, or empty.
    """

    name: str
    start_ns: int
    end_ns: int
    result: str
    detail: str
