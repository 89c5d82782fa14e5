"""What the kind of a recorded trial gives its report, which goes on without it where it gives nothing or fails."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from robot_trials.exceptions import UnknownKindError
from robot_trials.kinds.registry import find_kind, list_kinds
from robot_trials.kinds.reporting import Judgement, KindReport, Plot, Table, Tile
from robot_trials.kinds.scene import Scene
from robot_trials.review.page.plots import to_json
from robot_trials.review.page.words import to_words
from robot_trials.review.recording import read_site
from robot_trials.review.replay.place_scene import make_place_scene
from robot_trials.review.replay.scene_data import describe_scene
from robot_trials.telemetry import Bag

COMMON_PHASES = {"preflight": "Preflight checks"}
COMMON_TILES = (
    Tile("simulated_time", "Duration", "s", 1),
    Tile("torque_ratio_max", "Largest torque use", "of limit", 2),
)

Given = TypeVar("Given")


class KindView:
    """The kind's part of one report.

    Attributes:
        site: what the recording says about place and course; empty where it says nothing.
        remarks: what a reader has to know about the kind's part: that it could not be asked, or what failed.

    Args:
        bag: the recording.
        verdict: of the trial.
        identity: of the trial.
    """

    def __init__(self, bag: Bag, verdict: Judgement, identity: Mapping[str, str]) -> None:
        self.remarks: list[str] = []
        self.site = read_site(bag)
        self._bag, self._verdict = bag, verdict
        self._report = self._find(identity.get("kind") or str(self.site.get("kind", "")))

    @property
    def tiles(self) -> Sequence[Tile]:
        """Numbers to show first."""
        return self._report.tiles or COMMON_TILES

    def name_phase(self, phase: str) -> str:
        """A phase's name for people."""
        return self._report.phases.get(phase) or COMMON_PHASES.get(phase) or to_words(phase)

    def make_plots(self, common: Mapping[str, Plot]) -> list[dict[str, Any]]:
        """The page's plots, ready for JSON, from those that every trial has; those without numbers are left out."""
        return self._ask(
            "plots",
            lambda: _to_json(self._report.make_plots(self._bag, self._verdict, common)),
            lambda: _to_json(common.values()),
        )

    def make_tables(self) -> list[Table]:
        """Further sections."""
        return self._ask("tables", lambda: list(self._report.make_tables(self._bag, self._verdict)), list)

    def make_scene(self, moments: np.ndarray) -> dict[str, Any]:
        """What the replay shows beside the robot at these moments [s], ready for JSON."""
        place = self._ask("site", lambda: make_place_scene(self.site), Scene)
        if not len(moments):
            return describe_scene(Scene(), 0)
        return self._ask(
            "replay",
            lambda: describe_scene(place + self._report.make_scene(self._bag, self.site, moments), len(moments)),
            lambda: describe_scene(place, len(moments)),
        )

    def _find(self, name: str) -> KindReport:
        """By the name that the recording says, else whichever kind recognises it."""
        try:
            kinds = [find_kind(name)] if name else list(list_kinds().values())
        except UnknownKindError as error:
            self.remarks.append(f"What is particular to this kind of trial is not shown: {error}.")
            return KindReport()
        for kind in kinds:
            report = self._ask("words", kind.describe_report, KindReport)
            if name or self._ask("words", functools.partial(report.recognises, self.site), bool):
                return report
        return KindReport()

    def _ask(self, what: str, give: Callable[[], Given], otherwise: Callable[[], Given]) -> Given:
        """What the kind gives; something else, with a remark, where it fails."""
        try:
            return give()
        except Exception as error:  # whatever a kind's code raises over an old or broken recording
            self.remarks.append(f"The kind's {what} could not be made: {type(error).__name__}: {error}.")
            return otherwise()


def _to_json(plots: Iterable[Plot]) -> list[dict[str, Any]]:
    return [to_json(plot) for plot in plots if len(plot.times)]
