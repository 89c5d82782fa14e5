"""How far a controller's estimate of the base is off, judged on what only the simulator knows.

The estimate is taken as it is: odom begins where the robot was placed, and nothing is aligned afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from robot_trials.geometry import quaternion_to_rotation, wrap_angle
from robot_trials_control.records import Record

ROTATION, VELOCITY, POSITION, ERRORS = slice(0, 3), slice(3, 6), slice(6, 9), 9
"""Rows of the filter's covariance that are judged: right-invariant errors in odom's axes."""
EVERY = 10
"""Ticks between two looks."""


@dataclass(frozen=True)
class EstimateErrors:
    """Errors of every look, and what the filter thought of them; n looks.

    Attributes:
        time: [s], shape (n,).
        position: in the world, shape (n, 3) [m].
        position_deviation: that the filter thought it had, shape (n, 3) [m].
        velocity: in base axes, shape (n, 3) [m/s].
        velocity_deviation: shape (n, 3) [m/s].
        tilt: roll and pitch, about the world's horizontal axes, shape (n, 2) [rad].
        tilt_deviation: shape (n, 2) [rad].
        yaw, yaw_deviation: shape (n,) [rad].
        motion_nees: squared Mahalanobis distance of velocity, roll and pitch; 5 degrees of freedom, shape (n,).
        position_nees: of the horizontal position; 2 degrees of freedom, shape (n,).
        way: horizontal distance of the true base from where the judge began, shape (n,) [m].
    """

    time: np.ndarray
    position: np.ndarray
    position_deviation: np.ndarray
    velocity: np.ndarray
    velocity_deviation: np.ndarray
    tilt: np.ndarray
    tilt_deviation: np.ndarray
    yaw: np.ndarray
    yaw_deviation: np.ndarray
    motion_nees: np.ndarray
    position_nees: np.ndarray
    way: np.ndarray


class EstimateJudge:
    """Looks at a sample every so often and keeps the estimate's errors.

    Args:
        covariance: the filter's, at least of rotation, velocity and position; a view that follows it.
    """

    def __init__(self, covariance: np.ndarray) -> None:
        self._covariance = covariance[:ERRORS, :ERRORS]
        self._rows: list[tuple[object, ...]] = []
        self._start: np.ndarray | None = None
        self._ticks = 0

    def update(self, sample: Record) -> None:
        """Look at one tick."""
        self._ticks += 1
        if self._ticks % EVERY == 0:
            self._rows.append(self._look(sample))

    def errors(self) -> EstimateErrors:
        """Everything seen so far."""
        return EstimateErrors(*(np.array(column) for column in zip(*self._rows, strict=True)))

    def _look(self, sample: Record) -> tuple[object, ...]:
        truth, status = sample.truth, sample.status
        true_rotation = quaternion_to_rotation(truth.base_orientation_xyzw)
        rotation = quaternion_to_rotation(status.base_orientation_xyzw)
        turn = rotation @ true_rotation.T
        tilt = 0.5 * np.array((turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0]))
        yaw = wrap_angle(math.atan2(turn[1, 0], turn[0, 0]))
        velocity = rotation.T @ status.base_linear_velocity - true_rotation.T @ truth.base_linear_velocity
        position = status.base_position - truth.base_position
        if self._start is None:
            self._start = truth.base_position[:2].copy()
        motion, place = self._covariances(rotation, status.base_position)
        return (
            int(sample.state.time_ns) * 1e-9,
            position,
            np.sqrt(np.diag(place)),
            velocity,
            np.sqrt(np.diag(motion)[:3]),
            tilt,
            np.sqrt(np.diag(motion)[3:]),
            yaw,
            math.sqrt(self._covariance[2, 2]),
            nees(np.concatenate((velocity, tilt)), motion),
            nees(position[:2], place[:2, :2]),
            math.hypot(*(truth.base_position[:2] - self._start)),
        )

    def _covariances(self, rotation: np.ndarray, position: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of velocity in base axes with roll and pitch, shape (5, 5), and of the position, shape (3, 3)."""
        motion = np.zeros((5, ERRORS))
        motion[:3, VELOCITY] = rotation.T  # R̂ᵀ v̂ − Rᵀ v = Rᵀ ξ_v
        motion[3:, ROTATION] = np.eye(2, 3)
        place = np.zeros((3, ERRORS))
        x, y, z = position
        place[:, ROTATION] = -np.array(((0.0, -z, y), (z, 0.0, -x), (-y, x, 0.0)))  # p̂ − p = ξ_p + ξ_R × p
        place[:, POSITION] = np.eye(3)
        covariance = self._covariance
        return motion @ covariance @ motion.T, place @ covariance @ place.T


def nees(error: np.ndarray, covariance: np.ndarray) -> float:
    """Normalised estimation error squared: as large as the error has components when the covariance is right."""
    return float(error @ np.linalg.solve(covariance, error))
