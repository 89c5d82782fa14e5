"""The judge: watches every control tick, and says at the end whether the trial passed, with each number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from robot_trials.behaviours.context import TrialEvent
from robot_trials.config import FALLS_MAX, QP_FAILURES_MAX, UNWANTED_CONTACTS_MAX, Criteria, TrialSetup
from robot_trials.trials.measures import Measures, TickGap
from robot_trials.trials.outcome import Criterion, TrialOutcome
from robot_trials.trials.stop_history import StopHistory
from robot_trials.trials.stops import add_acts
from robot_trials.trials.trial import Trial
from robot_trials_control.records import Record, control_sample_dtype

BLOCK_TICKS = 100
"""Control ticks that are looked at together: one look costs as much as a few hundred single ticks' arithmetic."""
JUDGED_JOINTS = 1
"""Nothing that is judged depends on joints; samples that are made up again from a bag have so many."""


LABELS = {
    "falls": "Falls",
    "qp_failures": "QP failures",
    "unwanted_contacts": "Unwanted contacts",
    "distance": "Distance with the torch",
    "mean_speed": "Mean walking speed",
    "torch_tilt_p99_deg": "Torch tilt, 99th percentile",
    "torch_tilt_max_deg": "Torch tilt, largest",
    "giver_force_max": "Force on the giver beyond weight",
    "receiver_force_max": "Force on the receiver beyond weight",
    "lateral_offset_max": "Off the lane's middle, largest",
}
"""Criteria in words, by the figure that each is about."""


@dataclass(frozen=True)
class _Rule:
    """One criterion before it has a number."""

    name: str
    label: str
    unit: str
    comparison: str
    bound: float


class Judge:
    """Collects the numbers of one trial; call `observe` with every control sample.

    Args:
        setup: the trial and its criteria.
        nu: number of actuated joints.
    """

    def __init__(self, setup: TrialSetup, nu: int) -> None:
        self._criteria = setup.criteria
        self._measures = Measures(setup.trial.payload.mass, setup.site.ground)
        self._stops = StopHistory()
        self._notes: list[TrialEvent] = []
        self._block = np.zeros(BLOCK_TICKS, dtype=control_sample_dtype(nu))
        self._rows = self._block.view(np.uint8).reshape(BLOCK_TICKS, self._block.itemsize)
        self._filled = 0
        self._source: Record | None = None
        self._source_bytes = np.zeros(0, np.uint8)

    def observe(self, sample: Record) -> None:
        """Copy one control sample; every `BLOCK_TICKS` of them are looked at."""
        if sample is not self._source:
            self._source, self._source_bytes = sample, sample.data.view(np.uint8)
        self._rows[self._filled] = self._source_bytes
        self._filled += 1
        if self._filled == BLOCK_TICKS:
            self._look()

    __call__ = observe

    def note(self, event: TrialEvent) -> None:
        """Keep what something else than the trial has told, such as the node that listens for stops."""
        self._notes.append(event)

    def conclude(
        self,
        trial: Trial,
        *,
        fault: str = "",
        wall_time: float = float("nan"),
        identity: Mapping[str, str] | None = None,
        bag: Path | None = None,
    ) -> TrialOutcome:
        """The verdict.

        Args:
            trial: how far the trial itself got.
            fault: what broke outside the trial, such as the simulator; empty if nothing did.
            wall_time: time the run took [s].
            identity: who ran what, kept in the verdict.
            bag: recording, if one was made.
        """
        self._look()
        figures = self._measures.compute_figures() | {"wall_time": wall_time}
        criteria = compute_criteria(figures, self._criteria)
        reason = fault or trial.reason or find_shortfall(criteria)
        if not reason and not trial.succeeded:
            reason = f"the trial was not finished, in phase {trial.phase}"
        notes = [*self._notes, *describe_gaps(self._measures.gaps)]
        events = sorted([*trial.events, *notes], key=lambda event: event.time_ns) if notes else list(trial.events)
        return TrialOutcome(
            passed=not reason,
            reason=reason,
            ended="unknown" if fault else trial.ended,
            criteria=criteria,
            figures=figures,
            phases=tuple(trial.phases),
            events=tuple(events),
            stops=add_acts(self._stops.stops, events),
            identity=dict(identity or {}),
            bag=bag,
        )

    def _look(self) -> None:
        self._measures.add(self._block[: self._filled])
        self._stops.add(self._block[: self._filled])
        self._filled = 0


def describe_gaps(gaps: Sequence[TickGap]) -> list[TrialEvent]:
    """Control ticks that never came, as events."""
    return [
        TrialEvent(
            gap.end_ns,
            "warn",
            "recording",
            f"{gap.count} control ticks are missing between {gap.start_ns * 1e-9:.3f} s and {gap.end_ns * 1e-9:.3f} s",
            {"missing_ticks": float(gap.count)},
        )
        for gap in gaps
    ]


def compute_criteria(figures: Mapping[str, float], criteria: Criteria) -> tuple[Criterion, ...]:
    """Every criterion with its number; a number that is missing or NaN is not met."""
    results = []
    for rule in _list_rules(criteria):
        value = figures.get(rule.name, float("nan"))
        passed = value >= rule.bound if rule.comparison == ">=" else value <= rule.bound
        results.append(Criterion(rule.name, rule.label, value, rule.unit, rule.bound, rule.comparison, bool(passed)))
    return tuple(results)


def is_shortfall(reason: str) -> bool:
    """Whether a reason is a criterion that was not met, as `find_shortfall` says it."""
    return any(reason.startswith(f"{label}: ") for label in LABELS.values())


def _list_rules(criteria: Criteria) -> list[_Rule]:
    return [
        _Rule(name, LABELS[name], unit, comparison, bound)
        for name, unit, comparison, bound in (
            ("falls", "", "<=", FALLS_MAX),
            ("qp_failures", "", "<=", QP_FAILURES_MAX),
            ("unwanted_contacts", "", "<=", UNWANTED_CONTACTS_MAX),
            ("distance", "m", ">=", criteria.distance_min),
            ("mean_speed", "m/s", ">=", criteria.mean_speed_min),
            ("torch_tilt_p99_deg", "deg", "<=", criteria.torch_tilt_p99_max_deg),
            ("torch_tilt_max_deg", "deg", "<=", criteria.torch_tilt_max_deg),
            ("giver_force_max", "N", "<=", criteria.human_force_max),
            ("receiver_force_max", "N", "<=", criteria.human_force_max),
            ("lateral_offset_max", "m", "<=", criteria.lateral_offset_max),
        )
    ]


def find_shortfall(criteria: tuple[Criterion, ...]) -> str:
    """The first criterion that is not met, in words."""
    for criterion in criteria:
        if not criterion.passed:
            sign = "≥" if criterion.comparison == ">=" else "≤"
            text = f"{criterion.label}: {criterion.value:.3g} must be {sign} {criterion.bound:g} {criterion.unit}"
            return text.strip()
    return ""
