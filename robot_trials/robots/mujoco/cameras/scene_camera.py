"""A camera beside the lane that follows the robot, for pictures and the replay."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mujoco
import numpy as np

from robot_trials.config.site.ground import GroundSpec
from robot_trials.robots.mujoco.cameras.rendering import make_renderer, make_scene_option
from robot_trials.robots.mujoco.view import View

DISTANCE = 3.1
"""From the robot [m]."""
AZIMUTH_DEG, ELEVATION_DEG = -154.0, -9.0
"""Direction of view: from ahead and a little left, between the boards, with the people on the right in sight."""
OVERVIEW_ELEVATION_DEG = -25.0
"""Direction of view on several robots."""
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
        self._camera.azimuth = AZIMUTH_DEG + math.degrees(view.place.yaw)
        self._camera.elevation = ELEVATION_DEG

    def render(self) -> np.ndarray:
        """The picture now, shape (height, width, 3), uint8, RGB."""
        self._view.follow()
        self._aim()
        self._renderer.update_scene(self._view.data, camera=self._camera, scene_option=self._option)
        return self._renderer.render().copy()

    def _aim(self) -> None:
        """Look at the robot."""
        x, y, _ = self._view.base_position
        target = np.array([x + 0.25, y * 0.5, self._ground.height(float(x)) + LOOK_HEIGHT])
        self._camera.lookat[:] = self._view.place.to_world(target)

    def close(self) -> None:
        """Release the renderer."""
        self._renderer.close()


class OverviewCamera(SceneCamera):
    """Renders all robots of a shared world from ahead and above.

    Args:
        view: what is rendered.
        others: the same world as each of the robots looks at it.
        width, height: of the pictures [px].
    """

    def __init__(self, view: View, others: Sequence[View], width: int, height: int) -> None:
        super().__init__(view, GroundSpec(), width, height)
        self._others = others
        self._camera.elevation = OVERVIEW_ELEVATION_DEG

    def _aim(self) -> None:
        """Look at the middle of all robots from so far away that each is in the picture."""
        points = []
        for view in self._others:
            view.follow()
            points.append(view.place.to_world(view.base_position))
        middle = np.mean(points, axis=0)
        spread = max(float(np.linalg.norm(point[:2] - middle[:2])) for point in points)
        self._camera.lookat[:] = [middle[0], middle[1], LOOK_HEIGHT]
        self._camera.distance = DISTANCE + 2.0 * spread
