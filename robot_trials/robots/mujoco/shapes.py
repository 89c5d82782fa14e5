"""Shapes in MuJoCo."""

from __future__ import annotations

from typing import Any

import mujoco

from robot_trials.robots.mujoco.groups import SCENERY_GROUP, UNSEEN_GROUP
from robot_trials.robots.props.shapes import Box, Capsule, Cylinder, Ellipsoid, Shape, Sphere

GEOMS = mujoco.mjtGeom


def add_seen(body: mujoco.MjsBody, kind: mujoco.mjtGeom, group: int = SCENERY_GROUP, **shape: Any) -> None:
    """Add a shape without mass that nothing touches.

    Args:
        body: what carries it.
        kind: box, cylinder, ….
        group: geom group.
        shape: MuJoCo's own attributes of a geom, such as size, pos, rgba.
    """
    body.add_geom(type=kind, contype=0, conaffinity=0, group=group, mass=0.0, **shape)


def add_shape(body: mujoco.MjsBody, shape: Shape, group: int, bits: int, affinity: int) -> None:
    """Add a shape of a prop or a person.

    Args:
        body: what carries it.
        shape: form, colour, and whether it can be touched.
        group: geom group where it is seen.
        bits: what it is to others, where it can be touched: `ContactBits`.
        affinity: what it touches by itself then.
    """
    kind, form = describe_shape(shape)
    if not shape.solid:
        add_seen(body, kind, group, rgba=shape.colour or (0.0,) * 4, **form)
        return
    geom = body.add_geom(type=kind, group=UNSEEN_GROUP if shape.colour is None else group, **form)
    geom.rgba = shape.colour or (0.0,) * 4
    geom.contype, geom.conaffinity = bits, affinity


def describe_shape(shape: Shape) -> tuple[mujoco.mjtGeom, dict[str, Any]]:
    """MuJoCo's kind of geom and its attributes for a form."""
    if isinstance(shape, Box):
        return GEOMS.mjGEOM_BOX, {"pos": shape.centre, "size": shape.half_size}
    if isinstance(shape, Ellipsoid):
        return GEOMS.mjGEOM_ELLIPSOID, {"pos": shape.centre, "size": shape.half_axes}
    if isinstance(shape, Sphere):
        return GEOMS.mjGEOM_SPHERE, {"pos": shape.centre, "size": [shape.radius, 0, 0]}
    assert isinstance(shape, Cylinder | Capsule)
    kind = GEOMS.mjGEOM_CAPSULE if isinstance(shape, Capsule) else GEOMS.mjGEOM_CYLINDER
    return kind, {"fromto": [*shape.start, *shape.end], "size": [shape.radius, 0, 0]}
