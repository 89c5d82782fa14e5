"""Poses of people and of what they hold, in odom, from the fiducials they wear.

Each of them stands nearly still while the robot works with it: the last moments of observations are averaged, with
those far from their median left out.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from robot_trials.geometry import StampedPose, invert_transform, nearest_rotation
from robot_trials.robots.interface import FiducialObservation
from robot_trials_control.numeric.compiled import bind, compiled

WINDOW_NS = 800_000_000
"""How much of the past is averaged [ns]."""
OBSERVATIONS_MAX = 24
"""Newest observations kept in the window."""
OUTLIER_DISTANCE = 0.06
"""An observation farther than this, or than three times the median distance, from the median is left out [m]."""
RANGE_DEVIATION = 0.02
"""Observations are weighted by 1 / (0.005 m + this × distance²)² [1/m]."""


@dataclass(frozen=True)
class MountedTag:
    """A tag worn by somebody or something that moves.

    Attributes:
        mount: whose tag it is, for example "person".
        transform_mount_tag: pose of the tag on it, shape (4, 4).
    """

    mount: str
    transform_mount_tag: np.ndarray


class _Window:
    """Newest sightings of one mount.

    Attributes:
        times_ns: when, oldest first.
        transforms: poses in odom, shape (OBSERVATIONS_MAX, 4, 4), of which the first ones count.
        weights: of each in the mean, shape (OBSERVATIONS_MAX,).
    """

    def __init__(self) -> None:
        self.times_ns: list[int] = []
        self.transforms = np.zeros((OBSERVATIONS_MAX, 4, 4))
        self.weights = np.zeros(OBSERVATIONS_MAX)

    def add(self, time_ns: int, transform: np.ndarray, weight: float, duration_ns: int) -> None:
        """Take in a sighting and drop those older than a duration, and the oldest if there are too many."""
        old = bisect.bisect_left(self.times_ns, time_ns - duration_ns)
        self._drop(max(old, len(self.times_ns) + 1 - OBSERVATIONS_MAX))
        self.transforms[len(self.times_ns)] = transform
        self.weights[len(self.times_ns)] = weight
        self.times_ns.append(time_ns)

    def clear(self) -> None:
        """Forget all."""
        self.times_ns.clear()

    def _drop(self, count: int) -> None:
        """Forget the oldest ones."""
        if count > 0:
            self.transforms[:-count] = self.transforms[count:]
            self.weights[:-count] = self.weights[count:]
            del self.times_ns[:count]


class TargetTracker:
    """Robust mean pose of every mount in odom.

    Args:
        tags: moving tags by id; observations of others are ignored.
        window_ns: how much of the past is averaged [ns].
    """

    def __init__(self, tags: Mapping[int, MountedTag], window_ns: int = WINDOW_NS) -> None:
        self._tag_to_mount = {
            tag_id: (tag.mount, invert_transform(tag.transform_mount_tag)) for tag_id, tag in tags.items()
        }
        self._window_ns = window_ns
        self._windows = {tag.mount: _Window() for tag in tags.values()}
        self._poses: dict[str, StampedPose] = {}
        example = _Window()
        self._average = bind(_average, example.transforms, example.weights, 0, np.zeros((4, 4)))

    @property
    def poses(self) -> Mapping[str, StampedPose]:
        """Newest estimate of every mount seen so far, in odom; each is made when it is asked for."""
        return _Poses(self)

    @property
    def seen(self) -> list[str]:
        """Mounts seen so far."""
        return [mount for mount, window in self._windows.items() if window.times_ns]

    def forget(self) -> None:
        """Start anew."""
        self._poses.clear()
        for window in self._windows.values():
            window.clear()

    def update(self, observation: FiducialObservation, transform_odom_camera: np.ndarray) -> str | None:
        """Take in one observation; returns the mount it belongs to, if any.

        Args:
            observation: a tag as the camera saw it.
            transform_odom_camera: pose of the camera at the time of capture, shape (4, 4).
        """
        known = self._tag_to_mount.get(observation.tag_id)
        if known is None:
            return None
        mount, transform_tag_mount = known
        transform = transform_odom_camera @ observation.transform_camera_tag @ transform_tag_mount
        distance = math.hypot(*observation.transform_camera_tag[:3, 3])
        weight = 1.0 / (0.005 + RANGE_DEVIATION * distance**2) ** 2
        self._windows[mount].add(observation.time_ns, transform, weight, self._window_ns)
        self._poses.pop(mount, None)
        return mount

    def pose(self, mount: str) -> StampedPose | None:
        """The newest estimate of a mount's pose in odom; None if it was never seen.

        Raises:
            KeyError: no tag belongs to this mount.
        """
        pose = self._poses.get(mount)
        if pose is None:
            if mount not in self._windows:
                raise KeyError(f"no tag on a mount '{mount}'; there are {', '.join(sorted(self._windows))}")
            window = self._windows[mount]
            if window.times_ns:
                pose = self._poses[mount] = self._compute_pose(window)
        return pose

    def _compute_pose(self, window: _Window) -> StampedPose:
        """Weighted mean of the sightings near their median."""
        mean = np.empty((4, 4))
        count, spread = self._average(window.transforms, window.weights, len(window.times_ns), mean)
        mean[:3, :3] = nearest_rotation(mean[:3, :3])
        return StampedPose(mean, window.times_ns[-1], count, spread)


class _Poses(Mapping[str, StampedPose]):
    """A tracker's poses by mount."""

    def __init__(self, tracker: TargetTracker) -> None:
        self._tracker = tracker

    def __getitem__(self, mount: str) -> StampedPose:
        pose = self._tracker.pose(mount)
        if pose is None:
            raise KeyError(mount)
        return pose

    def __iter__(self) -> Iterator[str]:
        return iter(self._tracker.seen)

    def __len__(self) -> int:
        return len(self._tracker.seen)


@compiled
def _average(transforms: np.ndarray, weights: np.ndarray, count: int, mean: np.ndarray) -> tuple[int, float]:
    """Weighted mean of the first `count` transforms, without those far from their median.

    Args:
        transforms: shape (n, 4, 4).
        weights: shape (n,).
        count: at least 1.
        mean: receives the mean, shape (4, 4).

    Returns:
        Number of transforms in it, and the root mean square distance of their positions from its own [m].
    """
    positions = transforms[:count, :3, 3]
    centre = np.array([_compute_median(positions[:, axis]) for axis in range(3)])
    distances = _compute_distances(positions, centre)
    kept = weights[:count] * (distances <= max(OUTLIER_DISTANCE, 3.0 * _compute_median(distances)))
    mean[:] = 0.0
    for index in range(count):
        mean += kept[index] * transforms[index]
    mean /= kept.sum()
    spread = np.sqrt((kept * np.square(_compute_distances(positions, mean[:3, 3]))).sum() / kept.sum())
    return int(np.count_nonzero(kept)), float(spread)


@compiled
def _compute_distances(positions: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Distances of positions from a centre, shape (n, 3) → (n,) [m]."""
    distances = np.empty(len(positions))
    for index in range(len(positions)):
        x = positions[index, 0] - centre[0]
        y = positions[index, 1] - centre[1]
        z = positions[index, 2] - centre[2]
        distances[index] = np.sqrt(x * x + y * y + z * z)
    return distances


@compiled
def _compute_median(values: np.ndarray) -> float:
    """Median, shape (n,) → ()."""
    ordered, count = np.sort(values), len(values)
    median: float = 0.5 * (ordered[(count - 1) // 2] + ordered[count // 2])
    return median
