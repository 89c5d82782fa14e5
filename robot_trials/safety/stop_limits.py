"""When the stop ladder acts, and how long each rung may take: every number with its reason."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class StopLimits:
    """Limits of the triggers and time bounds of the rungs.

    Triggers. A walk of 100 m with the torch at 0.8 m/s stays below all of them: tilt 0.08 rad, capture point 0.23 m
    from the nearer sole, 0.8 of the continuous torque in the root mean square of the most loaded joint.

    Attributes:
        tilt: of the base while it should be upright, nearly three times what walking needs [rad].
        tilt_low: the same while the robot squats, which leans the torso by 0.35 on purpose [rad].
        capture_error: of the capture point from where the plan has it, walking; 0.8 m/s needs 0.08, a push of 20 N·s
            that the next steps make up for reaches 0.10, one that has ended in a fall went through 0.21 [m].
        capture_error_standing: the same on both feet; hips make up for 0.1, and at rest it is 0.005 [m].
        capture_reach: of the capture point from the middle of the nearer sole; a step reaches 0.57 m ahead and 0.15 m
            further aside, and the controller needs some of it for what it does not know [m].
        temperature_slow, temperature_stop: of a winding; the drives' insulation is rated for more than 130 °C, and the
            winding is hotter inside than where it is measured [°C].
        strain_slow, strain_stop: time integral of (torque / continuous torque)² − 1, from 0 up; at twice the continuous
            torque it grows by 3 a second [s].
        late_window: over which late control ticks are counted [s].
        late_slow, late_stop: share of late ticks; drives hold on to the last command meanwhile.
        stale_after: age of a group of readings; the estimate bridges 50 ms, half of which is left to act in [s].
        not_finite_ticks: ticks in a row with a reading that is no number; a single one is bridged unseen.
        heartbeat_timeout: longest time without a sign of life from the supervisor, several of its periods [s].
        inputs_timeout: the same from who listens for stops [s].
        speed_window: time constant over which the speed is averaged: a step sways by 0.15 m/s to the sides and 0.1 m/s
            along, a tenth of which is left [s].
        speed_deviations: standard deviations of the estimated speed that count as speed.

    Bounds and pauses.

    Attributes:
        slow_speed: cap on the walking speed on the first rung [m/s].
        slow_max: after so long on the first rung the robot stands [s].
        stand_max: from the wish to finish the walk until it stands; the longest measured is 2.9 s at 0.8 m/s [s].
        protective_max: the same for a protective stop; the longest measured is 1.9 s at 0.8 m/s [s].
        lower_max: up to three steps that put the feet apart, 1.5 s each, and the squat, 2.5 s, with a margin [s].
        off_time: after which a robot that loses its power is safe: arms down in 1.5 s, torques faded in 1.5 s [s].
        off_max: arms down, then sinking onto the stops until the drives have lost their power [s].
        settle_time: how long a rung's end must have looked stable before the next one begins [s].
        patience: from standing to lowering when only a supervisor is missing: it may come back [s].
        blind_patience: the same when sensors are missing [s].
        steady_dcm: distance of the capture point from where it should be, on a rung that counts as stable [m].
        steady_speed: of the centre of mass [m/s].
    """

    tilt: float = math.radians(13.0)
    tilt_low: float = math.radians(38.0)
    capture_error: float = 0.18
    capture_error_standing: float = 0.12
    capture_reach: float = 0.40
    temperature_slow: float = 90.0
    temperature_stop: float = 105.0
    strain_slow: float = 4.0
    strain_stop: float = 8.0
    late_window: float = 0.5
    late_slow: float = 0.1
    late_stop: float = 0.5
    stale_after: float = 0.024
    not_finite_ticks: int = 5
    heartbeat_timeout: float = 0.5
    inputs_timeout: float = 0.5
    speed_window: float = 0.5
    speed_deviations: float = 3.0
    slow_speed: float = 0.3
    slow_max: float = 60.0
    stand_max: float = 4.0
    protective_max: float = 2.5
    lower_max: float = 8.0
    off_time: float = 3.2
    off_max: float = 3.6
    settle_time: float = 0.3
    patience: float = 5.0
    blind_patience: float = 0.5
    steady_dcm: float = 0.03
    steady_speed: float = 0.06
