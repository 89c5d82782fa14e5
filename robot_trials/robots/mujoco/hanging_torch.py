"""The torch without people: it hangs beside the robot until it is put into a hand."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.config.site import Site
from robot_trials.robots.mujoco.rotations import quaternion_wxyz_from_matrix
from robot_trials.robots.mujoco.torch import NAME

BESIDE = (0.0, -1.5, 1.0)
"""Where it hangs, from the start [m]."""


class HangingTorch:
    """Keeps the torch where it hangs.

    Attributes:
        hangs: nobody has taken it yet.
        coordinates: its position and quaternion (w, x, y, z), a view on the simulator's state, shape (7,).
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, site: Site) -> None:
        self._data = data
        joint = model.joint(NAME)
        q, v = int(joint.qposadr[0]), int(joint.dofadr[0])
        self.coordinates, self._velocity = data.qpos[q : q + 7], data.qvel[v : v + 6]
        self.hangs = True
        self._place = np.array((site.start.x, site.start.y, 0.0)) + BESIDE
        self.update()

    def update(self) -> None:
        """Stay, while it hangs."""
        if self.hangs:
            self.coordinates[:] = (*self._place, 1.0, 0.0, 0.0, 0.0)
            self._velocity[:] = 0.0

    def put_at(self, site: int) -> None:
        """Put the torch's grip point at a site of the model, along its z axis and at rest."""
        self.hangs = False
        self.coordinates[:3] = self._data.site_xpos[site]
        self.coordinates[3:] = quaternion_wxyz_from_matrix(self._data.site_xmat[site].reshape(3, 3))
        self._velocity[:] = 0.0
        mujoco.mj_kinematics(self._data.model, self._data)
