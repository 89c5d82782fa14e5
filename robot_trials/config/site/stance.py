"""Where feet stand on a map, and which way they point."""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

from pydantic import Field

from robot_trials.config.files.model import StrictModel
from robot_trials.config.site.polygon import Coordinate

Angle = Annotated[float, Field(ge=-360.0, le=360.0)]


class Stance(NamedTuple):
    """Where feet stand on the ground, map frame: x [m], y [m], yaw [rad]."""

    x: float
    y: float
    yaw: float


class StanceSpec(StrictModel):
    """A stance as written: x, y [m] and yaw [deg]."""

    x: Coordinate
    y: Coordinate
    yaw_deg: Angle = 0.0

    def resolve(self, x_offset: float = 0.0) -> Stance:
        """The stance moved along x by `x_offset` [m]."""
        return Stance(self.x + x_offset, self.y, math.radians(self.yaw_deg))


ORIGIN = StanceSpec(x=0.0, y=0.0)
