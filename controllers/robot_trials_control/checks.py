"""What must be refused before a tick uses it: readings and commands that are not numbers."""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.records import RIGHT, HandMode, MotionMode, PayloadMode, Record

MODE_MAX, HAND_MODE_MAX, PAYLOAD_MODE_MAX = int(max(MotionMode)), int(max(HandMode)), int(max(PayloadMode))


def is_valid_motion(motion: Record) -> bool:
    """Whether every number of a motion command is finite, every mode one of its kind, every orientation a rotation."""
    return _is_valid_motion(motion.data)


@compiled
def _is_valid_motion(motion: np.ndarray) -> bool:
    command = motion[0]
    valid = (
        command.mode <= MODE_MAX
        and command.payload_mode <= PAYLOAD_MODE_MAX
        and command.payload_hand <= RIGHT
        and math.isfinite(command.walk_speed)
        and math.isfinite(command.hand_speed)
    )
    for i in range(3):
        valid = valid and math.isfinite(command.walk_target[i]) and math.isfinite(command.walk_velocity[i])
    for side in range(2):
        valid = valid and command.hand_mode[side] <= HAND_MODE_MAX
        valid = valid and math.isfinite(command.hand_closed[side]) and math.isfinite(command.head[side])
        for i in range(3):
            valid = valid and math.isfinite(command.hand_position[side, i])
        square = 0.0
        for i in range(4):
            square += command.hand_orientation_xyzw[side, i] ** 2
        valid = valid and 0.0 < square < math.inf
    return valid


@compiled
def is_finite(values: np.ndarray) -> bool:
    """Whether all of some values are finite: one NaN or infinity makes their sum so."""
    total = 0.0
    for value in values:
        total += value
    return math.isfinite(total)
