"""The criterion "Back at the start"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from robot_trials.kinds.contract import Rule


class WayBack:
    """How far the base ends from the start, and how near to the person it came.

    Args:
        facts: what the kind says about judging, with the places of start and person and the bounds.
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._person, self._start = np.array(facts["person"]), np.array(facts["start"])
        self._bound: float = facts["bounds"]["return_distance_max"]
        self._last = np.full(2, np.nan)
        self._nearest = np.inf

    def add(self, block: np.ndarray) -> None:
        """Take in consecutive control samples, structured array of shape (n,)."""
        if not len(block):
            return
        base = block["truth"]["base_position"][:, :2]
        self._last = base[-1].copy()
        self._nearest = min(self._nearest, float(np.linalg.norm(base - self._person, axis=1).min()))

    def compute_figures(self) -> dict[str, float]:
        """Distances [m]; NaN before the first sample."""
        back = float(np.linalg.norm(self._last - self._start))
        return {"return_distance": back, "person_distance_min": self._nearest}

    def list_rules(self) -> Sequence[Rule]:
        """Near enough to the start."""
        return [Rule("return_distance", "Back at the start", "m", "<=", self._bound)]
