"""Synthetic pictures of tags: what a pinhole camera sees of printed squares at known poses."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from robot_trials.perception.fiducials import compute_tag_corners

CAMERA_MATRIX = np.array([[500.0, 0.0, 320.0], [0.0, 500.0, 240.0], [0.0, 0.0, 1.0]])
MODULES = 10  # 8 of the black square and one white on each side
PIXELS_A_MODULE = 24


def facing_pose(x: float, y: float, z: float, yaw: float = 0.0, pitch: float = 0.0) -> np.ndarray:
    """Pose of a tag in front of the camera (optical frame), upright and facing it, then turned; shape (4, 4)."""
    facing = np.diag([1.0, -1.0, -1.0])
    turn_yaw = cv2.Rodrigues(np.array([0.0, yaw, 0.0]))[0]
    turn_pitch = cv2.Rodrigues(np.array([pitch, 0.0, 0.0]))[0]
    transform = np.eye(4)
    transform[:3, :3] = turn_yaw @ turn_pitch @ facing
    transform[:3, 3] = x, y, z
    return transform


def render_tags(poses: Mapping[int, np.ndarray], size: float, noise: float = 4.0, seed: int = 0) -> np.ndarray:
    """Grey world with printed tags at poses in the optical frame; image of shape (480, 640, 3), uint8."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    scale = 3  # drawn larger and shrunk, so that edges are smooth
    shape = (480 * scale, 640 * scale)
    picture = np.full(shape, 110, np.uint8)
    for tag_id, transform in poses.items():
        black = cv2.aruco.generateImageMarker(dictionary, tag_id, 8 * PIXELS_A_MODULE)
        printed = cv2.copyMakeBorder(black, *(4 * [PIXELS_A_MODULE]), cv2.BORDER_CONSTANT, value=255)
        corners = compute_tag_corners(size * MODULES / 8)
        seen = corners @ transform[:3, :3].T + transform[:3, 3]
        pixels = (seen @ CAMERA_MATRIX.T)[:, :2] / seen[:, 2:]
        edge = MODULES * PIXELS_A_MODULE
        source = np.array([[0, 0], [edge, 0], [edge, edge], [0, edge]], np.float32) - 0.5
        target = ((pixels + 0.5) * scale - 0.5).astype(np.float32)
        homography = cv2.getPerspectiveTransform(source, target)
        mask = cv2.warpPerspective(np.full_like(printed, 255), homography, shape[::-1])
        drawn = cv2.warpPerspective(printed, homography, shape[::-1], flags=cv2.INTER_AREA)
        picture = np.where(mask > 127, drawn, picture)
    small = cv2.resize(picture, (640, 480), interpolation=cv2.INTER_AREA).astype(float)
    small += np.random.default_rng(seed).normal(0.0, noise, small.shape)
    return cv2.cvtColor(np.clip(small, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)
