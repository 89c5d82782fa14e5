"""A prop without people: it hangs beside the robot until somebody puts it into a hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from robot_trials.config.site import Site
from robot_trials.robots.props.acting import Holder, Stage

BESIDE = (0.0, -1.5, 1.0)
"""Where it hangs, from the start [m]."""


def find_hanging_place(site: Site) -> np.ndarray:
    """Where a prop hangs that waits to be put into a hand, map frame, shape (3,) [m]."""
    return np.array((site.start.x, site.start.y, 0.0)) + BESIDE


class HangingProp:
    """Keeps a prop where it hangs.

    Attributes:
        hangs: nobody has taken it yet.
    """

    people: Sequence[Holder] = ()

    def __init__(self, stage: Stage, name: str) -> None:
        self._prop = stage.prop(name)
        self._place = self._prop.coordinates.copy()
        self.hangs = True

    def act(self, dt: float) -> None:
        """Stay, while it hangs."""
        if self.hangs:
            self._prop.coordinates[:] = self._place
            self._prop.velocity[:] = 0.0

    def put_at(self, position: np.ndarray, rotation: np.ndarray) -> None:
        """Let it be taken: put its origin at a point [m], with these axes, at rest."""
        self.hangs = False
        self._prop.place(position, rotation)
