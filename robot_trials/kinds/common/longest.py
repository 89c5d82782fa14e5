"""How long a mission takes at most: phases that are tried again, inside attempts that are tried again.

A kind says with these how its tree is nested; a test runs the tree with everything as late as it may be.
"""

from __future__ import annotations

from typing import NamedTuple

from robot_trials.config.trial import PhaseSpec

TICK = 0.02
"""Between two ticks of a tree: a limit is seen to be over one tick late, what is tried again begins after it [s]."""
REST_PATIENCE = 20.0
"""A robot that ends safely comes to rest within this time, or is given up [s]."""


class Longest(NamedTuple):
    """Longest time until something has succeeded, and until it has failed [s]."""

    success: float
    failure: float


def limit(seconds: float) -> Longest:
    """Of a leaf that ends within so long [s], one way or the other."""
    return Longest(seconds + TICK, seconds + TICK)


def limit_phase(spec: PhaseSpec, retries: int | None = None) -> Longest:
    """Of a phase with all its attempts.

    Args:
        spec: of the phase.
        retries: attempts after the first; those of `spec` when omitted.
    """
    attempts = 1 + (spec.retries if retries is None else retries)
    return limit(attempts * (spec.timeout + TICK))


def in_turn(*parts: Longest) -> Longest:
    """Of parts one after the other, each only when all before it have succeeded."""
    success, failure = 0.0, 0.0
    for part in parts:
        success, failure = success + part.success, max(failure, success + part.failure)
    return Longest(success, failure)


def tried_again(attempt: Longest, recovery: Longest, retries: int) -> Longest:
    """Of an attempt that is made again after each failure and the recovery from it, as `tree.retry` does.

    Args:
        attempt: one of them.
        recovery: after each that fails, the last one included.
        retries: attempts after the first.
    """
    again = attempt.failure + max(recovery) + TICK
    return Longest(retries * again + attempt.success, (1 + retries) * again)


def under_guard(mission: Longest, arms: Longest | None = None) -> float:
    """Of a whole mission, the safe end after it where it fails included, as `tree.guard_mission` puts it together [s].

    A stop or a fall is no part of it: how long the stop ladder takes is its own matter.

    Args:
        mission: from preflight to standing.
        arms: what they do at the safe end; back to the body when omitted.
    """
    standing = in_turn(limit(REST_PATIENCE), arms or limit(REST_PATIENCE))
    return max(mission.success, mission.failure + max(standing))
