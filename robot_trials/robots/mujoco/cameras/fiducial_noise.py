"""How wrong a detected fiducial's pose is, by its size in the picture: fitted to the rendered camera and detector.

The fit is to 370 detections at 14-80 px: errors in pixels fall as corners are refined better on larger tags, and a tag
seen face on tells little about its tilt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from robot_trials_control.numeric.compiled import compiled

SIZE_MIN_PX = 15.0
"""Shortest edge of a tag's black square that the detector still reads [px]."""
SMALL_PX, LARGE_PX = 20.0, 40.0
"""Edges between which the errors below go from their first to their second value [px]."""
LATERAL_PX = (0.20, 0.06)
"""Of the centre in the picture [px]."""
DEPTH_BIAS_PX = (0.40, 0.26)
"""By how much the square looks too small: refined corners lie a little inside [px]."""
DEPTH_PX = (0.19, 0.08)
"""Of the edge's length [px]."""
TILT_PX = (0.50, 0.12)
"""Of the rotation, times the edge and the sine of the viewing angle [rad·px]."""
SINE_MIN = 0.22
"""Viewing angles flatter than this tell no less about the tilt."""


@dataclass(frozen=True)
class FiducialNoise:
    """Errors of a detected pose; standard deviations but for the bias.

    Attributes:
        lateral_px: across the line of sight, in the picture [px].
        depth_bias: along the line of sight, per distance; positive is too far.
        depth: along the line of sight, per distance.
        rotation: about each axis [rad].
    """

    lateral_px: float
    depth_bias: float
    depth: float
    rotation: float


def compute_noise(size_px: float, facing: float) -> FiducialNoise:
    """Errors of one observation.

    Args:
        size_px: shortest edge of the black square in the picture [px].
        facing: cosine of the angle between the tag's normal and the line of sight.
    """
    blend = min(max((size_px - SMALL_PX) / (LARGE_PX - SMALL_PX), 0.0), 1.0)

    def at(ends: tuple[float, float]) -> float:
        return ends[0] + blend * (ends[1] - ends[0])

    sine = max(math.sqrt(max(1.0 - facing * facing, 0.0)), SINE_MIN)
    return FiducialNoise(
        lateral_px=at(LATERAL_PX),
        depth_bias=at(DEPTH_BIAS_PX) / size_px,
        depth=at(DEPTH_PX) / size_px,
        rotation=at(TILT_PX) / (size_px * sine),
    )


@compiled
def disturb_pose(
    pose: np.ndarray, lateral: float, depth_bias: float, depth: float, rotation: float, draw: np.ndarray
) -> None:
    """Add errors to a tag's true pose.

    Args:
        pose: in the camera's optical frame, shape (4, 4); changed.
        lateral: across the line of sight, per distance.
        depth_bias, depth, rotation: as in `FiducialNoise`.
        draw: standard normal numbers: three for the direction across, one for the depth, three for the rotation.
    """
    x, y, z = pose[0, 3], pose[1, 3], pose[2, 3]
    distance = np.sqrt(x * x + y * y + z * z)
    along = (draw[0] * x + draw[1] * y + draw[2] * z) / distance
    stretch = depth_bias + depth * draw[3] - lateral * along
    for axis in range(3):
        pose[axis, 3] += lateral * distance * draw[axis] + stretch * pose[axis, 3]
    angle = np.sqrt(draw[4] ** 2 + draw[5] ** 2 + draw[6] ** 2)
    half = 0.5 * rotation * angle
    k = np.sin(half) / angle if angle > 0.0 else 0.0
    w, a, b, c = np.cos(half), k * draw[4], k * draw[5], k * draw[6]
    for column in range(3):
        x, y, z = pose[0, column], pose[1, column], pose[2, column]
        u, v, t = 2.0 * (b * z - c * y), 2.0 * (c * x - a * z), 2.0 * (a * y - b * x)
        pose[0, column] = x + w * u + b * t - c * v
        pose[1, column] = y + w * v + c * u - a * t
        pose[2, column] = z + w * t + a * v - b * u
