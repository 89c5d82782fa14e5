"""A camera beside the lane that follows the robot, for pictures and the replay."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.config.ground import GroundSpec
from robot_trials.robots.mujoco.rendering import make_renderer, make_scene_option
from robot_trials.robots.mujoco.view import View

DISTANCE = 3.1
"""From the robot [m]."""
AZIMUTH_DEG, ELEVATION_DEG = -154.0, -9.0
"""Direction of view: from ahead and a little left, between the boards, with the people on the right in sight."""
LOOK_HEIGHT = 0.85
"""Height of the point looked at above the ground [m]."""


class SceneCamera:
    """Renders the world as somebody walking beside the robot sees it.

    Attributes:
        size: width and height of the pictures [px].
    """

    def __init__(self, view: View, ground: GroundSpec, width: int, height: int) -> None:
        self.size = (width, height)
        self._view, self._ground, model = view, ground, view.model
        model.vis.global_.offwidth = max(model.vis.global_.offwidth, width)
        model.vis.global_.offheight = max(model.vis.global_.offheight, height)
        self._renderer = make_renderer(model, width, height, shadows=False)
        self._option = make_scene_option()
        self._camera = mujoco.MjvCamera()
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FREE
        self._camera.distance = DISTANCE
        self._camera.azimuth, self._camera.elevation = AZIMUTH_DEG, ELEVATION_DEG

    def render(self) -> np.ndarray:
        """The picture now, shape (height, width, 3), uint8, RGB."""
        self._view.follow()
        x, y = self._view.data.qpos[:2]
        self._camera.lookat[:] = [x + 0.25, y * 0.5, self._ground.height(float(x)) + LOOK_HEIGHT]
        self._renderer.update_scene(self._view.data, camera=self._camera, scene_option=self._option)
        return self._renderer.render().copy()

    def close(self) -> None:
        """Release the renderer."""
        self._renderer.close()
