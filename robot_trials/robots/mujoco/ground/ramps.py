"""How ramps look: one even face from end to end of each stretch; the slabs that carry are laid under it."""

from __future__ import annotations

import math

import mujoco

from robot_trials.config.site import Site
from robot_trials.robots.mujoco.shapes import add_seen

BEYOND = 10.0
"""The lane is seen this far before the start and behind the hand-over line [m]."""
HALF_THICKNESS = 0.05
"""[m]"""
LINE_WIDTH, LINE_HEIGHT = 0.04, 0.001
"""Of the lane's edges: half width, and how far they stand out [m]."""
WHITE = (0.92, 0.92, 0.90, 1.0)


def add_ramps(spec: mujoco.MjSpec, site: Site) -> None:
    """Add faces and edge lines of a lane with ramps; does nothing for a level one."""
    if not site.ground.ramps:
        return
    edges = {edge for ramp in site.ground.ramps for edge in (ramp.x_min, ramp.x_max)}
    bounds = sorted({min(site.start.x, 0.0) - BEYOND, site.lane.length + BEYOND, *edges})
    half_width = 0.5 * site.lane.width
    for index, (x_min, x_max) in enumerate(zip(bounds, bounds[1:], strict=False)):
        _add_face(spec, f"ramp_{index}", site, (x_min, x_max), half_width, 0.0)
        for side, y in (("left", half_width), ("right", -half_width)):
            _add_face(spec, f"ramp_{index}_{side}", site, (x_min, x_max), LINE_WIDTH, y)


def _add_face(
    spec: mujoco.MjSpec, name: str, site: Site, stretch: tuple[float, float], half_width: float, y: float
) -> None:
    """A box under the ground's face; beside the lane's middle it is a line painted on it."""
    x = 0.5 * (stretch[0] + stretch[1])
    slope, is_line = site.ground.slope(x), y != 0.0
    up = (LINE_HEIGHT if is_line else 0.0) - HALF_THICKNESS
    look = {"rgba": WHITE} if is_line else {"material": "street"}
    add_seen(
        spec.worldbody,
        mujoco.mjtGeom.mjGEOM_BOX,
        name=name,
        size=[0.5 * (stretch[1] - stretch[0]) / math.cos(slope), half_width, HALF_THICKNESS],
        pos=[x - up * math.sin(slope), y, site.ground.height(x) + up * math.cos(slope)],
        quat=[math.cos(0.5 * slope), 0.0, -math.sin(0.5 * slope), 0.0],
        **look,
    )
