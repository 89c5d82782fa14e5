"""Pictures of the head camera as JPEG."""

from __future__ import annotations

import numpy as np

from robot_trials.telemetry.errors import MessageError

JPEG_QUALITY = 80


def encode_jpeg(image_bgr: np.ndarray, quality: int = JPEG_QUALITY) -> bytes:
    """Compress one picture.

    Args:
        image_bgr: shape (height, width, 3), uint8, blue first.
        quality: 0 … 100.

    Raises:
        MessageError: the array is no such picture.
    """
    import cv2

    if image_bgr.ndim != 3 or image_bgr.shape[2] != 3 or image_bgr.dtype != np.uint8:
        raise MessageError(
            f"a picture needs shape (height, width, 3) of uint8, got {image_bgr.shape} {image_bgr.dtype}"
        )
    done, data = cv2.imencode(".jpg", image_bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise MessageError(f"the picture of shape {image_bgr.shape} could not be compressed")
    return data.tobytes()
