"""What the ground of a site is like along its lane: ramps, boards to step over or onto, soft mats."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from robot_trials.config.model import StrictModel

Coordinate = Annotated[float, Field(ge=-2000.0, le=2000.0)]


class StretchSpec(StrictModel):
    """A stretch of the lane between two x [m]."""

    x_min: Coordinate
    x_max: Coordinate

    @model_validator(mode="after")
    def _ordered(self) -> StretchSpec:
        if self.x_min >= self.x_max:
            raise ValueError(f"x_min {self.x_min:g} must be < x_max {self.x_max:g}")
        return self


class RampSpec(StretchSpec):
    """A stretch that rises evenly along x; negative slopes fall [deg]."""

    slope_deg: Annotated[float, Field(ge=-15.0, le=15.0)]


class BoardSpec(StretchSpec):
    """A board across the lane that lies on the ground [m]."""

    height: Annotated[float, Field(gt=0.0, le=0.1)]


class MatSpec(StretchSpec):
    """A soft mat across the lane, level with the ground; `sink`: how far a standing robot sinks in [m]."""

    sink: Annotated[float, Field(gt=0.0, le=0.05)]


class GroundSpec(StrictModel):
    """The ground along a lane: level where nothing is said; ramps follow each other and must not overlap."""

    ramps: tuple[RampSpec, ...] = Field(default=(), strict=False)
    boards: tuple[BoardSpec, ...] = Field(default=(), strict=False)
    mats: tuple[MatSpec, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _apart(self) -> GroundSpec:
        ramps = sorted(self.ramps, key=lambda ramp: ramp.x_min)
        for before, after in zip(ramps, ramps[1:], strict=False):
            if after.x_min < before.x_max:
                raise ValueError(f"ramps overlap: x_min {after.x_min:g} must be ≥ {before.x_max:g}")
        return self

    def slope(self, x: float) -> float:
        """Angle of the ground at `x`, positive where it rises along x [rad]."""
        for ramp in self.ramps:
            if ramp.x_min <= x < ramp.x_max:
                return math.radians(ramp.slope_deg)
        return 0.0

    def height(self, x: float) -> float:
        """Height of the ground at `x`, without boards [m]."""
        return sum(
            (min(max(x, ramp.x_min), ramp.x_max) - ramp.x_min) * math.tan(math.radians(ramp.slope_deg))
            for ramp in self.ramps
        )

    def heights(self, x: np.ndarray) -> np.ndarray:
        """`height` of many places, shape (n,) → (n,) [m]."""
        total = np.zeros(len(x))
        for ramp in self.ramps:
            total += (np.clip(x, ramp.x_min, ramp.x_max) - ramp.x_min) * math.tan(math.radians(ramp.slope_deg))
        return total

    @property
    def lowest(self) -> float:
        """Height of the lowest place [m]."""
        return min([0.0, *(self.height(ramp.x_max) for ramp in self.ramps)])
