"""Sorts contacts: soles on the ground are meant, everything else is counted."""

from __future__ import annotations

import numpy as np

from robot_trials.robots.mujoco.groups import ContactBits
from robot_trials_control.compiled import compiled

FLOOR = int(ContactBits.FLOOR)
SOLE_ON_FLOOR = int(ContactBits.SOLE + ContactBits.FLOOR)
TORCH_ON_FLOOR = int(ContactBits.TORCH + ContactBits.FLOOR)


@compiled
def count_odd_contacts(geoms: np.ndarray, kind: np.ndarray) -> tuple[int, int]:
    """Count contacts that nobody wants: the robot's with the ground, and those with itself, people or things.

    Those of soles and torch on the ground are left out; without margins, whatever MuJoCo lists does touch.

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
