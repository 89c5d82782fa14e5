"""Distances, speeds and times of the behaviours that every kind uses, with the reason for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameters:
    """Numbers that are the robot's manner rather than the site's or the trial's.

    Attributes:
        still_time: a hand counts as arrived after being there this long [s].
        reach_speed: free motion of the hand [m/s].
        approach_speed: motion of the hand next to people [m/s].
        settle_time: standing still before anything else, while the gyro's bias is learned [s].
        approach_speed_walking: walking next to people [m/s].
        cap_share: part of the permit's speed cap that is asked for at most: a walk gets up to 3 % faster than asked,
            and its speed is known to 0.03 m/s.
        lookahead: the walk's target lies this far ahead on the lane's middle [m].
        arrive_distance: feet to stance when a walk counts as done [m].
        arrive_angle: heading to stance when a walk counts as done [rad].
        retarget_distance: a stance moves only by more than this, so that feet do not chase noise [m].
        step_back: way back from the receiver [m].
        seen_age: a target seen longer ago than this is not reached for [s].
        lost_time: walking for longer than this without seeing a site fiducial ends the trial [s].
        quiet_time: standing still for this long ends a trial [s].
    """

    still_time: float = 0.3
    reach_speed: float = 0.25
    approach_speed: float = 0.08
    settle_time: float = 2.0
    approach_speed_walking: float = 0.4
    cap_share: float = 0.9
    lookahead: float = 3.0
    arrive_distance: float = 0.10
    arrive_angle: float = 0.12
    retarget_distance: float = 0.04
    step_back: float = 0.4
    seen_age: float = 1.5
    lost_time: float = 10.0
    quiet_time: float = 1.0
