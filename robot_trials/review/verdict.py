"""The verdict of a trial, as `verdict.json` beside the bag holds it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from robot_trials.telemetry import BagError

VERDICT_FILE = "verdict.json"


@dataclass(frozen=True)
class Verdict:
    """What was decided about a trial, and why.

    Attributes:
        passed: None where no verdict was written.
        reason: why it failed; empty for a pass.
        ended: `standing`, `squatting`, `damped` or `unknown`.
        criteria: name, label, value, unit, bound, comparison and passed of each.
        timeline: phase, start_s, end_s, result and detail of each phase.
        events: time_s, name, detail and severity of each event.
        figures: further numbers.
        stops: what the stop ladder did, as `verdict.json` has it; None where the verdict says nothing of stops.
        afterwards: judged on the recording, since who ran the trial was gone.
        identity: who ran what.
    """

    passed: bool | None = None
    reason: str = ""
    ended: str = "unknown"
    criteria: list[dict[str, Any]] = field(default_factory=list)
    timeline: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, float | None] = field(default_factory=dict)
    stops: list[dict[str, Any]] | None = None
    afterwards: bool = False
    identity: dict[str, str] = field(default_factory=dict)

    def bound(self, name: str) -> float | None:
        """Bound of a criterion; None where there is no such criterion."""
        return next((float(entry["bound"]) for entry in self.criteria if entry["name"] == name), None)

    def figure(self, name: str) -> float | None:
        """A number by name."""
        return self.figures.get(name, next((entry["value"] for entry in self.criteria if entry["name"] == name), None))


def load_verdict(bag_folder: Path) -> Verdict:
    """Read the verdict beside a bag; an empty one where none was written.

    Raises:
        BagError: the file is no verdict.
    """
    path = bag_folder.parent / VERDICT_FILE
    if not path.is_file():
        return Verdict(reason="no verdict was written: the trial did not come to its end")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        known = {name: content[name] for name in Verdict.__dataclass_fields__ if name in content}
        if not isinstance(known["passed"], bool):
            raise TypeError(f"passed is {known['passed']!r}")
    except (ValueError, KeyError, TypeError) as error:
        raise BagError(f"{path} is no verdict: {type(error).__name__}: {error}") from error
    return Verdict(**known)
