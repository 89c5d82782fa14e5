"""Divergent component of motion of the linear inverted pendulum, in closed form [Englsberger2015].

ξ = c + ċ/ω moves by ξ̇ = ω (ξ − p): it runs away from the ZMP p, so a bounded plan is found backward in time.
Plans are lists of segments in which the ZMP moves linearly.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from robot_trials_control.numeric.compiled import compiled


class ZmpSegment(NamedTuple):
    """The ZMP moves linearly from (x0, y0) to (x1, y1) in `duration` [m, s]."""

    x0: float
    y0: float
    x1: float
    y1: float
    duration: float


@compiled
def dcm_before(segment: ZmpSegment, end_x: float, end_y: float, omega: float) -> tuple[float, float]:
    """DCM at a segment's start that reaches (end_x, end_y) at its end.

    ξ(0) = p0 + m/ω + e^(−ωT) (ξ(T) − p1 − m/ω), with m the ZMP's velocity.
    """
    x0, y0, x1, y1, duration = segment
    if duration <= 1e-6:
        return end_x, end_y
    decay = math.exp(-omega * duration)
    rate = 1.0 / (omega * duration)
    lead_x, lead_y = (x1 - x0) * rate, (y1 - y0) * rate
    return x0 + lead_x + decay * (end_x - x1 - lead_x), y0 + lead_y + decay * (end_y - y1 - lead_y)


def dcm_at_start(segments: list[ZmpSegment], end: tuple[float, float], omega: float) -> tuple[float, float]:
    """DCM at the start of a run of segments that reaches `end` after the last [m]."""
    for segment in reversed(segments):
        end = dcm_before(segment, end[0], end[1], omega)
    return end


def foothold_gain(double_support: float, omega: float) -> float:
    """∂ξ/∂u: shift of the DCM wanted at touchdown when the next foothold, and all after it, shift by u.

    During the double support of duration T that follows, the ZMP runs from the stance foot to the new one:
    ∂ξ/∂u = (1 − e^(−ωT)) / (ωT).
    """
    x = omega * double_support
    return (1.0 - math.exp(-x)) / x if x > 1e-6 else 1.0


@compiled
def steady_zmp(dcm: float, target: float, remaining: float, omega: float) -> float:
    """Constant ZMP that brings the DCM from `dcm` to `target` in `remaining` seconds, one axis [m]."""
    growth = math.exp(omega * remaining)
    return (growth * dcm - target) / (growth - 1.0)
