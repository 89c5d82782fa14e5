"""The site in the replay: edges of its zones and of what is kept out, and what stands there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from robot_trials.kinds.scene import Colour, Patch, Scene, Shape, Thing

ZONE_COLOUR: Colour = (0.96, 0.80, 0.25, 1.0)
KEEP_OUT_COLOUR: Colour = (0.80, 0.22, 0.20, 1.0)
WALKABLE_COLOUR: Colour = (0.92, 0.92, 0.92, 1.0)
WALL_COLOUR: Colour = (0.62, 0.60, 0.57, 1.0)
HALF_WIDTH = 0.05
"""Of a painted line, and of a wall [m]."""

Corners = Sequence[Sequence[float]]


def make_place_scene(site: Mapping[str, Any]) -> Scene:
    """Lines along the edges and walls around obstacles.

    Args:
        site: as the bag says it, in the map frame; empty for recordings that say nothing.
    """
    ground: list[Patch] = []
    things: list[Thing] = []
    if site.get("walkable"):
        ground += _draw_edge(site["walkable"], WALKABLE_COLOUR)
    for zone in site.get("zones", ()):
        ground += _draw_edge(zone["corners"], ZONE_COLOUR)
    for kept in site.get("keep_out", ()):
        ground += _draw_edge(kept["corners"], KEEP_OUT_COLOUR)
        if kept["height"] > 0.0:
            things.append(_build_walls(kept["name"], kept["corners"], kept["height"]))
    return Scene(things=tuple(things), ground=tuple(ground))


def _list_edges(corners: Corners) -> Iterator[tuple[float, float, float, float]]:
    """Middle x, y [m], length [m] and yaw [rad] of every edge."""
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        yield 0.5 * (x1 + x2), 0.5 * (y1 + y2), math.hypot(x2 - x1, y2 - y1), math.atan2(y2 - y1, x2 - x1)


def _draw_edge(corners: Corners, colour: Colour) -> Iterator[Patch]:
    for x, y, length, yaw in _list_edges(corners):
        c, s, half = math.cos(yaw), math.sin(yaw), 0.5 * length + HALF_WIDTH
        offsets = ((-half, -HALF_WIDTH), (half, -HALF_WIDTH), (half, HALF_WIDTH), (-half, HALF_WIDTH))
        yield Patch(tuple((x + c * u - s * v, y + s * u + c * v) for u, v in offsets), colour)


def _build_walls(name: str, corners: Corners, height: float) -> Thing:
    walls = tuple(
        Shape(
            "box", (length + 2 * HALF_WIDTH, 2 * HALF_WIDTH, height), WALL_COLOUR, (x, y, 0.5 * height), (0.0, 0.0, yaw)
        )
        for x, y, length, yaw in _list_edges(corners)
    )
    return Thing(name, walls, np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]))
