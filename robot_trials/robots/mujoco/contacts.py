"""Sorts contacts: soles on the ground are meant, everything else is counted."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.mujoco.groups import ContactBits
from robot_trials_control.compiled import compiled

FLOOR = int(ContactBits.FLOOR)
SOLE_ON_FLOOR = int(ContactBits.SOLE + ContactBits.FLOOR)
TORCH_ON_FLOOR = int(ContactBits.TORCH + ContactBits.FLOOR)


class ContactCounter:
    """Counts contacts of the robot that nobody wants; without margins, whatever MuJoCo lists does touch.

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
        self.ground, self.unwanted = _count_odd(self._data.contact.geom, self._kind)


@compiled
def _count_odd(geoms: np.ndarray, kind: np.ndarray) -> tuple[int, int]:
    """Contacts on the ground and others, without those of soles and torch on the ground.

    Args:
        geoms: the two of each contact, shape (n, 2).
        kind: `ContactBits` of each geom, shape (ngeom,).
    """
    ground = unwanted = 0
    for contact in range(len(geoms)):
        kinds = kind[geoms[contact, 0]] + kind[geoms[contact, 1]]
        if kinds == SOLE_ON_FLOOR or kinds == TORCH_ON_FLOOR:
            continue
        if kinds & FLOOR:
            ground += 1
        else:
            unwanted += 1
    return ground, unwanted
