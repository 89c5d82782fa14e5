"""From DCM error to the centre of mass's acceleration."""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.compiled import compiled
from robot_trials_control.config import WalkingGains
from robot_trials_control.dcm import ZmpSegment
from robot_trials_control.model import GRAVITY

HEIGHT_RATE = 0.10
"""Fastest change of the reference height [m/s]."""


@compiled
def compute_dcm(com: np.ndarray, com_velocity: np.ndarray, omega: float) -> tuple[float, float]:
    """Divergent component of motion, ξ = c + ċ/ω, from arrays of shape (3,) [m], [m/s]."""
    return com[0] + com_velocity[0] / omega, com[1] + com_velocity[1] / omega


@compiled
def compute_com_acceleration(
    omega: float,
    zmp: tuple[float, float],
    height: float,
    gains: tuple[float, float],
    com: np.ndarray,
    com_velocity: np.ndarray,
    out: np.ndarray,
) -> None:
    """Acceleration of a pendulum about its ZMP, ω² (c − p), and towards a height by stiffness and damping.

    Args:
        omega: natural frequency [1/s].
        zmp: [m].
        height: wanted, of the centre of mass in world [m].
        gains: stiffness [1/s²] and damping [1/s] of the height.
        com, com_velocity: world, shape (3,) [m], [m/s].
        out: receives it, world, shape (3,) [m/s²].
    """
    out[0], out[1] = omega * omega * (com[0] - zmp[0]), omega * omega * (com[1] - zmp[1])
    out[2] = gains[0] * (height - com[2]) - gains[1] * com_velocity[2]


class ZmpTrack:
    """The planned ZMP of the phase in progress: segments that are used up as time goes."""

    def __init__(self) -> None:
        self._segments: list[ZmpSegment] = []

    def start(self, segments: list[ZmpSegment]) -> None:
        """Replace what is left by a new phase."""
        self._segments = list(segments)

    def advance(self, dt: float) -> None:
        """Let time pass; the last point stays when everything is used up."""
        while self._segments:
            x0, y0, x1, y1, duration = self._segments[0]
            if dt < duration:
                s = dt / duration
                self._segments[0] = ZmpSegment(x0 + s * (x1 - x0), y0 + s * (y1 - y0), x1, y1, duration - dt)
                return
            if len(self._segments) == 1:
                self._segments[0] = ZmpSegment(x1, y1, x1, y1, 0.0)
                return
            dt -= duration
            self._segments.pop(0)

    def stretch(self, remaining: float) -> None:
        """Set the time left in the last segment [s]."""
        self._segments[-1] = self._segments[-1]._replace(duration=max(remaining, 0.0))

    @property
    def segments(self) -> list[ZmpSegment]:
        """What is left of the phase."""
        return self._segments

    @property
    def now(self) -> tuple[float, float]:
        """The planned ZMP at this moment [m]."""
        return self._segments[0].x0, self._segments[0].y0

    @property
    def remaining(self) -> float:
        """Time left in the phase [s]."""
        return sum(segment.duration for segment in self._segments)


class Balance:
    """DCM feedback and height regulation.

    Attributes:
        omega: natural frequency of the pendulum [1/s].
        dcm: measured DCM, (x, y) [m].
        com_acceleration: wanted acceleration of the centre of mass, world, shape (3,) [m/s²].
        zmp_commanded: ZMP that this acceleration asks for, (x, y) [m].
    """

    def __init__(self, gains: WalkingGains) -> None:
        self.gains = gains
        self.omega = math.sqrt(GRAVITY / gains.com_height)
        self.com_acceleration = np.zeros(3)
        self.dcm = (0.0, 0.0)
        self.zmp_commanded = (0.0, 0.0)
        self._height = gains.com_height

    def reset(self, height: float) -> None:
        """Start from the present height of the centre of mass above the ground [m]."""
        self._height = height

    def measure(self, com: np.ndarray, com_velocity: np.ndarray) -> None:
        """Compute the measured DCM."""
        self.dcm = compute_dcm(com, com_velocity, self.omega)

    def command(self, zmp: tuple[float, float]) -> None:
        """Ask for the horizontal acceleration of a pendulum whose ZMP is `zmp`."""
        self.zmp_commanded = zmp

    def update(self, dt: float, com: np.ndarray, com_velocity: np.ndarray, ground: float) -> None:
        """Write `com_acceleration`.

        Args:
            dt: time since the last call [s].
            com, com_velocity: measured, shape (3,) [m], [m/s].
            ground: height of the ground under the stance foot [m].
        """
        gains, step = self.gains, HEIGHT_RATE * dt
        self._height += max(-step, min(step, gains.com_height - self._height))
        height = ground + self._height
        compute_com_acceleration(
            self.omega,
            self.zmp_commanded,
            height,
            (gains.height_kp, gains.height_kd),
            com,
            com_velocity,
            self.com_acceleration,
        )
