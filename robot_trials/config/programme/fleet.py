"""The robots of a programme."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from robot_trials.config.calendar import LocalWindows
from robot_trials.config.files.model import StrictModel
from robot_trials.config.site.polygon import Point
from robot_trials.config.site.zones import Name

Positive = Annotated[float, Field(gt=0.0, le=1e5)]


class BatterySpec(StrictModel):
    """Attributes: capacity: [Wh]. reserve: share never planned with. charge_power: at its home [W]."""

    capacity: Positive
    reserve: Annotated[float, Field(ge=0.0, le=0.9)] = 0.3
    charge_power: Positive


class EnergySpec(StrictModel):
    """What a trial takes from the battery.

    Attributes:
        idle_power: standing, computing [W].
        per_metre: of walking, above that [Wh/m].
    """

    idle_power: Annotated[float, Field(ge=0.0, le=5000.0)]
    per_metre: Annotated[float, Field(ge=0.0, le=50.0)]

    def of(self, duration: float, distance: float) -> float:
        """Energy [Wh] of a trial of that duration [s] and distance [m]."""
        return self.idle_power * duration / 3600.0 + self.per_metre * distance


class RobotSpec(StrictModel):
    """One robot.

    Attributes:
        profile: what it is (config/robots).
        payload_max: it may carry [kg].
        turnaround: between two trials, charging apart [s].
        home: where it charges and waits, on the map [m].
        availability: when it can be had; none: always.
    """

    profile: str
    battery: BatterySpec
    energy: EnergySpec
    payload_max: Annotated[float, Field(ge=0.0, le=100.0)]
    turnaround: Annotated[float, Field(ge=0.0, le=86400.0)] = 600.0
    home: Point
    availability: list[LocalWindows] = []


class FleetFile(StrictModel):
    """`robots.yaml` of a programme."""

    robots: Annotated[dict[Name, RobotSpec], Field(min_length=1)]
