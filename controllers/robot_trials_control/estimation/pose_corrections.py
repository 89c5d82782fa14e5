"""Poses of the base measured from outside, folded into its filter as of the moment they were measured."""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from robot_trials_control.estimation.filter import ERRORS, POSITION, ROTATION, apply_correction
from robot_trials_control.records import Record

DELAY_MAX = 0.2
"""Age up to which a measured pose is folded in [s]."""


class PoseCorrections:
    """Keeps where the base was lately, and corrects the filter by what was measured there.

    A right-invariant error hardly changes within the delay: what the pose of then was wrong by is taken out now.
    """

    def __init__(self, estimate: Record, imu_position: np.ndarray, period: float) -> None:
        self._estimate, self._imu_position, self._period = estimate, imu_position, period
        self._kept = round(DELAY_MAX / period) + 1
        self._rotations, self._positions = np.zeros((self._kept, 3, 3)), np.zeros((self._kept, 3))
        self._next = self._count = 0
        self._turn = np.zeros((3, 3))

    def reset(self) -> None:
        """Forget where the base was."""
        self._next = self._count = 0

    def remember(self) -> None:
        """Keep the sensor's pose of this tick."""
        self._rotations[self._next] = self._estimate.rotation
        self._positions[self._next] = self._estimate.sensor_position
        self._next = (self._next + 1) % self._kept
        self._count += 1

    def fold_in(self, position: np.ndarray, rotation: np.ndarray, covariance: np.ndarray, delay: float) -> float:
        """Correct the filter; arguments and result as for `BaseEstimator.correct_pose`."""
        ticks = round(delay / self._period)
        if not 0 <= ticks < min(self._kept, self._count):
            raise ValueError(f"a pose {delay:g} s old cannot be folded in: at most {DELAY_MAX:g} s, after the start")
        then = (self._next - 1 - ticks) % self._kept
        estimated, rows = self._positions[then], np.zeros((6, ERRORS))
        measured = np.asarray(position) + np.asarray(rotation) @ self._imu_position
        rows[:3, POSITION : POSITION + 3] = np.eye(3)
        rows[:3, ROTATION : ROTATION + 3] = -pin.skew(estimated)
        rows[3:, ROTATION : ROTATION + 3] = np.eye(3)
        innovation = np.concatenate((estimated - measured, pin.log3(self._rotations[then] @ np.asarray(rotation).T)))
        lever = np.eye(6)
        lever[:3, 3:] = -pin.skew(np.asarray(rotation) @ self._imu_position)
        return self._fold(rows, innovation, lever @ covariance @ lever.T)

    def _fold(self, rows: np.ndarray, innovation: np.ndarray, noise: np.ndarray) -> float:
        e = self._estimate
        spread = rows @ e.covariance @ rows.T + noise
        gain = np.linalg.solve(spread, rows @ e.covariance).T
        keep = np.eye(ERRORS) - gain @ rows
        e.covariance[:] = keep @ e.covariance @ keep.T + gain @ noise @ gain.T
        e.covariance[:] = 0.5 * (e.covariance + e.covariance.T)
        e.correction[:] = gain @ innovation
        shift = e.correction[POSITION : POSITION + 3].copy()
        apply_correction(e.data, self._turn)
        self._rotations[:] = self._turn @ self._rotations
        self._positions[:] = self._positions @ self._turn.T - shift
        return float(innovation @ np.linalg.solve(spread, innovation))
