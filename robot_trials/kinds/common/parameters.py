"""Times of the behaviours that every kind uses, with the reason for each; what depends on a body is its manner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """Numbers of what is done, whoever does it.

    Attributes:
        still_time: what is where it should be for this long has arrived [s].
        seen_age: a target seen longer ago than this is not reached for [s].
        lost_way: walking farther than this without seeing a site fiducial ends the trial: odometry drifts with the way,
            by some percent of it [m].
        quiet_time: standing still for this long ends a trial [s].
    """

    still_time: float = 0.3
    seen_age: float = 1.5
    lost_way: float = 8.0
    quiet_time: float = 1.0
