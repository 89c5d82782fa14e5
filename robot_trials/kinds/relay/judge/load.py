"""The load that the robot measured before its first step, against the announced one."""

from __future__ import annotations

import math

import numpy as np

from robot_trials.kinds.contract import Rule
from robot_trials.kinds.relay.judge.holding import GRAVITY, Scale
from robot_trials_control.records import PayloadMode

WINDOW_NS = 500_000_000
"""What was measured is the mean over this time [ns]."""


class LoadMeasure:
    """What the robot measured, standing with the load in its hand: before its first step, or at last if there is none.

    The robot's own estimate is judged, not a simulator's truth; what the torch really weighs is one more figure.

    Args:
        mass: as announced [kg].
        tolerance: how far the measured mass may lie from it [kg].
        cap: largest mass that the permit allows [kg].
    """

    def __init__(self, mass: float, tolerance: float, cap: float) -> None:
        self._mass, self._tolerance, self._cap = mass, tolerance, cap
        self._scale = Scale()
        self._times, self._masses = np.zeros(0, np.int64), np.zeros(0)
        self._walked = False

    def add(self, block: np.ndarray) -> None:
        """Take in consecutive control samples, structured array of shape (n,)."""
        self._scale.add(block["truth"])
        if self._walked:
            return
        mode = block["status"]["payload_mode"]
        walks = np.flatnonzero((mode == PayloadMode.HOLD) & (block["status"]["walking"] > 0))
        if len(walks):
            self._walked = True
            block, mode = block[: walks[0]], mode[: walks[0]]
        empty = np.flatnonzero((mode == PayloadMode.NONE) | (mode == PayloadMode.TARE))
        if len(empty):
            block = block[empty[-1] + 1 :]
            self._times, self._masses = self._times[:0], self._masses[:0]
        if len(block):
            times = np.concatenate((self._times, block["state"]["time_ns"]))
            recent = times > times[-1] - WINDOW_NS
            self._times = times[recent]
            self._masses = np.concatenate((self._masses, block["status"]["payload_mass"]))[recent]

    def compute_figures(self) -> dict[str, float]:
        """Every figure by name [kg]; NaN where nothing was carried, or where only a simulator would know."""
        measured = float(self._masses.mean()) if len(self._masses) else math.nan
        return {
            "load_announced": self._mass,
            "load_tolerance": self._tolerance,
            "load_measured": measured,
            "load_deviation": abs(measured - self._mass),
            "load_true": self._scale.weight / GRAVITY,
        }

    def list_rules(self) -> list[Rule]:
        """The measured load, and how far it is from the announced one."""
        label = f"Carried load against the announced {self._mass:g} kg, off by"
        return [
            Rule("load_deviation", label, "kg", "<=", self._tolerance),
            Rule("load_measured", "Carried load against the permit's cap", "kg", "<=", self._cap),
        ]
