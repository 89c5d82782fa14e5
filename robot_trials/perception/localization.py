"""Where the odom frame lies on the site map, from fiducials whose place on the map is known.

An extended Kalman filter on (x, y, yaw) of odom in map. Each tag measures where it is (two numbers, good across the
line of sight and worse along it) and how it is turned (one number); each is gated on its own, so that a mirrored
orientation does not cost the position.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from robot_trials.geometry import PlanarPose, wrap_angle, yaw_of_rotation
from robot_trials.robots.interface import FiducialObservation

POSITION_GATE = 13.8
"""Squared Mahalanobis distance that 99.9 % of good positions stay below (chi-square, 2 degrees of freedom)."""
YAW_GATE = 10.8
"""The same for one degree of freedom."""
REJECTIONS_MAX = 20
"""Consecutive rejected positions after which the filter doubts itself rather than the tags."""
RESTART_DEVIATION = (2.0, 2.0, 0.5)
"""Standard deviations with which it starts again then [m, m, rad]."""
RANGE_MAX = 9.0
"""Tags farther than this are left out: their corners are too coarse [m]."""

IDENTITY = np.eye(3)

Variances = tuple[float, float, float, float, float, float]
"""Upper triangle of a covariance of (x, y, yaw), by rows."""


@dataclass(frozen=True)
class LocalizationNoise:
    """Standard deviations behind the filter.

    Attributes:
        pixel: corner position over focal length [rad].
        bearing: camera direction, from joint, mounting and base tilt errors [rad].
        position: floor of the position error, from mounting of the tags [m].
        yaw: floor of the orientation error [rad].
        drift_position: odometry position drift per root metre walked [m/√m].
        drift_yaw: odometry heading drift per root metre walked [rad/√m].
        standing: drift per root second without walking [m/√s, rad/√s].
    """

    pixel: float = 1.0e-3
    bearing: float = 8.0e-3
    position: float = 0.01
    yaw: float = 0.03
    drift_position: float = 0.02
    drift_yaw: float = 0.01
    standing: float = 5.0e-4


@dataclass(frozen=True)
class SiteTag:
    """A tag fixed to the site.

    Attributes:
        transform_map_tag: its pose, shape (4, 4).
        size: edge of its black square [m].
    """

    transform_map_tag: np.ndarray
    size: float


class Localization:
    """Filter for the planar pose of odom in map.

    Args:
        tags: the site's fixed tags by id; observations of others are ignored.
        start: first guess of the pose of odom in map.
        start_deviation: standard deviations of that guess [m, m, rad].
        noise: measurement and drift noise.
    """

    def __init__(
        self,
        tags: Mapping[int, SiteTag],
        start: PlanarPose,
        start_deviation: tuple[float, float, float] = (0.3, 0.3, 0.1),
        noise: LocalizationNoise | None = None,
    ) -> None:
        self.tags = dict(tags)
        self.noise = noise or LocalizationNoise()
        self.accepted = 0
        self.rejected = 0
        self.newest_ns: int | None = None
        self._x = np.array(start, dtype=float)
        self._variances = _diagonal(start_deviation)
        self._rejections_in_a_row = 0

    @property
    def map_to_odom(self) -> PlanarPose:
        """Pose of odom in map."""
        x, y, yaw = self._x.tolist()
        return x, y, yaw

    @property
    def deviation(self) -> tuple[float, float, float]:
        """Standard deviations of that pose [m, m, rad]."""
        xx, _, _, yy, _, aa = self._variances
        return math.sqrt(xx), math.sqrt(yy), math.sqrt(aa)

    def deviation_at(self, position_odom: Sequence[float]) -> tuple[float, float]:
        """Standard deviations along x and y of the map, of where a point of odom, (x, y) [m], lies on it [m]."""
        x, y, yaw = position_odom[0], position_odom[1], float(self._x[2])
        c, s = math.cos(yaw), math.sin(yaw)
        turn_x, turn_y = -s * x - c * y, c * x - s * y
        xx, _, xa, yy, ya, aa = self._variances
        along = xx + 2.0 * turn_x * xa + turn_x * turn_x * aa
        across = yy + 2.0 * turn_y * ya + turn_y * turn_y * aa
        return math.sqrt(max(along, 0.0)), math.sqrt(max(across, 0.0))

    @property
    def _covariance(self) -> np.ndarray:
        """Of the pose, shape (3, 3)."""
        xx, xy, xa, yy, ya, aa = self._variances
        return np.array([[xx, xy, xa], [xy, yy, ya], [xa, ya, aa]])

    def predict(self, position_odom_base: Sequence[float] | np.ndarray, distance: float, duration: float) -> None:
        """Let the uncertainty grow with the way walked.

        Args:
            position_odom_base: where the base is: the drift of heading turns about it, not about odom's origin [m].
            distance: walked since the last call [m].
            duration: since the last call [s].
        """
        noise = self.noise
        still = noise.standing**2 * duration
        x, y, yaw = position_odom_base[0], position_odom_base[1], float(self._x[2])
        c, s = math.cos(yaw), math.sin(yaw)
        turn_x, turn_y = s * x + c * y, s * y - c * x
        position_variance = noise.drift_position**2 * distance + still
        yaw_variance = noise.drift_yaw**2 * distance + still
        xx, xy, xa, yy, ya, aa = self._variances
        self._variances = (
            xx + (yaw_variance * turn_x**2 + position_variance),
            xy + yaw_variance * turn_x * turn_y,
            xa + yaw_variance * turn_x,
            yy + (yaw_variance * turn_y**2 + position_variance),
            ya + yaw_variance * turn_y,
            aa + yaw_variance,
        )

    def update(self, observation: FiducialObservation, transform_odom_camera: np.ndarray) -> bool:
        """Take in one observation; True if its position was used.

        Args:
            observation: a tag as the camera saw it.
            transform_odom_camera: pose of the camera at the time of capture, shape (4, 4).
        """
        tag = self.tags.get(observation.tag_id)
        if tag is None:
            return False
        distance = math.hypot(*observation.transform_camera_tag[:3, 3])
        if distance > RANGE_MAX:
            return False
        transform_odom_tag = transform_odom_camera @ observation.transform_camera_tag
        ray = transform_odom_tag[:2, 3] - transform_odom_camera[:2, 3]
        if not self._update_position(tag, transform_odom_tag[:2, 3], ray, distance):
            self._count_rejection()
            return False
        self._update_yaw(tag, transform_odom_tag, distance)
        self.accepted += 1
        self._rejections_in_a_row = 0
        self.newest_ns = observation.time_ns
        return True

    def _update_position(self, tag: SiteTag, position_odom: np.ndarray, ray: np.ndarray, distance: float) -> bool:
        x, y, yaw = self.map_to_odom
        c, s = math.cos(yaw), math.sin(yaw)
        (x_odom, y_odom), (ray_x, ray_y) = position_odom.tolist(), ray.tolist()
        turned_x, turned_y = c * x_odom - s * y_odom, s * x_odom + c * y_odom
        x_map, y_map, _, _ = tag.transform_map_tag[:, 3].tolist()
        residual = np.array([x_map - x - turned_x, y_map - y - turned_y])
        jacobian = np.array([[1.0, 0.0, -turned_y], [0.0, 1.0, turned_x]])
        length = max(math.hypot(ray_x, ray_y), 1e-6)
        along_x, along_y = (c * ray_x - s * ray_y) / length, (s * ray_x + c * ray_y) / length
        variance_along = self.noise.position**2 + (self.noise.pixel * distance**2 / tag.size) ** 2
        variance_across = self.noise.position**2 + (self.noise.bearing * distance) ** 2
        more = variance_along - variance_across
        both = more * along_x * along_y
        measurement = np.array(
            [[variance_across + more * along_x**2, both], [both, variance_across + more * along_y**2]]
        )
        innovation = jacobian @ self._covariance @ jacobian.T + measurement
        weight = _invert_symmetric(innovation)
        if float(residual @ weight @ residual) > POSITION_GATE:
            return False
        self._correct(jacobian, residual, weight, measurement)
        return True

    def _update_yaw(self, tag: SiteTag, transform_odom_tag: np.ndarray, distance: float) -> None:
        """Use the direction of the tag's face; a tag that faces up or down has none."""
        if abs(tag.transform_map_tag[2, 2]) > 0.7:
            return
        relative = tag.transform_map_tag[:3, :3] @ transform_odom_tag[:3, :3].T
        residual = np.array([wrap_angle(yaw_of_rotation(relative) - float(self._x[2]))])
        deviation = self.noise.yaw + 2.0 * self.noise.pixel * distance / tag.size
        measurement = np.array([[deviation**2]])
        jacobian = np.array([[0.0, 0.0, 1.0]])
        weight = 1.0 / (self._variances[-1] + measurement)
        if float(residual[0] ** 2 * weight[0, 0]) <= YAW_GATE:
            self._correct(jacobian, residual, weight, measurement)

    def _correct(self, jacobian: np.ndarray, residual: np.ndarray, weight: np.ndarray, measurement: np.ndarray) -> None:
        """Kalman correction, given the inverse of the innovation's covariance.

        Joseph form, so that the covariance stays symmetric and positive.
        """
        covariance = self._covariance
        gain = covariance @ jacobian.T @ weight
        self._x += gain @ residual
        self._x[2] = wrap_angle(float(self._x[2]))
        keep = IDENTITY - gain @ jacobian
        (xx, xy, xa), (_, yy, ya), (_, _, aa) = (keep @ covariance @ keep.T + gain @ measurement @ gain.T).tolist()
        self._variances = (xx, xy, xa, yy, ya, aa)

    def _count_rejection(self) -> None:
        self.rejected += 1
        self._rejections_in_a_row += 1
        if self._rejections_in_a_row >= REJECTIONS_MAX:
            self._variances = _diagonal(RESTART_DEVIATION)
            self._rejections_in_a_row = 0


def _diagonal(deviation: tuple[float, float, float]) -> Variances:
    """Of independent errors with these standard deviations."""
    x, y, yaw = deviation
    return x * x, 0.0, 0.0, y * y, 0.0, yaw * yaw


def _invert_symmetric(matrix: np.ndarray) -> np.ndarray:
    """Inverse of a symmetric positive matrix, shape (2, 2)."""
    (a, b), (_, d) = matrix.tolist()
    return np.array([[d, -b], [-b, a]]) / (a * d - b * b)
