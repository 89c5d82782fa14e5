"""How a person looks: simple shapes in the frames of body, upper arm, forearm and hand.

The body's frame has its origin between the feet, x forward and z up. The two links of the arm that moves begin at
shoulder and elbow and run along z. The hand's frame has the axes of a prop that it holds and its origin at that prop's.
"""

from __future__ import annotations

import numpy as np

from robot_trials.robots.props.prop import Look
from robot_trials.robots.props.shapes import Box, Capsule, Colour, Ellipsoid, Shape

SKIN: Colour = (0.86, 0.66, 0.53, 1.0)
HAIR: Colour = (0.10, 0.08, 0.07, 1.0)
SHOE: Colour = (0.92, 0.92, 0.92, 1.0)
SHOULDER = np.array([0.0, -0.21, 1.40])
"""Right shoulder in the body's frame [m]; the left one has the other sign of y."""
UPPER_ARM, FOREARM = 0.36, 0.34
"""Shoulder to elbow, elbow to the middle of the fist [m]."""
HOLD_BELOW_GRIP = 0.12
"""A person's hand holds a prop this far below its origin, which is where a robot grips it [m]."""
PARTS = ("upper_arm", "forearm", "hand")
"""Of the arm, each with a frame of its own."""


def make_body_shapes(look: Look, arm: str) -> tuple[Shape, ...]:
    """Everything but the arm that moves, in the body's frame."""
    side = 1.0 if arm == "right" else -1.0
    return (*_make_lower_body(look), *_make_upper_body(look), *_make_hanging_arm(look, side))


def make_arm_shapes(look: Look) -> dict[str, tuple[Shape, ...]]:
    """The arm that moves: part → its shapes, in the order of `PARTS`."""
    return {
        "upper_arm": (Capsule((0, 0, 0), (0, 0, UPPER_ARM), 0.047, colour=look.shirt),),
        "forearm": (Capsule((0, 0, 0), (0, 0, FOREARM - 0.06), 0.036, colour=SKIN),),
        "hand": (Capsule((0, 0, -HOLD_BELOW_GRIP - 0.022), (0, 0, -HOLD_BELOW_GRIP + 0.022), 0.036, colour=SKIN),),
    }


def _make_lower_body(look: Look) -> list[Shape]:
    shapes: list[Shape] = []
    for side in (-1.0, 1.0):
        shapes.append(Capsule((0.0, side * 0.10, 0.10), (0.0, side * 0.09, 0.88), 0.075, colour=look.trousers))
        shapes.append(Box((0.05, side * 0.10, 0.04), (0.13, 0.045, 0.04), colour=SHOE))
    shapes.append(Capsule((0.0, -0.07, 0.93), (0.0, 0.07, 0.93), 0.11, colour=look.trousers))
    return shapes


def _make_upper_body(look: Look) -> list[Shape]:
    return [
        Ellipsoid((0.0, 0.0, 1.18), (0.115, 0.19, 0.29), colour=look.shirt),
        Capsule((0.0, -0.16, 1.385), (0.0, 0.16, 1.385), 0.062, colour=look.shirt),
        Capsule((0.0, 0.0, 1.42), (0.0, 0.0, 1.50), 0.05, colour=SKIN),
        Ellipsoid((0.01, 0.0, 1.61), (0.095, 0.078, 0.115), colour=SKIN),
        Ellipsoid((-0.015, 0.0, 1.645), (0.095, 0.085, 0.095), colour=HAIR),
    ]


def _make_hanging_arm(look: Look, side: float) -> list[Shape]:
    """The other arm; `side` is 1 for the left one, -1 for the right one."""
    return [
        Capsule((0.0, side * 0.21, 1.39), (0.0, side * 0.27, 1.10), 0.047, colour=look.shirt),
        Capsule((0.0, side * 0.27, 1.10), (0.06, side * 0.27, 0.86), 0.036, colour=SKIN),
        Ellipsoid((0.07, side * 0.27, 0.79), (0.035, 0.025, 0.055), colour=SKIN),
    ]
