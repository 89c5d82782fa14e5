"""A course file: what a kind of trial has on a site, on a map of its own that lies somewhere on the site's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import Field, model_validator

from robot_trials.config.files.model import StrictModel
from robot_trials.config.site.fiducials import FiducialsSpec
from robot_trials.config.site.stance import ORIGIN, StanceSpec


class LaneSpec(StrictModel):
    """The paved strip along x, on which a course lies: from x = 0 to x = length [m]."""

    length: Annotated[float, Field(ge=5.0, le=1000.0)]
    width: Annotated[float, Field(ge=1.0, le=20.0)]


class CourseSpec(StrictModel):
    """A course file (`config/courses/*.yaml`): what every kind's has; a kind's own model adds its people or posts.

    Attributes:
        kind: of trial whose course it is.
        pose: of its map on the site's, where the trial's zone does not say another one.
        start: middle between the robot's feet when a trial starts, on the course's map.
    """

    name: str
    kind: str
    description: str = ""
    pose: StanceSpec = ORIGIN
    lane: LaneSpec
    start: StanceSpec
    fiducials: FiducialsSpec = FiducialsSpec()

    @model_validator(mode="before")
    @classmethod
    def _of_today(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and "place" in data:
            raise ValueError("place: is called pose now, of this map on the site's")
        return data


class Mark(NamedTuple):
    """A stretch of the lane painted from edge to edge.

    Attributes:
        name: of the mark.
        x_min, x_max: where it begins and ends [m].
        colour: red, green, blue, opacity, from 0 to 1.
    """

    name: str
    x_min: float
    x_max: float
    colour: tuple[float, float, float, float]
