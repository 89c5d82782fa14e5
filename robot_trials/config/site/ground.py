"""What the ground of a site is like along its x: ramps, boards to step over or onto, soft mats."""

from __future__ import annotations

import math
from typing import Annotated, TypeVar

import numpy as np
from pydantic import Field, model_validator

from robot_trials.config.files.model import StrictModel
from robot_trials.config.site.polygon import Coordinate
from robot_trials.geometry import PlanarPose, wrap_angle


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


StretchT = TypeVar("StretchT", bound=StretchSpec)


class GroundSpec(StrictModel):
    """The ground along x: level where nothing is said; ramps follow each other and must not overlap."""

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

    def move(self, place: PlanarPose) -> GroundSpec:
        """The same ground along another x.

        Args:
            place: of the other map on this one, x, y [m], yaw [rad].

        Raises:
            ValueError: the ground is not level, and the other x runs another way.
        """
        if abs(wrap_angle(place[2])) > 1e-9 and (self.ramps or self.boards or self.mats):
            raise ValueError(f"runs along the site's x: a course there must have yaw 0, not {math.degrees(place[2]):g}")

        def shift(stretch: StretchT) -> StretchT:
            return stretch.model_copy(update={"x_min": stretch.x_min - place[0], "x_max": stretch.x_max - place[0]})

        return GroundSpec(
            ramps=tuple(map(shift, self.ramps)),
            boards=tuple(map(shift, self.boards)),
            mats=tuple(map(shift, self.mats)),
        )

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
