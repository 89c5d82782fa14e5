"""What the 3D replay needs from a bag: shapes of the robot, the site, and motion at a video's rate."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from robot_trials.review.robot_geometry import compute_geometry
from robot_trials.telemetry import Bag

RATE_HZ = 25
"""Pictures per second of the replay."""


def compute_replay(bag: Bag) -> dict[str, Any] | None:
    """Data of the replay, ready for JSON; None where the bag has no robot description or motion.

    Arrays are base64 of little-endian float32: `joints` (n, nu) [rad], `base` and `torch` (n, 7) position and
    quaternion xyzw in the world; `holders` is uint8 with bits 1 giver, 2 robot, 4 receiver.
    """
    urdf = _first_text(bag, "/robot_description")
    joints = bag.columns("/joint_states")
    if not urdf or not joints:
        return None
    times = bag.times("/joint_states")
    moments = np.arange(times[0], times[-1], 1 / RATE_HZ)
    rows = np.searchsorted(times, moments)
    site = _first_text(bag, "/site_description")
    replay: dict[str, Any] = {
        "rate": RATE_HZ,
        "start": float(moments[0]) if len(moments) else 0.0,
        "count": len(moments),
        "geometry": compute_geometry(urdf),
        "site": json.loads(site) if site else None,
        "joint_names": bag.texts("/joint_states")["name"],
        "joints": _pack(joints["position"][rows]),
        "base": _pack(_base_poses(bag, times, moments)),
    }
    truth = bag.columns("/ground_truth/state")
    if truth and np.isfinite(truth["torch_pose"]).all():
        rows = _rows_at(bag.times("/ground_truth/state"), moments)
        holders = truth["giver_holds"] + 2 * truth["robot_holds"] + 4 * truth["receiver_holds"]
        replay["torch"] = _pack(truth["torch_pose"][rows])
        replay["holders"] = base64.b64encode(holders[rows].astype(np.uint8).tobytes()).decode()
    return replay


def _base_poses(bag: Bag, times: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """True poses where they are known, else estimated ones, shape (n, 7)."""
    for topic in ("/ground_truth/odom", "/odom"):
        columns = bag.columns(topic)
        if columns and np.isfinite(columns["pose.pose"]).all() and columns["pose.pose"][:, 3:].any():
            return columns["pose.pose"][_rows_at(bag.times(topic), moments)]
    return np.tile([0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], (len(moments), 1))


def _rows_at(times: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Row of the first sample at or after each moment."""
    return np.minimum(np.searchsorted(times, moments), len(times) - 1)


def _first_text(bag: Bag, topic: str) -> str:
    """Text of the first message of a `std_msgs/String` topic; empty where there is none."""
    if topic not in bag.topics:
        return ""
    return next((message.data for _, message in bag.messages(topic)), "")


def _pack(array: np.ndarray) -> str:
    """Base64 of float32."""
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()
