"""Inertia of a solid of even density."""

from __future__ import annotations

from robot_trials.robots.body import Shape, Vector

AXES = "xyz"


def compute_principal_inertia(shape: Shape, mass: float) -> Vector:
    """Moments of inertia about the shape's own centre, along its frame's axes.

    Args:
        shape: solid box, cylinder or sphere [m].
        mass: mass of the solid [kg].

    Returns:
        (ixx, iyy, izz) [kg·m²]; a solid always meets the triangle inequality.
    """
    if shape.box is not None:
        x, y, z = shape.box
        return (mass / 12 * (y * y + z * z), mass / 12 * (x * x + z * z), mass / 12 * (x * x + y * y))
    if shape.cylinder is not None:
        radius, length = shape.cylinder
        along = mass * radius * radius / 2
        across = mass * (3 * radius * radius + length * length) / 12
        moments = [across, across, across]
        moments[AXES.index(shape.axis)] = along
        return (moments[0], moments[1], moments[2])
    assert shape.sphere is not None
    moment = 0.4 * mass * shape.sphere**2
    return (moment, moment, moment)
