"""A geometric model of "camera and detector": which fiducials would be found, where, and how wrong.

It stands in for rendered frames where speed matters. Its visibility limits and its noise are calibrated against the
rendered camera and the project's detector; a test compares the two.
"""

from __future__ import annotations

from collections import deque

import mujoco
import numpy as np

from robot_trials.config.site import Site
from robot_trials.robots.interface import FiducialObservation
from robot_trials.robots.mujoco.cameras.fiducial_noise import SIZE_MIN_PX, compute_noise, disturb_pose
from robot_trials.robots.mujoco.groups import SCENERY_GROUP, VISUAL_GROUP
from robot_trials.robots.mujoco.scene.tag_picture import CORNERS, measure_tags
from robot_trials.robots.mujoco.view import View
from robot_trials.robots.profile import RobotProfile
from robot_trials_control.numeric.compiled import bind

FACING_COSINE_MIN = 0.35
"""Cosine of the angle between the tag's normal and the line of sight below which the detector loses it."""
SEEN_POINTS = np.concatenate((np.zeros((1, 3)), 0.9 * CORNERS))
"""Points of a tag that nothing may hide, for a black square of edge 1."""


class FiducialSensor:
    """Captures at the camera's rate and hands observations out after its latency."""

    def __init__(
        self, view: View, profile: RobotProfile, site: Site, noise: bool, generator: np.random.Generator
    ) -> None:
        self._view, self._model, self._data = view, view.model, view.data
        model = view.model
        self._camera_site = int(model.site(view.name(profile.frames.camera_optical)).id)
        self._head_body = int(model.site_bodyid[self._camera_site])
        tags = [tag for tag in site.fiducials if _has_site(model, view.name(f"tag_{tag.id}"))]
        self._ids = [tag.id for tag in tags]
        self._sizes = np.array([tag.size for tag in tags])
        self._sites = np.array([model.site(view.name(f"tag_{tag.id}")).id for tag in tags], dtype=np.int64)
        self._geoms = [model.geom(view.name(f"tag_{tag.id}")).id for tag in tags]
        self._focal_length = float(profile.camera.matrix[0, 0])
        picture = np.array([profile.camera.width - 1.0, profile.camera.height - 1.0])
        self._poses, self._size_px, self._facing = np.zeros((len(tags), 4, 4)), np.zeros(len(tags)), np.zeros(len(tags))
        # Views on the simulator's own memory: they follow every step.
        self._positions, self._axes = self._data.site_xpos, self._data.site_xmat
        self._measured = (
            *(self._positions, self._axes, self._camera_site, self._sites, self._sizes),
            *(profile.camera.matrix, picture, self._poses, self._size_px, self._facing),
        )
        self._measure_tags = bind(measure_tags, *self._measured)
        self._disturb_pose = bind(disturb_pose, np.eye(4), 0.0, 0.0, 0.0, 0.0, np.zeros(7))
        self._period_ns = round(1e9 / profile.camera.rate_hz)
        self._latency_ns = round(profile.camera.latency * 1e9)
        self._noise, self._generator = noise, generator
        self._groups = np.zeros(6, dtype=np.uint8)
        self._hit = np.zeros(1, dtype=np.int32)
        self._groups[[VISUAL_GROUP, SCENERY_GROUP]] = 1
        self._next_ns = self._now_ns = 0
        self._waiting: deque[FiducialObservation] = deque()

    def update(self, now_ns: int) -> None:
        """Capture when it is time."""
        self._now_ns = now_ns
        if now_ns >= self._next_ns:
            self._next_ns += self._period_ns
            self._waiting.extend(self._capture(now_ns))

    def take(self) -> list[FiducialObservation]:
        """Observations whose latency is over, once."""
        taken = []
        while self._waiting and self._waiting[0].time_ns + self._latency_ns <= self._now_ns:
            taken.append(self._waiting.popleft())
        return taken

    def _capture(self, now_ns: int) -> list[FiducialObservation]:
        self._view.follow()
        self._measure_tags(*self._measured)
        found = (self._size_px >= SIZE_MIN_PX) & (self._facing > FACING_COSINE_MIN)
        camera_position = self._positions[self._camera_site]
        return [
            FiducialObservation(now_ns, self._ids[index], self._observe(index))
            for index in found.nonzero()[0].tolist()
            if self._is_clear(index, camera_position)
        ]

    def _is_clear(self, index: int, camera_position: np.ndarray) -> bool:
        """Whether nothing stands between the camera and the tag's centre and corners."""
        model, data, site, hit = self._model, self._data, self._sites[index], self._hit
        points = self._sizes[index] * SEEN_POINTS @ self._axes[site].reshape(3, 3).T
        expected = (-1, self._geoms[index])
        for ray in self._positions[site] - camera_position + points:  # a few cost half as one by one, not at once
            mujoco.mj_ray(model, data, camera_position, ray, self._groups, 1, self._head_body, hit)
            if hit[0] not in expected:
                return False
        return True

    def _observe(self, index: int) -> np.ndarray:
        """Pose in the camera's optical frame as the detector would give it, shape (4, 4)."""
        pose = self._poses[index].copy()
        if self._noise:
            noise = compute_noise(float(self._size_px[index]), float(self._facing[index]))
            lateral, draw = noise.lateral_px / self._focal_length, self._generator.standard_normal(7)
            self._disturb_pose(pose, lateral, noise.depth_bias, noise.depth, noise.rotation, draw)
        return pose


def _has_site(model: mujoco.MjModel, name: str) -> bool:
    return bool(mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_SITE, name) >= 0)
