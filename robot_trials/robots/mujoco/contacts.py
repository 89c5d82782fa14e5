"""Sorts contacts: soles on the ground are meant, everything else is counted."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.mujoco.groups import ContactBits

SOLE_ON_FLOOR = int(ContactBits.SOLE + ContactBits.FLOOR)
TORCH_ON_FLOOR = int(ContactBits.TORCH + ContactBits.FLOOR)


class ContactCounter:
    """Counts contacts of the robot that nobody wants.

    Attributes:
        ground: with the ground, other than the soles', at the last `update`.
        unwanted: with itself, people or things, at the last `update`.
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData) -> None:
        self._data = data
        self._kind = np.array(model.geom_contype, dtype=np.int64)
        self.ground = 0
        self.unwanted = 0

    def update(self) -> None:
        """Count the contacts of the last physics step."""
        self.ground = self.unwanted = 0
        if self._data.ncon == 0:
            return
        pairs = self._kind[self._data.contact.geom]
        kinds = pairs[:, 0] + pairs[:, 1]
        if np.count_nonzero(kinds == SOLE_ON_FLOOR) == len(kinds):
            return
        odd = (kinds != SOLE_ON_FLOOR) & (kinds != TORCH_ON_FLOOR) & (self._data.contact.dist <= 0.0)
        on_ground = (kinds & ContactBits.FLOOR) != 0
        self.ground = int(np.count_nonzero(odd & on_ground))
        self.unwanted = int(np.count_nonzero(odd & ~on_ground))
