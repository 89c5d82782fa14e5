"""Places and polygons on a site's map."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

EXTENT = 20_000.0
"""Of a map about its origin [m]; its projection keeps lengths to 1e-5 within it."""

Coordinate = Annotated[float, Field(ge=-EXTENT, le=EXTENT)]
Point = Annotated[tuple[Coordinate, Coordinate], Field(strict=False)]
Corners = tuple[tuple[float, float], ...]
"""Of a polygon in order, the last not repeating the first [m]."""
Polygon = Annotated[tuple[Point, ...], Field(min_length=3, strict=False)]
"""Corners in the map frame [m], either way round, the last not repeating the first."""

ROUNDING = 1e-6
"""An area that reaches so far beyond another lies on its edge [m]."""


def find_excess(inner: Corners, outer: Corners) -> str:
    """How far an area reaches out of another one, in words; empty where it does not.

    Args:
        inner, outer: corners of both on one map [m].
    """
    from shapely import Point, Polygon

    allowed = Polygon(outer)
    outside = Polygon(inner).difference(allowed.buffer(ROUNDING))
    if outside.is_empty:
        return ""

    def measure(corner: Any) -> float:
        return float(allowed.distance(Point(corner[0], corner[1])))

    corner = max(outside.convex_hull.exterior.coords, key=measure)
    return (
        f"{outside.area:.2f} m² of it are outside, up to {measure(corner):.2f} m at ({corner[0]:.2f}, {corner[1]:.2f})"
    )


def measure_area(corners: Corners) -> float:
    """Area of a polygon [m²]."""
    from shapely import Polygon

    return float(Polygon(corners).area)


def find_overlap(one: Corners, other: Corners) -> float:
    """Area that two polygons have in common [m²]; corners as in `find_excess`."""
    from shapely import Polygon

    return float(Polygon(one).intersection(Polygon(other)).area)
