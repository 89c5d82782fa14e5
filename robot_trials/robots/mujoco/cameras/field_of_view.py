"""What a camera can see: shapes outside its picture are not drawn, for drawing them costs as much as the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from robot_trials.robots.mujoco.groups import HIDDEN_GROUP
from robot_trials.robots.mujoco.view import View

RANGE = 40.0
"""Beyond this the largest board of a site has few pixels [m]."""


class FieldOfView:
    """The pyramid that a camera sees.

    Args:
        view: the world as it looks.
        camera: name of the camera in it.
        size: width and height of the picture [px].
        matrix: intrinsics, shape (3, 3) [px].
    """

    def __init__(self, view: View, camera: str, size: tuple[int, int], matrix: np.ndarray) -> None:
        model, data = view.model, view.data
        index = model.camera(camera).id
        self._position, self._axes = data.cam_xpos[index], data.cam_xmat[index].reshape(3, 3)
        self._centres, self._radii = data.geom_xpos, model.geom_rbound
        self._groups = model.geom_group
        self._endless = model.geom_rbound == 0.0
        self._slopes = np.array([size[0] / 2 / matrix[0, 0], size[1] / 2 / matrix[1, 1]])
        self._lengths = np.hypot(1.0, self._slopes)

    @contextmanager
    def only(self) -> Iterator[None]:
        """While this lasts, shapes that cannot be in the picture are in the hidden group."""
        groups = self._groups.copy()
        self._groups[~self._find_visible()] = HIDDEN_GROUP
        try:
            yield
        finally:
            self._groups[:] = groups

    def _find_visible(self) -> np.ndarray:
        """Whether a shape's bounding sphere reaches into the pyramid, shape (number of shapes,)."""
        offsets = (self._centres - self._position) @ self._axes
        depth, radii = -offsets[:, 2], self._radii
        inside = np.abs(offsets[:, :2]) <= depth[:, None] * self._slopes + radii[:, None] * self._lengths
        visible: np.ndarray = self._endless | (inside.all(axis=1) & (depth > -radii) & (depth < RANGE))
        return visible
