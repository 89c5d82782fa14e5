"""How wrong a detected fiducial's pose is, by its size in the picture: fitted to the rendered camera and detector."""

from __future__ import annotations

from dataclasses import dataclass

SIZE_MIN_PX = 22.0
"""Shortest edge of a tag's black square that the detector still reads [px]."""


@dataclass(frozen=True)
class FiducialNoise:
    """Standard deviations of a detected pose.

    Attributes:
        lateral: across the line of sight, per distance.
        depth: along the line of sight, per distance.
        rotation: about each axis [rad].
    """

    lateral: float
    depth: float
    rotation: float


def compute_noise(size_px: float, facing: float) -> FiducialNoise:
    """Noise of one observation.

    Args:
        size_px: shortest edge of the black square in the picture [px].
        facing: cosine of the angle between the tag's normal and the line of sight.
    """
    return FiducialNoise(lateral=0.0003, depth=0.12 / size_px, rotation=0.6 / size_px / max(1.0 - facing**2, 0.1) ** 0.5)
