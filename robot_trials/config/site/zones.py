"""Parts of a site that the public knows: zones, when they are open, what is allowed in them, what is kept out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from robot_trials.config.calendar import HoursSpec, LocalWindows
from robot_trials.config.files.model import StrictModel
from robot_trials.config.site.fiducials import TAG_ID_MAX
from robot_trials.config.site.polygon import Polygon
from robot_trials.config.site.stance import StanceSpec

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""As ROS names: it becomes part of topics and namespaces."""


class CapSpec(StrictModel):
    """Upper bounds, at all hours or at some.

    Attributes:
        hours: when; none: always.
        speed: of the robot [m/s].
        crowd: people around it [1/m²].
        noise: beside it [dB(A)].
        reason: such as rush hour.
    """

    hours: HoursSpec | None = None
    speed: Annotated[float, Field(ge=0.0, le=5.0)] | None = None
    crowd: Annotated[float, Field(ge=0.0, le=10.0)] | None = None
    noise: Annotated[float, Field(ge=20.0, le=130.0)] | None = None
    reason: str = ""


class HazardSpec(StrictModel):
    """What could go wrong in a zone, and the measure against it."""

    hazard: Text
    measure: Text


class ZoneSpec(StrictModel):
    """A place in which one trial runs at a time.

    Attributes:
        polygon: its edge [m]; or `geojson`, the name of a feature in the site's GeoJSON file.
        course: what lies in it (config/courses) for trials of its kind, instead of the trial's own.
        pose: of the course's map on the site's; as the course says where it is left out.
        tag_shift: added to the number of every fiducial of the course, so that a robot of the neighbouring zone cannot
            take them for its own.
        gradient_max: steepest slope within it [rise over run].
        marshals: needed for every trial.
    """

    title: str = ""
    polygon: Polygon | None = None
    geojson: str | None = None
    course: str | None = None
    pose: StanceSpec | None = None
    tag_shift: Annotated[int, Field(ge=0, le=TAG_ID_MAX)] = 0
    gradient_max: Annotated[float, Field(ge=0.0, le=0.5)] = 0.0
    windows: Annotated[list[LocalWindows], Field(min_length=1)]
    caps: list[CapSpec] = []
    marshals: Annotated[int, Field(ge=0, le=50)] = 1
    hazards: list[HazardSpec] = []


class GateSpec(StrictModel):
    """What a reading must be for a trial to start.

    Attributes:
        low, high: bounds, in `unit`.
        max_age: an older reading says nothing [s].
    """

    low: float = float("-1e9")
    high: float = float("1e9")
    unit: str = ""
    max_age: Annotated[float, Field(gt=0.0, le=86400.0)] = 900.0

    @model_validator(mode="after")
    def _in_order(self) -> GateSpec:
        if self.low > self.high:
            raise ValueError(f"must have low ≤ high, not {self.low:g} > {self.high:g}")
        return self


class KeepOutSpec(StrictModel):
    """Where no robot goes.

    Attributes:
        polygon: its edge [m].
        height: of what stands there [m]; 0: nothing does.
    """

    polygon: Polygon
    height: Annotated[float, Field(ge=0.0, le=50.0)] = 0.0


class ClearanceSpec(StrictModel):
    """What keeps robots of neighbouring zones apart.

    Attributes:
        stopping_distance: from the fastest allowed speed to standing [m].
        localisation_error: of the pose on the map, 95th percentile [m].
        set_up, clear: time before and after a trial for people and gear [s].
    """

    stopping_distance: Annotated[float, Field(ge=0.0, le=20.0)] = 1.0
    localisation_error: Annotated[float, Field(ge=0.0, le=10.0)] = 0.3
    set_up: Annotated[float, Field(ge=0.0, le=7200.0)] = 300.0
    clear: Annotated[float, Field(ge=0.0, le=7200.0)] = 300.0

    @property
    def distance(self) -> float:
        """Between two robots' zones, each of which may be left by as much [m]."""
        return 2.0 * (self.stopping_distance + self.localisation_error)
