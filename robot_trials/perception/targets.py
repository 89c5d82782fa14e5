"""Poses of people and of what they hold, in odom, from the fiducials they wear.

Each of them stands nearly still while the robot works with it: the last moments of observations are averaged, with
those far from their median left out.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from robot_trials.geometry import StampedPose, invert_transform, nearest_rotation, rotation_to_transform
from robot_trials.robots.interface import FiducialObservation

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
        mount: whose tag it is, for example "giver" or "torch".
        transform_mount_tag: pose of the tag on it, shape (4, 4).
    """

    mount: str
    transform_mount_tag: np.ndarray


@dataclass(frozen=True)
class _Sighting:
    time_ns: int
    transform: np.ndarray
    weight: float


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
        self._sightings: dict[str, deque[_Sighting]] = {
            tag.mount: deque(maxlen=OBSERVATIONS_MAX) for tag in tags.values()
        }
        self._poses: dict[str, StampedPose] = {}

    @property
    def poses(self) -> Mapping[str, StampedPose]:
        """Newest estimate of every mount seen so far, in odom; each is made when it is asked for."""
        return _Poses(self)

    @property
    def seen(self) -> list[str]:
        """Mounts seen so far."""
        return [mount for mount, sightings in self._sightings.items() if sightings]

    def forget(self) -> None:
        """Start anew."""
        self._poses.clear()
        for sightings in self._sightings.values():
            sightings.clear()

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
        sightings = self._sightings[mount]
        sightings.append(_Sighting(observation.time_ns, transform, weight))
        while sightings[0].time_ns < observation.time_ns - self._window_ns:
            sightings.popleft()
        self._poses.pop(mount, None)
        return mount

    def pose(self, mount: str) -> StampedPose | None:
        """The newest estimate of a mount's pose in odom; None if it was never seen.

        Raises:
            KeyError: no tag belongs to this mount.
        """
        if mount not in self._sightings:
            raise KeyError(f"no tag on a mount '{mount}'; there are {', '.join(sorted(self._sightings))}")
        if mount not in self._poses and self._sightings[mount]:
            self._poses[mount] = compute_robust_pose(self._sightings[mount])
        return self._poses.get(mount)


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


def compute_robust_pose(sightings: Sequence[_Sighting]) -> StampedPose:
    """Weighted mean of the sightings near their median."""
    transforms = np.array([sighting.transform for sighting in sightings])
    distances = _compute_distances(transforms[:, :3, 3], _compute_median(transforms[:, :3, 3]))
    kept = distances <= max(OUTLIER_DISTANCE, 3.0 * float(_compute_median(distances)))
    transforms, weights = transforms[kept], np.array([sighting.weight for sighting in sightings])[kept]
    weights /= weights.sum()
    mean = (weights @ transforms.reshape(-1, 16)).reshape(4, 4)
    spread = math.sqrt(weights @ np.square(_compute_distances(transforms[:, :3, 3], mean[:3, 3])))
    pose = rotation_to_transform(nearest_rotation(mean[:3, :3]), mean[:3, 3])
    return StampedPose(pose, sightings[-1].time_ns, len(weights), spread)


def _compute_distances(positions: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Distances of positions from a centre, shape (n, 3) → (n,) [m]."""
    offsets = positions - centre
    distances: np.ndarray = np.sqrt(np.einsum("ij,ij->i", offsets, offsets))
    return distances


def _compute_median(values: np.ndarray) -> np.ndarray:
    """Median along the first axis; a tenth of the cost of NumPy's for a few values."""
    ordered, count = np.sort(values, axis=0), len(values)
    median: np.ndarray = 0.5 * (ordered[(count - 1) // 2] + ordered[count // 2])
    return median
