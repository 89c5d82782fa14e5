"""The judge: watches every control tick, and says at the end whether the trial passed, with each number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from robot_trials.config import TrialSetup
from robot_trials.config.site.ground import GroundSpec
from robot_trials.kinds.common.events import TrialEvent
from robot_trials.kinds.contract import Measure, TrialKind
from robot_trials.trials.judging.outcome import Criterion, TrialOutcome
from robot_trials.trials.judging.run_measure import RunMeasure, TickGap
from robot_trials.trials.judging.stop_history import StopHistory
from robot_trials.trials.judging.stops import add_acts
from robot_trials_control.records import Record, control_sample_dtype

if TYPE_CHECKING:
    from robot_trials.trials.trial import Trial

BLOCK_TICKS = 100
"""Control ticks that are looked at together: one look costs as much as a few hundred single ticks' arithmetic."""
JUDGED_JOINTS = 1
"""Nothing that is judged depends on joints; samples that are made up again from a bag have so many."""


_SHORTFALL = re.compile(r"[A-Z][^:]*: \S+ must be [≥≤] ")
"""A criterion that was not met, as `find_shortfall` says it."""


class Judge:
    """Collects the numbers of one trial; call `observe` with every control sample.

    Attributes:
        measures: what it looks with.

    Args:
        setup: the trial and its criteria.
        nu: number of actuated joints.
    """

    def __init__(self, setup: TrialSetup, nu: int) -> None:
        self._run, *_ = self.measures = list_measures(setup.kind, setup.site.ground, setup.kind.describe_judging(setup))
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
        figures = compute_figures(self.measures) | {"wall_time": wall_time}
        criteria = compute_criteria(figures, self.measures)
        reason = fault or trial.reason or find_shortfall(criteria)
        if not reason and not trial.succeeded:
            reason = f"the trial was not finished, in phase {trial.phase}"
        notes = [*self._notes, *describe_gaps(self._run.gaps)]
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
            identity=dict(identity or {}) | ({"permit_sha256": trial.permit_sha256} if trial.permit_sha256 else {}),
            bag=bag,
        )

    def _look(self) -> None:
        for measure in self.measures:
            measure.add(self._block[: self._filled])
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


Measures: TypeAlias = tuple[RunMeasure, *tuple[Measure, ...]]


def list_measures(kind: TrialKind, ground: GroundSpec, facts: Mapping[str, Any]) -> Measures:
    """Fresh measures of a trial: what every trial is judged by, then what its kind adds.

    Args:
        kind: of the trial.
        ground: of the site.
        facts: what the kind says about judging it.
    """
    return RunMeasure(ground), *kind.list_measures(facts)


def compute_figures(measures: Sequence[Measure]) -> dict[str, float]:
    """Every figure of every measure by name."""
    return {name: value for measure in measures for name, value in measure.compute_figures().items()}


def compute_criteria(figures: Mapping[str, float], measures: Sequence[Measure]) -> tuple[Criterion, ...]:
    """Every criterion with its number; a number that is missing or NaN is not met."""
    results = []
    for rule in (rule for measure in measures for rule in measure.list_rules()):
        value = figures.get(rule.name, float("nan"))
        passed = value >= rule.bound if rule.comparison == ">=" else value <= rule.bound
        results.append(Criterion(rule.name, rule.label, value, rule.unit, rule.bound, rule.comparison, bool(passed)))
    return tuple(results)


def is_shortfall(reason: str) -> bool:
    """Whether a reason is a criterion that was not met, as `find_shortfall` says it."""
    return _SHORTFALL.match(reason) is not None


def find_shortfall(criteria: tuple[Criterion, ...]) -> str:
    """The first criterion that is not met, in words."""
    for criterion in criteria:
        if not criterion.passed:
            sign = "≥" if criterion.comparison == ">=" else "≤"
            text = f"{criterion.label}: {criterion.value:.3g} must be {sign} {criterion.bound:g} {criterion.unit}"
            return text.strip()
    return ""
