"""A walk cut into steps, and how far the same steps of two walks lie apart."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from benchmarks.harness import BenchmarkError

PHASES = 50
"""Moments of a step at which two walks are compared, from one touchdown to the next."""
LEFT_OUT = 2
"""Steps at the start and at the end: those are shorter or longer by what the standing robot did before."""


@dataclass
class Walk:
    """What a walk was, tick by tick.

    Attributes:
        time: since walking was asked for, shape (n,) [s].
        com: true centre of mass of the robot in the stance sole's frame, shape (n, 3) [m].
        torque: that the drives applied, shape (n, nu) [N·m].
        ground: normal force of the ground on both soles together, as measured, shape (n,) [N].
        steps: steps taken so far, shape (n,).
        stance: foot that carried the robot last, shape (n,).
    """

    time: list[float] = field(default_factory=list)
    com: list[np.ndarray] = field(default_factory=list)
    torque: list[np.ndarray] = field(default_factory=list)
    ground: list[float] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    stance: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Steps:
    """The steps of a walk; n steps.

    Attributes:
        side: stance foot in the middle of the step, shape (n,).
        duration: shape (n,) [s].
        touchdown: since the first of them, shape (n,) [s].
        com: shape (n, PHASES, 3) [m].
        torque: shape (n, PHASES, nu) [N·m].
        ground: mean force on both soles, shape (n,) [N].
    """

    side: np.ndarray
    duration: np.ndarray
    touchdown: np.ndarray
    com: np.ndarray
    torque: np.ndarray
    ground: np.ndarray


@dataclass(frozen=True)
class Difference:
    """How far two walks of the same robot lie apart, over all their common steps.

    Attributes:
        com: rms distance of the centres of mass [m].
        torque: rms difference of all joints' torques, over their rms in the first walk.
        timing: largest difference of a step's duration [s].
        drift: largest difference of a touchdown's time since the first [s].
        ground: difference of the mean forces on the soles, over that of the first walk.
        steps: compared.
    """

    com: float
    torque: float
    timing: float
    drift: float
    ground: float
    steps: int


def cut_steps(walk: Walk) -> Steps:
    """Cut where the count of steps rises, and give every step the same number of moments.

    Raises:
        BenchmarkError: there are too few steps.
    """
    count, time = np.array(walk.steps), np.array(walk.time)
    edges = np.flatnonzero(np.diff(count)) + 1
    edges = edges[LEFT_OUT : len(edges) - LEFT_OUT]
    if len(edges) < 3:
        raise BenchmarkError(f"the walk has too few steps to compare: {int(count[-1])}")
    com, torque = np.array(walk.com), np.array(walk.torque)
    pairs = list(zip(edges[:-1], edges[1:], strict=True))
    rows = [np.linspace(first, last - 1, PHASES).round().astype(int) for first, last in pairs]
    stance = np.array(walk.stance)
    return Steps(
        side=np.array([stance[(first + last) // 2] for first, last in pairs]),
        duration=np.diff(time[edges]),
        touchdown=time[edges] - time[edges[0]],
        com=np.array([com[row] for row in rows]),
        torque=np.array([torque[row] for row in rows]),
        ground=np.array([np.mean(walk.ground[first:last]) for first, last in pairs]),
    )


def compare_steps(one: Steps, other: Steps) -> Difference:
    """The second walk beside the first, step by step; whichever began with the other foot leaves out one."""
    if one.side[0] != other.side[0]:
        other = Steps(**{each.name: getattr(other, each.name)[1:] for each in fields(other)})
    n = min(len(one.duration), len(other.duration))
    com = one.com[:n] - other.com[:n]
    torque = one.torque[:n] - other.torque[:n]
    return Difference(
        com=float(np.sqrt((com**2).sum(axis=2).mean())),
        torque=float(np.sqrt((torque**2).mean() / (one.torque[:n] ** 2).mean())),
        timing=float(np.abs(one.duration[:n] - other.duration[:n]).max()),
        drift=float(np.abs(one.touchdown[:n] - (other.touchdown[:n] - other.touchdown[0])).max()),
        ground=float(abs(other.ground[:n].mean() / one.ground[:n].mean() - 1.0)),
        steps=n,
    )
