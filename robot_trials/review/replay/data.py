"""What the 3D replay needs from a bag: shapes of robot and scene, and their motion at a video's rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from robot_trials.kinds.common.curves import find_rows
from robot_trials.review.recording import read_first_text
from robot_trials.review.replay.robot_geometry import compute_geometry
from robot_trials.review.replay.scene_data import pack
from robot_trials.telemetry import Bag

RATE_HZ = 25
"""Pictures per second of the replay."""
FLOOR_MARGIN = 60.0
"""The floor goes on so far around everything [m]."""


def compute_replay(
    bag: Bag, site: Mapping[str, Any], make_scene: Callable[[np.ndarray], dict[str, Any]]
) -> dict[str, Any] | None:
    """Data of the replay, ready for JSON; None where the bag has no robot description or motion.

    Arrays are base64 of little-endian float32: `joints` (n, nu) [rad], `base` (n, 7) position and quaternion xyzw in
    the world.

    Args:
        bag: the recording.
        site: what it says about the place.
        make_scene: what is beside the robot at given moments [s], as `describe_scene` has it.
    """
    urdf = read_first_text(bag, "/robot_description")
    joints = bag.columns("/joint_states")
    if not urdf or not joints:
        return None
    times = bag.times("/joint_states")
    moments = np.arange(times[0], times[-1], 1 / RATE_HZ)
    base = _base_poses(bag, moments)
    scene = make_scene(moments)
    return {
        "rate": RATE_HZ,
        "start": float(moments[0]) if len(moments) else 0.0,
        "count": len(moments),
        "geometry": compute_geometry(urdf),
        "joint_names": bag.texts("/joint_states")["name"],
        "joints": pack(joints["position"][np.searchsorted(times, moments)]),
        "base": pack(base),
        "floor": _find_floor(base, scene),
        "boards": [tag for tag in site.get("fiducials", []) if tag.get("mount") == "map"],
        "scene": scene,
    }


def _base_poses(bag: Bag, moments: np.ndarray) -> np.ndarray:
    """True poses where they are known, else estimated ones, shape (n, 7)."""
    for topic in ("/ground_truth/odom", "/odom"):
        columns = bag.columns(topic)
        if columns and np.isfinite(columns["pose.pose"]).all() and columns["pose.pose"][:, 3:].any():
            poses: np.ndarray = columns["pose.pose"][find_rows(bag.times(topic), moments)]
            return poses
    return np.tile([0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], (len(moments), 1))


def _find_floor(base: np.ndarray, scene: Mapping[str, Any]) -> list[float]:
    """Smallest and largest x, smallest and largest y of the floor [m]."""
    corners = [corner for patch in scene["ground"] for corner in patch["corners"]]
    places = np.concatenate([base[:, :2], np.array(corners).reshape(-1, 2), np.zeros((1, 2))])
    low, high = places.min(axis=0) - FLOOR_MARGIN, places.max(axis=0) + FLOOR_MARGIN
    return [round(float(value), 3) for value in (low[0], high[0], low[1], high[1])]
