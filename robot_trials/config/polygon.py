"""Places and polygons on a site's map, as written in YAML."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

EXTENT = 20_000.0
"""Of a map about its origin [m]; its projection keeps lengths to 1e-5 within it."""

Coordinate = Annotated[float, Field(ge=-EXTENT, le=EXTENT)]
Point = Annotated[tuple[Coordinate, Coordinate], Field(strict=False)]
Polygon = Annotated[tuple[Point, ...], Field(min_length=3, strict=False)]
"""Corners in the map frame [m], either way round, the last not repeating the first."""
