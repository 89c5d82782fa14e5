"""What every trial is judged by: falls, contacts, failures of the QP, and ticks that never came.

Measures are the judge's eye: they alone, beside tests and logs, look at a simulator's truth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from robot_trials.config.criteria import FALLS_MAX, QP_FAILURES_MAX, UNWANTED_CONTACTS_MAX
from robot_trials.config.site.ground import GroundSpec
from robot_trials.kinds.contract import Rule
from robot_trials.robots.fall import compute_base_height, find_fallen, find_unwanted_contacts


@dataclass(frozen=True)
class TickGap:
    """Control ticks that are missing between two that are there, with the times of these."""

    start_ns: int
    end_ns: int
    count: int


class RunMeasure:
    """Falls, contacts, failures and gaps of a trial.

    Args:
        ground: of the site; level when omitted.

    Attributes:
        gaps: control ticks that never came.
    """

    def __init__(self, ground: GroundSpec | None = None) -> None:
        self.gaps: list[TickGap] = []
        self.ticks = 0
        self.time_start_ns = 0
        self.time_end_ns = 0
        self.falls = 0
        self.unwanted_contacts = 0
        self.qp_failures = 0
        self.torque_ratio_max = 0.0
        self.deadline_misses = 0
        self._ground = ground or GroundSpec()
        self._height_start = math.nan
        self._last_tick = (0, 0)
        self._fallen = False
        self._touching = False

    def add(self, block: np.ndarray) -> None:
        """Take in consecutive control samples, structured array of shape (n,)."""
        if not len(block):
            return
        status = block["status"]
        if not self.ticks:
            self._start(block)
        self._find_gaps(block)
        self.ticks += len(block)
        self.time_end_ns = int(block["state"]["time_ns"][-1])
        self.qp_failures = int(status["qp_failures"][-1])
        self.deadline_misses = int(block["timing"]["deadline_misses"][-1])
        self.torque_ratio_max = max(self.torque_ratio_max, float(status["torque_ratio"].max()))
        self._count_falls(block)
        self._count_contacts(block["truth"])

    def compute_figures(self) -> dict[str, float]:
        """Every figure by name."""
        return {
            "falls": float(self.falls),
            "qp_failures": float(self.qp_failures),
            "unwanted_contacts": float(self.unwanted_contacts),
            "torque_ratio_max": self.torque_ratio_max,
            "deadline_misses": float(self.deadline_misses),
            "missing_ticks": float(sum(gap.count for gap in self.gaps)),
            "simulated_time": (self.time_end_ns - self.time_start_ns) * 1e-9,
        }

    def list_rules(self) -> list[Rule]:
        """None of these may happen."""
        return [
            Rule("falls", "Falls", "", "<=", FALLS_MAX),
            Rule("qp_failures", "QP failures", "", "<=", QP_FAILURES_MAX),
            Rule("unwanted_contacts", "Unwanted contacts", "", "<=", UNWANTED_CONTACTS_MAX),
        ]

    def _start(self, block: np.ndarray) -> None:
        """Remember height and place at the first sample."""
        self.time_start_ns = int(block["state"]["time_ns"][0])
        self._height_start = float(compute_base_height(block["truth"][:1], self._ground)[0])
        self._last_tick = int(block["timing"]["tick"][0]) - 1, self.time_start_ns

    def _find_gaps(self, block: np.ndarray) -> None:
        """Control ticks are counted without a gap; a log that was full has some."""
        ticks, times = block["timing"]["tick"], block["state"]["time_ns"]
        steps = np.diff(ticks, prepend=self._last_tick[0])
        for place in np.flatnonzero(steps > 1):
            before = int(times[place - 1]) if place else self._last_tick[1]
            self.gaps.append(TickGap(before, int(times[place]), int(steps[place]) - 1))
        self._last_tick = int(ticks[-1]), int(times[-1])

    def _count_falls(self, block: np.ndarray) -> None:
        """A fall counts once until it is over; a squat on purpose is none."""
        fallen = find_fallen(block["truth"], block["status"], self._height_start, self._ground)
        self.falls += count_onsets(fallen, self._fallen)
        self._fallen = bool(fallen[-1])

    def _count_contacts(self, truth: np.ndarray) -> None:
        touching = find_unwanted_contacts(truth)
        self.unwanted_contacts += count_onsets(touching, self._touching)
        self._touching = bool(touching[-1])


def count_onsets(flags: np.ndarray, before: bool) -> int:
    """How often a condition begins, given whether it held just before, shape (n,)."""
    previous = np.concatenate(([before], flags[:-1]))
    return int(np.count_nonzero(flags & ~previous))
