"""From DCM error to the centre of mass's acceleration."""

from __future__ import annotations

import numpy as np

from robot_trials_control.numeric.compiled import compiled

HEIGHT_RATE = 0.10
"""Fastest change of the reference height [m/s]."""


@compiled
def compute_dcm(com: np.ndarray, com_velocity: np.ndarray, omega: float) -> tuple[float, float]:
    """Divergent component of motion, ξ = c + ċ/ω, from arrays of shape (3,) [m], [m/s]."""
    return com[0] + com_velocity[0] / omega, com[1] + com_velocity[1] / omega


@compiled
def approach_height(height: float, wanted: float, dt: float) -> float:
    """The reference height after `dt`, on its way to `wanted` [m]."""
    return height + max(-HEIGHT_RATE * dt, min(HEIGHT_RATE * dt, wanted - height))


@compiled
def compute_com_acceleration(
    omega: float,
    zmp: tuple[float, float],
    height: float,
    gains: np.ndarray,
    com: np.ndarray,
    com_velocity: np.ndarray,
    out: np.ndarray,
) -> None:
    """Acceleration of a pendulum about its ZMP, ω² (c − p), and towards a height by stiffness and damping.

    Args:
        omega: natural frequency [1/s].
        zmp: [m].
        height: wanted, of the centre of mass in world [m].
        gains: stiffness [1/s²] and damping [1/s] of the height, shape (2,).
        com, com_velocity: world, shape (3,) [m], [m/s].
        out: receives it, world, shape (3,) [m/s²].
    """
    out[0], out[1] = omega * omega * (com[0] - zmp[0]), omega * omega * (com[1] - zmp[1])
    out[2] = gains[0] * (height - com[2]) - gains[1] * com_velocity[2]
