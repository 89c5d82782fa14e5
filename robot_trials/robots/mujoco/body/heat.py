"""How warm the drives' windings get: one thermal time constant, heated by the square of the torque."""

from __future__ import annotations

import numpy as np

from robot_trials_control.numeric.compiled import bind, compiled

AMBIENT = 25.0
"""[°C]"""
RISE_AT_CONTINUOUS = 60.0
"""Above the surroundings in the long run, at the torque a drive bears for ever [K]; assumed."""
TIME_CONSTANT = 300.0
"""[s]; assumed."""


class Windings:
    """Temperatures of all drives.

    Attributes:
        temperature: shape (nu,) [°C].
    """

    def __init__(self, continuous_torque: np.ndarray) -> None:
        self.temperature = np.full(len(continuous_torque), AMBIENT)
        self._rise = RISE_AT_CONTINUOUS / continuous_torque**2
        torque = np.zeros((len(continuous_torque), 2))[:, 0]
        self._update = bind(_warm, self.temperature, self._rise, torque, 0.0)

    def update(self, torque: np.ndarray, dt: float) -> None:
        """Let `dt` [s] pass under torques of shape (nu,) [N·m]."""
        self._update(self.temperature, self._rise, torque, dt / TIME_CONSTANT)


@compiled
def _warm(temperature: np.ndarray, rise: np.ndarray, torque: np.ndarray, share: float) -> None:
    for joint in range(len(temperature)):
        wanted = AMBIENT + rise[joint] * torque[joint] * torque[joint]
        temperature[joint] += share * (wanted - temperature[joint])
