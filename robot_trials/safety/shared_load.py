"""Whether a person may still hold what the robot's hand holds, judged from the measured load alone."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE_SHARE = 0.85
"""Part of the announced mass from which a load that stays the same is the robot's alone: the estimate and the torch
itself may be a tenth off, and a person who takes as little as that lets it go of themselves."""


@dataclass(frozen=True)
class LoadLimits:
    """When a load counts as the robot's alone.

    Attributes:
        mass: whole mass, as announced; without one no load ever is [kg].
        steady: an alone load moves by no more than this from where it was first seen [kg].
        time: for which it must be whole and steady; a hand that loosens takes some 0.5 s [s].
    """

    mass: float | None = None
    steady: float = 0.12
    time: float = 2.0


class LoadWatch:
    """Tells when nobody else holds a load any more; fed with the estimate of a hand that stays shut.

    Nobody is asked and nobody seen: a person who lets go leaves the whole weight to the robot, steadily. A part of it,
    or one that changes, means that somebody holds.
    """

    def __init__(self, limits: LoadLimits) -> None:
        self.limits = limits
        self._least = WHOLE_SHARE * limits.mass if limits.mass is not None else float("inf")
        self._mass, self._since = 0.0, float("-inf")

    def reset(self) -> None:
        """Forget what was seen."""
        self._since = float("-inf")

    def update(self, mass: float, now: float) -> bool:
        """Take in a load [kg] at a time [s]; True when it has been the robot's alone for long enough."""
        if not mass >= self._least:
            self._since = float("-inf")
            return False
        if self._since == float("-inf") or abs(mass - self._mass) > self.limits.steady:
            self._mass, self._since = mass, now
        return now - self._since >= self.limits.time
