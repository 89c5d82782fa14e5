"""AprilTags (family 36h11) in camera frames, and their poses.

The pose of a square seen from afar has two solutions with almost the same picture; the wrong one is the right one
mirrored about the line of sight [Collins2014]. Where the reprojection errors do not decide, the last pose does.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from robot_trials.robots.interface import CameraFrame, FiducialObservation

AMBIGUITY_RATIO = 2.5
"""The second solution is believed possible while its reprojection error is less than this times the first's."""
MEMORY_NS = 500_000_000
"""How long a tag's last orientation helps to choose between two solutions [ns]."""
REPROJECTION_ERROR_MAX = 2.0
"""Root mean square corner error above which a detection is no square of the given camera [px]."""
DISTORTION = np.zeros(5)
"""The frames are rectified: a pinhole without distortion."""


class FiducialDetector:
    """Finds tags of known size in camera frames.

    Args:
        sizes: edge of the black square of every tag to look for, by tag id [m].

    Raises:
        ValueError: a size is not positive.
    """

    def __init__(self, sizes: Mapping[int, float]) -> None:
        for tag_id, size in sizes.items():
            if not size > 0.0:
                raise ValueError(f"fiducial {tag_id}: size {size} m must be > 0")
        parameters = cv2.aruco.DetectorParameters()
        parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
        dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
        self._detector = cv2.aruco.ArucoDetector(dictionary, parameters)
        self._corners = {tag_id: compute_tag_corners(size) for tag_id, size in sizes.items()}
        self._last: dict[int, FiducialObservation] = {}

    def detect(self, frame: CameraFrame) -> list[FiducialObservation]:
        """Every known tag in the frame, in the order of tag ids."""
        grey = cv2.cvtColor(frame.image_bgr, cv2.COLOR_BGR2GRAY)
        quads, ids, _ = self._detector.detectMarkers(grey)
        if ids is None:
            return []
        found = []
        for tag_id, quad in sorted(zip(map(int, ids.ravel()), quads, strict=True), key=lambda item: item[0]):
            if tag_id not in self._corners:
                continue
            transform = self._solve(tag_id, quad.reshape(4, 2), frame)
            if transform is not None:
                observation = FiducialObservation(frame.time_ns, tag_id, transform)
                self._last[tag_id] = observation
                found.append(observation)
        return found

    def _solve(self, tag_id: int, corners: np.ndarray, frame: CameraFrame) -> np.ndarray | None:
        """Pose of one tag in the camera's optical frame, or None when the corners fit no pose."""
        _, rotations, translations, errors = cv2.solvePnPGeneric(
            self._corners[tag_id],
            corners.astype(np.float64),
            frame.camera_matrix,
            DISTORTION,
            flags=cv2.SOLVEPNP_IPPE_SQUARE,
        )
        candidates = []
        for rotation, translation, error in zip(rotations, translations, np.ravel(errors), strict=True):
            transform = np.eye(4)
            transform[:3, :3] = cv2.Rodrigues(rotation)[0]
            transform[:3, 3] = np.ravel(translation)
            if transform[2, 3] > 0.0 and error <= REPROJECTION_ERROR_MAX:
                candidates.append((float(error), transform))
        if not candidates:
            return None
        candidates.sort(key=lambda item: item[0])
        best_error, best = candidates[0]
        last = self._last.get(tag_id)
        if len(candidates) == 1 or last is None or frame.time_ns - last.time_ns > MEMORY_NS:
            return best
        second_error, second = candidates[1]
        if second_error > AMBIGUITY_RATIO * max(best_error, 1e-3):
            return best
        return max((best, second), key=lambda pose: _alignment(pose, last.transform_camera_tag))


def compute_tag_corners(size: float) -> np.ndarray:
    """Corners of a tag in its own frame, clockwise from the top left as a reader sees it, shape (4, 3) [m]."""
    half = size / 2.0
    return np.array([[-half, half, 0.0], [half, half, 0.0], [half, -half, 0.0], [-half, -half, 0.0]])


def _alignment(pose: np.ndarray, other: np.ndarray) -> float:
    """Trace of the relative rotation: 3 when equal."""
    return float(np.sum(pose[:3, :3] * other[:3, :3]))
