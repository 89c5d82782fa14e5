"""A site's map: a plane touching the Earth at its origin, and polygons on it."""

from __future__ import annotations

import json
import math
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from robot_trials.config.files.model import StrictModel
from robot_trials.config.site.polygon import Polygon
from robot_trials.exceptions import ConfigError, ConfigProblem


class OriginSpec(StrictModel):
    """Where the map touches the Earth (WGS 84) [deg]."""

    latitude: Annotated[float, Field(ge=-89.0, le=89.0)]
    longitude: Annotated[float, Field(ge=-180.0, le=180.0)]


class MapFrameSpec(StrictModel):
    """The map frame.

    Attributes:
        origin: its origin.
        x_axis_deg: direction of x, counter-clockwise from east (0: x east, y north) [deg].
        projection: the only one offered, azimuthal equidistant about the origin.
    """

    origin: OriginSpec
    x_axis_deg: Annotated[float, Field(ge=-180.0, le=180.0)] = 0.0
    projection: Annotated[str, Field(pattern="^azimuthal_equidistant$")] = "azimuthal_equidistant"


class MapFrame:
    """Between WGS 84 and the map.

    Args:
        spec: origin and direction.
    """

    def __init__(self, spec: MapFrameSpec) -> None:
        self._spec = spec

    def to_map(self, longitude: float, latitude: float) -> tuple[float, float]:
        """A place on the Earth [deg] in the map frame [m]."""
        east, north = self._transformer.transform(longitude, latitude)
        return _rotate(east, north, -self._turn)

    def to_earth(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude [deg] of a place of the map [m]."""
        longitude, latitude = self._transformer.transform(*_rotate(x, y, self._turn), direction="INVERSE")
        return float(longitude), float(latitude)

    @property
    def _turn(self) -> float:
        return math.radians(self._spec.x_axis_deg)

    @cached_property
    def _transformer(self) -> Any:
        from pyproj import CRS, Transformer

        origin = self._spec.origin
        local = CRS.from_dict({"proj": "aeqd", "lat_0": origin.latitude, "lon_0": origin.longitude, "datum": "WGS84"})
        return Transformer.from_crs("EPSG:4326", local, always_xy=True)


def read_geojson(file: Path, frame: MapFrame) -> dict[str, Any]:
    """Polygons of a GeoJSON file (RFC 7946: WGS 84), by the property `name`, in the map frame.

    Raises:
        ConfigError: the file cannot be read, or a feature has no name or is no polygon without holes.
    """
    import shapely

    try:
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        rule = f"must be a GeoJSON file with a FeatureCollection: {error}"
        raise ConfigError([ConfigProblem(file, None, "", None, rule)]) from error
    found: dict[str, Any] = {}
    problems = []
    for index, feature in enumerate(features):
        key = f"features.{index}"
        try:
            name = feature["properties"]["name"]
            shape = shapely.geometry.shape(feature["geometry"])
            if not isinstance(shape, shapely.Polygon) or shape.interiors:
                raise ValueError(f"{shape.geom_type} must be a Polygon without holes")
            found[name] = tuple(frame.to_map(*corner[:2]) for corner in shape.exterior.coords[:-1])
        except (KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
            reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            problems.append(ConfigProblem(file, None, key, None, reason))
    if problems:
        raise ConfigError(problems)
    return found


def find_polygon_fault(corners: Polygon) -> str | None:
    """What is wrong with a polygon, if anything."""
    import shapely

    shape = shapely.Polygon(corners)
    if not shape.is_valid:
        return f"must not cross itself: {shapely.is_valid_reason(shape)}"
    return None if shape.area >= 1.0 else f"must enclose at least 1 m², not {shape.area:.2g}"


def _rotate(x: float, y: float, angle: float) -> tuple[float, float]:
    cosine, sine = math.cos(angle), math.sin(angle)
    return cosine * x - sine * y, sine * x + cosine * y
