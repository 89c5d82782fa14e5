"""When the stop ladder acts, and how long each rung may take: every number with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from robot_trials.robots.manner import StopManner
from robot_trials.robots.profile import RobotProfile


@dataclass(frozen=True)
class StopLimits(StopManner):
    """Limits of the triggers and time bounds of the rungs: those of the body, and these, which all bodies share.

    Attributes:
        late_window: over which late control ticks are counted [s].
        late_slow, late_stop: share of late ticks; drives hold on to the last command meanwhile.
        stale_after: age of a group of readings; the estimate bridges 50 ms, half of which is left to act in [s].
        not_finite_ticks: ticks in a row with a reading that is no number; a single one is bridged unseen.
        heartbeat_timeout: longest time without a sign of life from the supervisor, several of its periods [s].
        inputs_timeout: the same from who listens for stops [s].
        speed_window: time constant over which the speed is averaged: a step sways by 0.15 m/s to the sides and 0.1 m/s
            along, a tenth of which is left [s].
        speed_deviations: standard deviations of the estimated speed that count as speed.
        slow_max: after so long on the first rung the robot stands [s].
        off_time: after which a robot that loses its power is safe: arms down in 1.5 s, torques faded in 1.5 s [s].
        off_max: arms down, then sinking onto the stops until the drives have lost their power [s].
        settle_time: how long a rung's end must have looked stable before the next one begins [s].
        patience: from standing to lowering when only a supervisor is missing: it may come back [s].
        blind_patience: the same when sensors are missing [s].
    """

    late_window: float = 0.5
    late_slow: float = 0.1
    late_stop: float = 0.5
    stale_after: float = 0.024
    not_finite_ticks: int = 5
    heartbeat_timeout: float = 0.5
    inputs_timeout: float = 0.5
    speed_window: float = 0.5
    speed_deviations: float = 3.0
    slow_max: float = 60.0
    off_time: float = 3.2
    off_max: float = 3.6
    settle_time: float = 0.3
    patience: float = 5.0
    blind_patience: float = 0.5


def make_stop_limits(profile: RobotProfile) -> StopLimits:
    """Limits for a robot."""
    return StopLimits(**vars(profile.manner.stops))
