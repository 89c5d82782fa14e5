"""Is there room for a recording?"""

from __future__ import annotations

import shutil
from pathlib import Path

from robot_trials.telemetry.errors import disk_full

BYTES_PER_SECOND = 1_700_000
"""Control data of a humanoid with 28 joints at 500 Hz, compressed, measured with every number changing [B/s]."""

CAMERA_BYTES_PER_SECOND = 600_000
"""640 × 480 pictures at 10 Hz as JPEG [B/s]."""

REFERENCE_JOINTS = 28
RESERVE_BYTES = 64 * 1024 * 1024
"""Room for the report, the verdict and whatever else runs on the machine."""


def estimate_size(duration: float, joint_count: int = REFERENCE_JOINTS, camera: bool = True) -> int:
    """Size of a bag [bytes].

    Args:
        duration: of the trial [s].
        joint_count: actuated joints.
        camera: whether pictures are recorded.
    """
    rate = BYTES_PER_SECOND * (0.3 + 0.7 * joint_count / REFERENCE_JOINTS)
    return int(duration * (rate + (CAMERA_BYTES_PER_SECOND if camera else 0)))


def check_space(folder: Path, duration: float, joint_count: int = REFERENCE_JOINTS, camera: bool = True) -> int:
    """Make sure that a recording will fit.

    Args:
        folder: where the bag will lie; it need not be there yet.
        duration: longest time that the trial may take [s].
        joint_count: actuated joints.
        camera: whether pictures are recorded.

    Returns:
        Bytes free.

    Raises:
        DiskFullError: too little room, naming the folder, the bytes free and the bytes needed.
    """
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    needed = estimate_size(duration, joint_count, camera) + RESERVE_BYTES
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise disk_full("too little room for the recording", existing, needed)
    return free
