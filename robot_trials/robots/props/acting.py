"""Between a simulated world and those who act in it: they feel how props move, pull at them, and move their hands.

Everything here is in the site's map frame. Arrays are views on the simulator's own memory: they follow every step, and
what is written into them is in force for the next control period.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class PropState(Protocol):
    """How a prop that moves is now.

    Attributes:
        coordinates: position [m] and quaternion (w, x, y, z), shape (7,).
        velocity: linear in the map, angular about the prop's own axes, shape (6,) [m/s, rad/s].
        wrench: receives force and torque about the centre of mass, along map axes, shape (6,) [N, N·m].
    """

    coordinates: np.ndarray
    velocity: np.ndarray
    wrench: np.ndarray

    def place(self, position: np.ndarray, rotation: np.ndarray) -> None:
        """Put it somewhere, at rest: position, shape (3,) [m], and axes, shape (3, 3)."""


class Arm(Protocol):
    """A person's arm that moves.

    Attributes:
        rest_position: fist of the hanging arm, shape (3,) [m].
        fist_position: fist now, shape (3,) [m].
    """

    rest_position: np.ndarray
    fist_position: np.ndarray

    def move_to(self, fist_position: np.ndarray, rotation: np.ndarray) -> None:
        """Put the fist at a point, shape (3,) [m], with the axes of what it holds or would hold, shape (3, 3)."""


class Stage(Protocol):
    """A simulated world as actors meet it."""

    def prop(self, name: str) -> PropState:
        """A prop that moves.

        Raises:
            KeyError: there is none of that name.
        """

    def arm(self, name: str) -> Arm:
        """The arm of a figure.

        Raises:
            KeyError: there is none of that name.
        """


class Holder(Protocol):
    """Someone whose hand may be on the gripped prop.

    Attributes:
        force: of the hand on the prop, shape (3,), the same array at all times [N].
    """

    force: np.ndarray

    @property
    def holds(self) -> bool:
        """Whether the hand is on it."""


class Actors(Protocol):
    """All who act in a world, together: they may have to know of each other."""

    @property
    def people(self) -> Sequence[Holder]:
        """Who may hold the gripped prop, in the order of `PropSet.people`; always the same ones."""

    def act(self, dt: float) -> None:
        """Feel, decide, pull and move for one control period of `dt` [s]."""


class NoActors:
    """Nobody does anything."""

    people: Sequence[Holder] = ()

    def act(self, dt: float) -> None:
        """Nothing."""
