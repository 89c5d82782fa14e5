"""Numbers of a recording as reports show them: averaged over a stride, or picked at given moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from robot_trials.telemetry.rotations import rotate

if TYPE_CHECKING:
    from robot_trials.telemetry import Bag

SPEED_WINDOW = 1.0
"""Speed is averaged over one stride or so [s]."""


def read_velocity(bag: Bag, topic: str, times: np.ndarray) -> np.ndarray | None:
    """Linear velocity of an odometry topic in the frame of its poses, averaged over a stride.

    Args:
        bag: the recording.
        topic: of `nav_msgs/Odometry`.
        times: at which it is asked for, evenly spaced, since the bag's first message [s], shape (n,).

    Returns:
        Shape (n, 3) [m/s]; None where it is not known.
    """
    columns = bag.columns(topic)
    if not columns or not np.isfinite(columns["pose.pose.orientation"]).any():
        return None
    rows = find_rows(bag.times(topic), times)
    velocity = rotate(columns["pose.pose.orientation"][rows], columns["twist.twist.linear"][rows])
    return np.stack([smooth(velocity[:, axis], times) for axis in range(3)], axis=1)


def smooth(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Moving average over `SPEED_WINDOW`, shape (n,); evenly spaced times [s] are taken for granted."""
    if len(values) < 3 or times[-1] <= times[0]:
        return values
    width = max(1, round(SPEED_WINDOW * (len(times) - 1) / (times[-1] - times[0])))
    padded = np.pad(np.nan_to_num(values), (width // 2, width - 1 - width // 2), mode="edge")
    total = np.concatenate([[0.0], np.cumsum(padded)])
    smoothed: np.ndarray = (total[width:] - total[:-width]) / width
    return smoothed


def find_rows(times: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Row of the first sample at or after each moment, the last one beyond the end; shape of `moments`."""
    rows: np.ndarray = np.minimum(np.searchsorted(times, moments), len(times) - 1)
    return rows
