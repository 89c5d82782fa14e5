"""The head camera as rendered frames, with rate, latency and noise."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from robot_trials.robots.interface import CameraFrame
from robot_trials.robots.mujoco.cameras.field_of_view import FieldOfView
from robot_trials.robots.mujoco.cameras.rendering import make_renderer, make_scene_option
from robot_trials.robots.mujoco.view import View
from robot_trials.robots.mujoco.world import HEAD_CAMERA
from robot_trials.robots.profile import RobotProfile
from robot_trials_control.numeric.compiled import compiled

GRAIN_FRAMES = 4
"""Pictures' worth of grain drawn ahead; each frame takes a stretch of it from a random place."""


class HeadCamera:
    """Renders a frame of what is seen at every capture and hands it out after the latency.

    The scene is fixed at the capture. It is rendered on a thread of its own, to which the renderer's context belongs,
    while the world goes on; whoever takes the frame when it is due waits for it.
    """

    def __init__(self, view: View, profile: RobotProfile, noise: bool, generator: np.random.Generator) -> None:
        camera = profile.camera
        self._view = view
        self._period_ns = round(1e9 / camera.rate_hz)
        self._latency_ns = round(camera.latency * 1e9)
        self._matrix = camera.matrix
        self._generator = generator
        self._pixels = camera.width * camera.height
        self._grain = _draw_grain(generator, GRAIN_FRAMES * self._pixels, camera.image_noise if noise else 0.0)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="head_camera")
        self._renderer = self._thread.submit(
            make_renderer, view.model, camera.width, camera.height, shadows=False, fine=False
        ).result()
        self._option = make_scene_option()
        self._name = view.name(HEAD_CAMERA)
        self._field = FieldOfView(view, self._name, (camera.width, camera.height), self._matrix)
        self._picture = np.zeros((camera.height, camera.width, 3), dtype=np.uint8)
        self._next_ns = 0
        self._now_ns = 0
        self._waiting: deque[tuple[int, Future[np.ndarray]]] = deque()

    def update(self, now_ns: int) -> None:
        """Capture a frame when one is due."""
        self._now_ns = now_ns
        if now_ns < self._next_ns:
            return
        self._next_ns += self._period_ns
        if self._waiting:
            self._waiting[-1][1].result()  # the scene is still being read until then
        self._fix_scene()
        start = int(self._generator.integers(len(self._grain) - self._pixels))
        self._waiting.append((now_ns, self._thread.submit(self._take_picture, start)))

    def take(self) -> CameraFrame | None:
        """The newest frame whose latency is over, once."""
        frame = None
        while self._waiting and self._waiting[0][0] + self._latency_ns <= self._now_ns:
            time_ns, picture = self._waiting.popleft()
            frame = CameraFrame(time_ns, picture.result(), self._matrix)
        return frame

    def close(self) -> None:
        """Release renderer and thread."""
        self._thread.submit(self._renderer.close).result()
        self._thread.shutdown()

    def _fix_scene(self) -> None:
        """Copy what is seen now into the renderer's scene."""
        self._view.follow()
        with self._field.only():
            self._renderer.update_scene(self._view.data, camera=self._name, scene_option=self._option)

    def _take_picture(self, start: int) -> np.ndarray:
        """On the thread: the scene in the camera's channel order with the sensor's noise, from `start` of the grain on.

        Returns:
            shape (height, width, 3), uint8.
        """
        self._renderer.render(out=self._picture)
        image = np.empty_like(self._picture)
        _develop(self._picture, self._grain[start : start + self._pixels], image)
        return image


def _draw_grain(generator: np.random.Generator, count: int, sigma: float) -> np.ndarray:
    """What noise adds to pixels' grey values, whole steps, shape (count,), int16."""
    return np.rint(sigma * generator.standard_normal(count, dtype=np.float32)).astype(np.int16)


@compiled
def _develop(picture_rgb: np.ndarray, grain: np.ndarray, image_bgr: np.ndarray) -> None:
    """Turn the order of channels and add the grain, the same to all channels of a pixel."""
    height, width, _ = picture_rgb.shape
    for row in range(height):
        for column in range(width):
            added = np.int32(grain[row * width + column])
            for channel in range(3):
                value = np.int32(picture_rgb[row, column, 2 - channel]) + added
                image_bgr[row, column, channel] = min(max(value, np.int32(0)), np.int32(255))
