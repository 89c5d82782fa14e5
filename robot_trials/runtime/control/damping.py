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


class Damper:
    """Damps every joint, control tick by control tick, for as long as the robot answers.

    Attributes:
        answers: the robot has answered so far; one that no longer does is closed.
    """

    def __init__(self, robot: Robot) -> None:
        nu = len(robot.joint_names)
        self.answers = True
        self._robot = robot
        self._command, self._state, self._applied = make_robot_command(nu), make_robot_state(nu), np.zeros(nu)
        self._command.kd[:] = DAMPING
        self._ticks_left = round(DURATION * 1e9 / robot.control_period_ns)

    @property
    def done(self) -> bool:
        """Whether the robot has had its time to sink, or does not answer."""
        return not self.answers or self._ticks_left <= 0

    def tick(self) -> None:
        """One control tick; does nothing with a robot that does not answer."""
        if not self.answers:
            return
        self._ticks_left -= 1
        try:
            self._robot.write_command(self._command, self._applied)
            self._robot.read_state(self._state)
        except (FaultError, OSError, ValueError):
            self.answers = False
            self._robot.close()


def damp_robot(robot: Robot) -> bool:
    """Damp every joint for a moment; False if the robot no longer answers."""
    damper = Damper(robot)
    while not damper.done:
        damper.tick()
    return damper.answers
