"""What the 3D replay shows of a trial beside the robot, the floor and the fiducial boards.

Plain data in the map frame [m, rad]: x forward, y left, z up. What moves has one row for each moment of the replay;
what stands still has one row in all. Colours are red, green, blue and opacity, from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Colour = tuple[float, float, float, float]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class Shape:
    """A primitive of a thing, in the thing's frame; cylinders and capsules stand along z.

    Attributes:
        kind: box, sphere, cylinder or capsule.
        size: a box's three edges, a sphere's radius, else radius and length [m]; a capsule's is without its ends.
        colour: of its surface.
        position: of its middle [m].
        rpy: turns about the fixed axes x, y, z [rad].
        stretch: factors along its own x, y, z.
        glow: colour of the light that it gives off by itself, without opacity; None for none.
    """

    kind: Literal["box", "sphere", "cylinder", "capsule"]
    size: tuple[float, ...]
    colour: Colour
    position: Point = (0.0, 0.0, 0.0)
    rpy: Point = (0.0, 0.0, 0.0)
    stretch: Point = (1.0, 1.0, 1.0)
    glow: Point | None = None


@dataclass(frozen=True)
class Thing:
    """Something that stands or moves.

    Attributes:
        name: in words.
        shapes: what it is drawn from.
        poses: position [m] and quaternion xyzw, shape (7,), or (n, 7) with a row for each moment.
    """

    name: str
    shapes: tuple[Shape, ...]
    poses: np.ndarray


@dataclass(frozen=True)
class Figure:
    """A person.

    Attributes:
        name: in words.
        stance: x, y, yaw of the feet, shape (3,), or (n, 3) with a row for each moment.
        shirt, trousers: colours.
        hand: where the hand of the moving arm is, shape (3,) or (n, 3) [m]; NaN or None lets the arm hang.
        side: of that arm.
    """

    name: str
    stance: np.ndarray
    shirt: Colour = (0.36, 0.52, 0.42, 1.0)
    trousers: Colour = (0.2, 0.22, 0.28, 1.0)
    hand: np.ndarray | None = None
    side: Literal["left", "right"] = "right"


@dataclass(frozen=True)
class Patch:
    """A painted or paved piece of ground.

    Attributes:
        corners: x, y of a convex polygon's corners, anticlockwise seen from above.
        colour: of the paint; paving has its own and only takes the opacity.
        height: above the floor, so that what is painted on top is seen [m].
        paved: stones instead of paint.
    """

    corners: tuple[tuple[float, float], ...]
    colour: Colour = (1.0, 1.0, 1.0, 1.0)
    height: float = 0.005
    paved: bool = False

    @staticmethod
    def make_rectangle(
        x: tuple[float, float], y: tuple[float, float], colour: Colour, height: float = 0.005, paved: bool = False
    ) -> Patch:
        """One whose edges lie along x and y."""
        corners = ((x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1]))
        return Patch(corners, colour, height, paved)


@dataclass(frozen=True)
class Label:
    """A short text on the ground, white.

    Attributes:
        text: up to about six letters.
        position: of its middle [m].
        yaw: of the direction in which it runs.
        height: of its field, which is twice as wide [m].
    """

    text: str
    position: Point
    yaw: float = 0.0
    height: float = 0.5


@dataclass(frozen=True)
class Scene:
    """All that a kind adds to the replay."""

    things: tuple[Thing, ...] = ()
    people: tuple[Figure, ...] = ()
    ground: tuple[Patch, ...] = ()
    labels: tuple[Label, ...] = ()

    def __add__(self, other: Scene) -> Scene:
        """Both together."""
        return Scene(
            self.things + other.things,
            self.people + other.people,
            self.ground + other.ground,
            self.labels + other.labels,
        )
