"""Whether a person may still hold what the robot's hand holds, judged from the measured load alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

WHOLE_SHARE = 0.85
"""Part of the announced mass from which a load that stays the same is the robot's alone: the estimate and the
load itself may be a tenth off, and a person who takes as little as that lets it go of themselves."""


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


class SteadyLoad:
    """Tells whether a measured load has stayed the same for a while.

    Attributes:
        mean: of the loads since it began to stay the same; NaN before [kg].

    Args:
        steady: the same is what moves by no more than this from where it was first seen [kg].
        time: for which it must [s].
    """

    def __init__(self, steady: float, time: float) -> None:
        self._steady, self._time = steady, time
        self.reset()

    def reset(self) -> None:
        """Forget what was seen."""
        self._first, self._since, self._count, self.mean = 0.0, math.inf, 0, math.nan

    def update(self, mass: float, now: float) -> bool:
        """Take in a load [kg] at a time [s]; True when it has stayed the same for long enough."""
        if not math.isfinite(mass):
            self.reset()
            return False
        if self._count == 0 or abs(mass - self._first) > self._steady:
            self._first, self._since, self._count, self.mean = mass, now, 0, 0.0
        self._count += 1
        self.mean += (mass - self.mean) / self._count
        return now - self._since >= self._time


class LoadWatch:
    """Tells when nobody else holds a load any more; fed with the estimate of a hand that stays shut and where it is.

    Nobody is asked and nobody seen: a person who lets go leaves the whole weight to the robot, steadily. A part of it,
    or one that changes, means that somebody holds.
    """

    def __init__(self, limits: LoadLimits) -> None:
        self.limits = limits
        self._least = WHOLE_SHARE * limits.mass if limits.mass is not None else math.inf
        self._load = SteadyLoad(limits.steady, limits.time)

    def reset(self) -> None:
        """Forget what was seen."""
        self._load.reset()

    def update(self, mass: float, now: float) -> bool:
        """Take in a load [kg] at a time [s]; True when it has been the robot's alone for long enough."""
        if not mass >= self._least:
            self._load.reset()
            return False
        return self._load.update(mass, now)
