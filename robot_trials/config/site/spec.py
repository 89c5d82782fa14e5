"""A site file: one description of a place for planner, simulator and page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from robot_trials.config.files.model import StrictModel, TimeZoneName
from robot_trials.config.site.fiducials import TagSpec
from robot_trials.config.site.ground import GroundSpec
from robot_trials.config.site.map_frame import MapFrameSpec, find_polygon_fault
from robot_trials.config.site.polygon import Point, Polygon
from robot_trials.config.site.zones import ClearanceSpec, GateSpec, KeepOutSpec, Name, ZoneSpec

COURSE_KEYS = ("lane", "start", "kind", "place")
"""Keys of a site file of old, in which the course lay: they belong to a file in `config/courses` now."""


class StopButtonSpec(StrictModel):
    """A stop button that must give signs of life, and the longest time without one [s]."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    timeout: Annotated[float, Field(ge=0.2, le=10.0)] = 0.5


def _check_names(buttons: list[StopButtonSpec]) -> list[StopButtonSpec]:
    names = [button.name for button in buttons]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"names must differ: {', '.join(twice)}")
    return buttons


class WallTagSpec(TagSpec):
    """A fiducial that stands still on the site."""

    mount: Literal["map"] = "map"


class SiteSpec(StrictModel):
    """A site file (`config/sites/*.yaml`): a place, whatever trials are held there.

    Its map is a plane with x and y in m and z up. Courses (`config/courses`) lie in it, each with a map of its own.

    Attributes:
        operator: who runs the trials of a programme there.
        map: where its map lies on the Earth.
        geojson: file beside this one with surveyed zones.
        clearance: what keeps robots of neighbouring zones apart.
        walkable: outside of this no robot goes; none: everywhere.
        keep_out: where no robot goes, and what stands there.
        ground: ramps, boards and mats along x.
        fiducials: of the place itself.
        stop_buttons: that must be alive while a trial runs.
        zones: in each of which one trial runs at a time.
        stand_down: where robots go when the site is called off.
        gates: readings that every start depends on, such as wind_speed.
        crowd_max_age: an older count of people, read for each zone with a crowd cap, says nothing [s].
    """

    name: Name
    title: str = ""
    description: str = ""
    timezone: TimeZoneName
    operator: str = ""
    map: MapFrameSpec | None = None
    geojson: str | None = None
    clearance: ClearanceSpec = ClearanceSpec()
    walkable: Polygon | None = None
    keep_out: dict[Name, KeepOutSpec] = {}
    ground: GroundSpec = GroundSpec()
    fiducials: list[WallTagSpec] = []
    stop_buttons: Annotated[list[StopButtonSpec], Field(max_length=16), AfterValidator(_check_names)] = []
    zones: dict[Name, ZoneSpec] = {}
    stand_down: dict[Name, Point] = {}
    gates: dict[Name, GateSpec] = {}
    crowd_max_age: Annotated[float, Field(gt=0.0, le=86400.0)] = 600.0

    @model_validator(mode="before")
    @classmethod
    def _without_course(cls, data: Any) -> Any:
        found = [key for key in COURSE_KEYS if isinstance(data, Mapping) and key in data]
        if found:
            raise ValueError(
                f"{', '.join(found)}: belong to a course, in a file of its own (config/courses/NAME.yaml), which a "
                "trial names under `course`; see docs/configuration.md"
            )
        return data

    @field_validator("walkable")
    @classmethod
    def _sound(cls, corners: Polygon | None) -> Polygon | None:
        fault = find_polygon_fault(corners) if corners else None
        if fault:
            raise ValueError(fault)
        return corners

    @field_validator("keep_out")
    @classmethod
    def _all_sound(cls, areas: dict[str, KeepOutSpec]) -> dict[str, KeepOutSpec]:
        for name, area in areas.items():
            fault = find_polygon_fault(area.polygon)
            if fault:
                raise ValueError(f"{name}.polygon {fault}")
        return areas
