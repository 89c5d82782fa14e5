"""The torch: a prop whose frame is its grip point, z along it."""

from __future__ import annotations

import numpy as np

from robot_trials.robots.props import Capsule, Cylinder, Ellipsoid, Grip, Prop, Shape
from robot_trials.robots.props.shapes import Point

NAME = "torch"
LENGTH = 0.70
"""Whole length [m]."""
COM_ABOVE_GRIP = 0.10
"""Height of the usual centre of mass above the grip point, with the torch upright [m]."""
SHAFT_RADIUS = 0.018
BOTTOM = COM_ABOVE_GRIP - LENGTH / 2
"""Lower end above the grip point [m]."""
INERTIA_RADIUS = 0.03
"""Radius of the even cylinder that stands for the torch's inertia [m]."""


def make_torch(
    mass: float, position: np.ndarray, rotation: np.ndarray | None = None, com: Point = (0.0, 0.0, COM_ABOVE_GRIP)
) -> Prop:
    """A torch that a hand can grip.

    Args:
        mass: [kg].
        position: of its grip point at the start, map frame, shape (3,) [m].
        rotation: its axes then, shape (3, 3); upright where none are given.
        com: centre of mass from the grip point [m].
    """
    across = mass * (3 * INERTIA_RADIUS**2 + LENGTH**2) / 12
    return Prop(
        NAME,
        _make_shapes(),
        position,
        np.eye(3) if rotation is None else rotation,
        mass=mass,
        com=com,
        inertia=(across, across, mass * INERTIA_RADIUS**2 / 2),
        grip=Grip(),
    )


def _make_shapes() -> tuple[Shape, ...]:
    """A shaft that touches the ground, and what is seen of it."""
    low, high = (0.0, 0.0, BOTTOM + SHAFT_RADIUS), (0.0, 0.0, BOTTOM + LENGTH - SHAFT_RADIUS)
    stages = (
        (BOTTOM, 0.12, SHAFT_RADIUS, (0.78, 0.62, 0.30, 1.0)),
        (0.22, 0.38, 0.034, (0.72, 0.10, 0.12, 1.0)),
        (0.38, 0.40, 0.040, (0.88, 0.74, 0.40, 1.0)),
        (0.12, 0.22, 0.013, (0.72, 0.10, 0.12, 1.0)),
    )
    flames = (
        (BOTTOM + LENGTH - 0.02, 0.05, 0.026, (1.0, 0.55, 0.10, 0.85)),
        (BOTTOM + LENGTH - 0.03, 0.03, 0.016, (1.0, 0.88, 0.35, 0.95)),
    )
    return (
        Capsule(low, high, SHAFT_RADIUS),
        *(
            Cylinder((0.0, 0.0, bottom), (0.0, 0.0, top), radius, colour=colour, solid=False)
            for bottom, top, radius, colour in stages
        ),
        *(
            Ellipsoid((0.0, 0.0, height), (radius, radius, half_height), colour=colour, solid=False)
            for height, half_height, radius, colour in flames
        ),
    )
