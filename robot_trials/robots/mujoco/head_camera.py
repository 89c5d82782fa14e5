"""The head camera as rendered frames, with rate, latency and noise."""

from __future__ import annotations

from collections import deque

import numpy as np

from robot_trials.robots.interface import CameraFrame
from robot_trials.robots.mujoco.rendering import make_renderer, make_scene_option
from robot_trials.robots.mujoco.view import View
from robot_trials.robots.mujoco.world import HEAD_CAMERA
from robot_trials.robots.profile import RobotProfile


class HeadCamera:
    """Renders a frame at every capture and hands it out after the latency."""

    def __init__(self, view: View, profile: RobotProfile, noise: bool, generator: np.random.Generator) -> None:
        camera = profile.camera
        self._view = view
        self._period_ns = round(1e9 / camera.rate_hz)
        self._latency_ns = round(camera.latency * 1e9)
        self._matrix = camera.matrix
        self._sigma = camera.image_noise if noise else 0.0
        self._generator = generator
        self._renderer = make_renderer(view.model, camera.width, camera.height, shadows=False)
        self._option = make_scene_option()
        self._next_ns = 0
        self._now_ns = 0
        self._waiting: deque[CameraFrame] = deque()

    def update(self, now_ns: int) -> None:
        """Capture a frame when one is due."""
        self._now_ns = now_ns
        if now_ns < self._next_ns:
            return
        self._next_ns += self._period_ns
        self._view.follow()
        self._renderer.update_scene(self._view.data, camera=HEAD_CAMERA, scene_option=self._option)
        self._waiting.append(CameraFrame(now_ns, self._develop(self._renderer.render()), self._matrix))

    def take(self) -> CameraFrame | None:
        """The newest frame whose latency is over, once."""
        frame = None
        while self._waiting and self._waiting[0].time_ns + self._latency_ns <= self._now_ns:
            frame = self._waiting.popleft()
        return frame

    def close(self) -> None:
        """Release the renderer."""
        self._renderer.close()

    def _develop(self, image_rgb: np.ndarray) -> np.ndarray:
        """The picture in the camera's channel order with the sensor's noise."""
        image = np.ascontiguousarray(image_rgb[:, :, ::-1])
        if self._sigma == 0.0:
            return image
        grain = self._generator.standard_normal(image.shape[:2], dtype=np.float32)
        noisy = image + (grain * self._sigma)[:, :, None]
        return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
