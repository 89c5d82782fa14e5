"""How wrong the robot's sensors read: noise, constant biases, gains and encoder steps, as a seed draws them."""

from __future__ import annotations

import numpy as np

from robot_trials.robots.profile import RobotProfile

DRAWN_AHEAD = 256
"""Control periods whose random numbers are drawn in one call."""


class SensorErrors:
    """Noise, constant biases and gains of every sensor, as a seed draws them.

    Attributes:
        gain: of the joints' torque, shape (nu,).
        encoder_step: [rad]; 0 reads the joints' angles as they are.
    """

    def __init__(self, profile: RobotProfile, nu: int, noise: bool, generator: np.random.Generator) -> None:
        given = profile.sensors
        self._generator, self._noise = generator, noise
        self.encoder_step = 2 * np.pi / 2**given.encoder_bits if noise else 0.0
        self._sigma = np.concatenate(
            [
                np.full(nu, given.velocity_noise),
                np.full(nu, given.torque_noise),
                np.full(3, given.gyro_noise),
                np.full(3, given.accelerometer_noise),
                np.tile([given.force_noise] * 3 + [given.moment_noise] * 3, 2),
            ]
        )
        self._bias = np.zeros_like(self._sigma)
        self._bias[2 * nu : 2 * nu + 3] = given.gyro_bias * generator.standard_normal(3)
        self._bias[2 * nu + 3 : 2 * nu + 6] = given.accelerometer_bias * generator.standard_normal(3)
        self.gain = 1.0 + given.torque_gain * generator.uniform(-1.0, 1.0, nu)
        if not noise:
            self.gain[:] = 1.0
        self._drawn = np.zeros((DRAWN_AHEAD, len(self._sigma)))
        self._next = DRAWN_AHEAD

    def draw(self) -> np.ndarray:
        """This control period's errors, to be added to true readings, shape (2 nu + 18,).

        They are for joint velocities, joint torques, gyro, accelerometer, and each foot's force and torque.
        """
        if self._next == DRAWN_AHEAD:
            self._next = 0
            if self._noise:
                self._draw_ahead()
        error = self._drawn[self._next]
        self._next += 1
        return error

    def _draw_ahead(self) -> None:
        """One block of random numbers for every noisy reading of many control periods."""
        self._generator.standard_normal(out=self._drawn)
        self._drawn *= self._sigma
        self._drawn += self._bias
