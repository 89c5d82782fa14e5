"""Shapes that are only seen."""

from __future__ import annotations

from typing import Any

import mujoco

from robot_trials.robots.mujoco.groups import SCENERY_GROUP


def add_seen(body: mujoco.MjsBody, kind: mujoco.mjtGeom, group: int = SCENERY_GROUP, **shape: Any) -> None:
    """Add a shape without mass that nothing touches.

    Args:
        body: what carries it.
        kind: box, cylinder, ….
        group: geom group.
        shape: MuJoCo's own attributes of a geom, such as size, pos, rgba.
    """
    body.add_geom(type=kind, contype=0, conaffinity=0, group=group, mass=0.0, **shape)
