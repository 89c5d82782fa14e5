"""What stands where no robot goes, such as a fountain: walls along the edge of the place that is kept out."""

from __future__ import annotations

import math

import mujoco

from robot_trials.config.site import Region, Site
from robot_trials.robots.mujoco.groups import SCENERY_GROUP, ContactBits

HALF_THICKNESS = 0.05
"""Of a wall, inwards and outwards of the edge [m]."""
COLOUR = (0.62, 0.60, 0.57, 1.0)


def add_obstacles(spec: mujoco.MjSpec, site: Site) -> None:
    """Add every obstacle of a site.

    Args:
        spec: world, changed in place.
        site: with what is kept out, and how high it is.
    """
    for region in site.keep_out:
        if region.height > 0.0:
            _add_walls(spec, region, site.ground.lowest)


def _add_walls(spec: mujoco.MjSpec, region: Region, foot: float) -> None:
    """One box for each edge, from `foot` up to its height above the map's plane [m]."""
    half_height = 0.5 * (region.height - foot)
    for index, (start, end) in enumerate(zip(region.corners, region.corners[1:] + region.corners[:1], strict=True)):
        dx, dy = end[0] - start[0], end[1] - start[1]
        half_yaw = 0.5 * math.atan2(dy, dx)
        wall = spec.worldbody.add_geom(name=f"{region.name}_{index}", type=mujoco.mjtGeom.mjGEOM_BOX)
        wall.size = [0.5 * math.hypot(dx, dy) + HALF_THICKNESS, HALF_THICKNESS, half_height]
        wall.pos = [0.5 * (start[0] + end[0]), 0.5 * (start[1] + end[1]), foot + half_height]
        wall.quat = [math.cos(half_yaw), 0.0, 0.0, math.sin(half_yaw)]
        wall.group, wall.rgba = SCENERY_GROUP, COLOUR
        wall.contype, wall.conaffinity = ContactBits.FLOOR, 0
