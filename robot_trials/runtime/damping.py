"""The last resort: joints that only damp, without a controller."""

from __future__ import annotations

import numpy as np

from robot_trials.exceptions import FaultError
from robot_trials.robots.interface import Robot
from robot_trials_control.records import make_robot_command, make_robot_state

DAMPING = 5.0
"""Joint damping that lets a robot sink rather than drop [N·m·s/rad]."""
DURATION = 1.0
"""Time it is given to sink [s]."""


def damp_robot(robot: Robot) -> bool:
    """Damp every joint for a moment; False if the robot no longer answers."""
    nu = len(robot.joint_names)
    command, state, applied = make_robot_command(nu), make_robot_state(nu), np.zeros(nu)
    command.kd[:] = DAMPING
    try:
        for _ in range(round(DURATION * 1e9 / robot.control_period_ns)):
            robot.write_command(command, applied)
            robot.read_state(state)
    except (FaultError, OSError, ValueError):
        return False
    return True
