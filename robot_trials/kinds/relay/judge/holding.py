"""Who holds the torch and what it weighs, from what a simulator knows: the one rule for verdict, plots and drills.

`truth` is a structured array of samples, shape (n,), or a mapping of its columns.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

Truth: TypeAlias = np.ndarray | Mapping[str, np.ndarray]
GRAVITY = 9.81
GIVER, RECEIVER = 0, 1
"""Index of a person in what the truth says of people."""
WEIGHING_TICKS = 50
"""The torch's weight is the mean of this many ticks before the robot takes it, while the giver alone holds it."""


def find_robot_alone(truth: Truth) -> np.ndarray:
    """Where the robot holds the torch and no person does, bool, shape (n,)."""
    alone: np.ndarray = (truth["robot_holds"] > 0) & ~(truth["people_hold"] > 0).any(axis=1)
    return alone


def find_giver_alone(truth: Truth) -> np.ndarray:
    """Where the giver holds the torch and nobody else does, bool, shape (n,)."""
    hold = truth["people_hold"] > 0
    alone: np.ndarray = hold[:, GIVER] & ~hold[:, RECEIVER] & (truth["robot_holds"] == 0)
    return alone


class Scale:
    """Weighs the torch while the giver alone holds it.

    Attributes:
        weight: of the torch [N]; NaN until it is known.
    """

    def __init__(self) -> None:
        self.weight = float("nan")
        self._newest: deque[float] = deque(maxlen=WEIGHING_TICKS)
        self._taken = False

    def add(self, truth: Truth) -> None:
        """Take in consecutive samples: the newest ones count, for a hand that expects another weight sinks at first."""
        if self._taken:
            return
        taken = np.flatnonzero(truth["robot_holds"] > 0)
        alone = find_giver_alone(truth)
        if len(taken):
            self._taken, alone = True, alone & (np.arange(len(alone)) < taken[0])
        if alone.any():
            self._newest.extend((-truth["people_force"][alone, GIVER, 2]).tolist())
            if len(self._newest) == WEIGHING_TICKS:
                self.weight = float(np.mean(self._newest))

    def weight_or(self, announced_mass: float) -> float:
        """The weight, or that of an announced mass [kg] where it was never measured [N]."""
        return announced_mass * GRAVITY if np.isnan(self.weight) else self.weight


def compute_excess_force(force: np.ndarray, weight: float) -> np.ndarray:
    """Force that no share of a hanging weight explains, world frame with z up, shape (n, 3) → (n,) [N].

    A hand that holds feels between nothing and the whole weight downwards; the distance from that range counts.
    """
    share = np.clip(-force[:, 2], 0.0, weight)
    return np.sqrt(force[:, 0] ** 2 + force[:, 1] ** 2 + (force[:, 2] + share) ** 2)
