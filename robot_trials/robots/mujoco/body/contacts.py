"""Sorts contacts: soles on the ground are meant, everything else is counted."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.mujoco.groups import ContactBits
from robot_trials_control.numeric.compiled import bind, compiled

FLOOR = int(ContactBits.FLOOR)
SOLE_ON_FLOOR = int(ContactBits.SOLE + ContactBits.FLOOR)
ACTING = (int(ContactBits.ROBOT), int(ContactBits.SOLE), int(ContactBits.PROP))
"""What counts as the robot's own doing, or a prop's; people stand for themselves."""
CONTACTS_MAX = 256
"""Of one robot that are looked at."""
PROP_ON_PROP = int(ContactBits.PROP) * 2
PROP_ON_FLOOR = int(ContactBits.PROP + ContactBits.FLOOR)
EXAMPLE = np.zeros((2, 4), np.int32)[:, :2]
"""A list of pairs of geoms as MuJoCo has it, a column of any stride."""


class Contacts:
    """What touches what now.

    Attributes:
        kind: `ContactBits` of each geom, shape (ngeom,).
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData) -> None:
        self.kind = np.array(model.geom_contype, dtype=np.int64)
        self._data = data

    @property
    def geoms(self) -> np.ndarray:
        """The two of each contact, shape (n, 2)."""
        pairs: np.ndarray = self._data.contact.geom
        return pairs


class OwnContacts(Contacts):
    """Those in which a robot or one of its props has a part, in a world with several.

    Args:
        model, data: the world.
        prefix: of the names of everything that is the robot's own, props included.
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, prefix: str) -> None:
        super().__init__(model, data)
        own = np.array([model.body(body).name.startswith(prefix) for body in range(model.nbody)])
        self._mine = own[model.geom_bodyid] & np.isin(self.kind, ACTING)
        self._found = np.zeros((CONTACTS_MAX, 4), np.int32)[:, :2]
        self._find = bind(find_contacts, EXAMPLE, self._mine, self._found)

    @property
    def geoms(self) -> np.ndarray:
        """The two of each contact, shape (n, 2)."""
        return self._found[: self._find(self._data.contact.geom, self._mine, self._found)]


@compiled
def find_contacts(geoms: np.ndarray, mine: np.ndarray, found: np.ndarray) -> int:
    """Copy the pairs with one geom that is mine at least, as many as there is room for; returns how many.

    Args:
        geoms: the two of each contact, shape (n, 2).
        mine: by geom, shape (ngeom,).
        found: receives pairs, shape (m, 2).
    """
    count = 0
    for contact in range(len(geoms)):
        if count < len(found) and (mine[geoms[contact, 0]] or mine[geoms[contact, 1]]):
            found[count, 0], found[count, 1] = geoms[contact, 0], geoms[contact, 1]
            count += 1
    return count


@compiled
def count_odd_contacts(geoms: np.ndarray, kind: np.ndarray) -> tuple[int, int]:
    """Count contacts that nobody wants: the robot's with the ground, and those with itself, people or things.

    Those of soles and props on the ground, and of props with each other, are left out; without margins, whatever MuJoCo
    lists does touch.

    Args:
        geoms: the two of each contact, shape (n, 2).
        kind: `ContactBits` of each geom, shape (ngeom,).
    """
    ground = unwanted = 0
    for contact in range(len(geoms)):
        kinds = kind[geoms[contact, 0]] + kind[geoms[contact, 1]]
        if kinds == SOLE_ON_FLOOR or kinds == PROP_ON_FLOOR or kinds == PROP_ON_PROP:
            continue
        if kinds & FLOOR:
            ground += 1
        else:
            unwanted += 1
    return ground, unwanted
