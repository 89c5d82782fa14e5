"""Shapes of which props and people are made, as every simulator can build them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float, float]
"""x, y, z in the frame of what the shape belongs to [m]."""
Colour: TypeAlias = tuple[float, float, float, float]
"""Red, green, blue and opacity, 0…1."""


@dataclass(frozen=True, kw_only=True)
class Surface:
    """What every shape has beside its form.

    Attributes:
        colour: None for what is not seen.
        solid: whether it can be touched; what is not solid is only seen.
    """

    colour: Colour | None = None
    solid: bool = True


@dataclass(frozen=True)
class Box(Surface):
    """A box along the axes of its frame.

    Attributes:
        centre: [m].
        half_size: half its edges [m].
    """

    centre: Point
    half_size: Point


@dataclass(frozen=True)
class Ellipsoid(Surface):
    """An ellipsoid along the axes of its frame.

    Attributes:
        centre: [m].
        half_axes: [m].
    """

    centre: Point
    half_axes: Point


@dataclass(frozen=True)
class Sphere(Surface):
    """A sphere: its centre and radius [m]."""

    centre: Point
    radius: float


@dataclass(frozen=True)
class Cylinder(Surface):
    """A cylinder between the centres of its two faces, with its radius [m]."""

    start: Point
    end: Point
    radius: float


@dataclass(frozen=True)
class Capsule(Surface):
    """A cylinder between two points with a half sphere around each, of the same radius [m]."""

    start: Point
    end: Point
    radius: float


Shape: TypeAlias = Box | Ellipsoid | Sphere | Cylinder | Capsule
