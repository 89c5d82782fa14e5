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
from robot_trials.robots.mujoco.boards import BOARD_SCALE
from robot_trials.robots.mujoco.fiducial_noise import SIZE_MIN_PX, compute_noise
from robot_trials.robots.mujoco.groups import SCENERY_GROUP, VISUAL_GROUP
from robot_trials.robots.mujoco.rotations import matrix_from_rotation_vector
from robot_trials.robots.profile import RobotProfile

FACING_COSINE_MIN = 0.35
"""Cosine of the angle between the tag's normal and the line of sight below which the detector loses it."""
RANGE_MAX = 25.0
"""Beyond this no tag of a site is large enough [m]."""
CORNERS = np.array([[-0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.5, -0.5, 0.0], [-0.5, -0.5, 0.0]])
"""Corners of a black square of edge 1 in its own frame."""


class FiducialSensor:
    """Captures at the camera's rate and hands observations out after its latency."""

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        profile: RobotProfile,
        site: Site,
        noise: bool,
        generator: np.random.Generator,
    ) -> None:
        self._model, self._data = model, data
        self._camera_site = model.site(profile.frames.camera_optical).id
        self._head_body = int(model.site_bodyid[self._camera_site])
        tags = [tag for tag in site.fiducials if _has_site(model, f"tag_{tag.id}")]
        self._ids = [tag.id for tag in tags]
        self._sizes = np.array([tag.size for tag in tags])
        self._sites = np.array([model.site(f"tag_{tag.id}").id for tag in tags], dtype=int)
        self._geoms = [model.geom(f"tag_{tag.id}").id for tag in tags]
        self._camera = profile.camera
        self._matrix = profile.camera.matrix
        self._period_ns = round(1e9 / profile.camera.rate_hz)
        self._latency_ns = round(profile.camera.latency * 1e9)
        self._noise, self._generator = noise, generator
        self._groups = np.zeros(6, dtype=np.uint8)
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
        data = self._data
        camera_position = data.site_xpos[self._camera_site].copy()
        camera_axes = data.site_xmat[self._camera_site].reshape(3, 3).copy()
        positions = (data.site_xpos[self._sites] - camera_position) @ camera_axes
        normals = data.site_xmat[self._sites].reshape(-1, 3, 3)[:, :, 2] @ camera_axes
        distances = np.linalg.norm(positions, axis=1)
        facing = -np.einsum("ij,ij->i", normals, positions) / np.maximum(distances, 1e-9)
        candidates = (positions[:, 2] > 0.1) & (distances < RANGE_MAX) & (facing > FACING_COSINE_MIN)
        observations = []
        for index in np.flatnonzero(candidates).tolist():
            axes = camera_axes.T @ data.site_xmat[self._sites[index]].reshape(3, 3)
            size_px = self._measure(axes, positions[index], self._sizes[index])
            if size_px >= SIZE_MIN_PX and self._is_clear(index, camera_position):
                pose = self._observe(axes, positions[index], size_px, float(facing[index]))
                observations.append(FiducialObservation(now_ns, self._ids[index], pose))
        return observations

    def _measure(self, axes: np.ndarray, position: np.ndarray, size: float) -> float:
        """Shortest edge of the tag in the picture [px]; 0 when its white margin is cut by the picture's edge."""
        margin = self._project(axes, position, size * BOARD_SCALE)
        limit = np.array([self._camera.width - 1, self._camera.height - 1])
        if not ((margin > 0).all() and (margin < limit).all()):
            return 0.0
        corners = self._project(axes, position, size)
        return float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).min())

    def _project(self, axes: np.ndarray, position: np.ndarray, edge: float) -> np.ndarray:
        """Corners of a square in the picture, shape (4, 2) [px]; far outside where a corner is behind the camera."""
        points = position + edge * CORNERS @ axes.T
        if (points[:, 2] <= 0.02).any():
            return np.full((4, 2), -1.0)
        return (points @ self._matrix.T)[:, :2] / points[:, 2:]

    def _is_clear(self, index: int, camera_position: np.ndarray) -> bool:
        """Whether nothing stands between the camera and the tag's centre and corners."""
        data, site = self._data, self._sites[index]
        axes = data.site_xmat[site].reshape(3, 3)
        hit = np.zeros(1, dtype=np.int32)
        for corner in (np.zeros(3), *(0.9 * self._sizes[index] * CORNERS)):
            ray = data.site_xpos[site] + axes @ corner - camera_position
            mujoco.mj_ray(self._model, data, camera_position, ray, self._groups, 1, self._head_body, hit)
            if hit[0] not in (-1, self._geoms[index]):
                return False
        return True

    def _observe(self, axes: np.ndarray, position: np.ndarray, size_px: float, facing: float) -> np.ndarray:
        """Pose in the camera's optical frame as the detector would give it, shape (4, 4)."""
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = axes, position
        if self._noise:
            noise = compute_noise(size_px, facing)
            draw = self._generator.standard_normal(7)
            distance = float(np.linalg.norm(position))
            along = position / distance
            across = draw[:3] - (draw[:3] @ along) * along
            lateral = noise.lateral_px / self._matrix[0, 0]
            depth = noise.depth_bias + noise.depth * draw[3]
            pose[:3, 3] += distance * (lateral * across + depth * along)
            pose[:3, :3] = matrix_from_rotation_vector(noise.rotation * draw[4:]) @ axes
        return pose


def _has_site(model: mujoco.MjModel, name: str) -> bool:
    return bool(mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_SITE, name) >= 0)
