"""Control loops among other processes: share every sample, follow whoever may command, end with safe robots.

Robots of one process share one simulated world and one time: their loops run tick by tick, one after the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from robot_trials.runtime.channel.trial_link import LOCKSTEP_TIMEOUT_S, wait_for_answers
from robot_trials.runtime.control.hosted_robot import HostedRobot
from robot_trials.runtime.control.pacing import Pacer
from robot_trials.runtime.control.pauses import PauseWatch

TICKS_PER_EXCHANGE = 10
"""Control ticks per trial tick: 500 Hz to 50 Hz."""
EXIT_OK, EXIT_FAULT, EXIT_NOT_SAFE = 0, 1, 4
NOT_SAFE = "told to end, but the robot did not come to stand in time"


@dataclass(frozen=True)
class ProcessOptions:
    """How the control process runs.

    Attributes:
        real_time_factor: 0 waits for every trial tick and runs as fast as that allows; up to 1 is paced by the clock.
        quiet_timeout: wall time after which a trial in lockstep counts as quiet [s].
    """

    real_time_factor: float = 0.0
    quiet_timeout: float = LOCKSTEP_TIMEOUT_S

    @property
    def lockstep(self) -> bool:
        """Whether the world waits for every trial tick."""
        return self.real_time_factor == 0.0

    @property
    def clock(self) -> Callable[[], int] | None:
        """CLOCK_MONOTONIC [ns] where it paces the loop."""
        return None if self.lockstep else time.monotonic_ns


class ControlProcess:
    """Runs control loops until told to end, then until every robot is safe.

    Attributes:
        end_requested: a signal asked for the end.
    """

    def __init__(self, robots: Sequence[HostedRobot], options: ProcessOptions) -> None:
        self.end_requested = False
        self._robots = tuple(robots)
        self._options = options
        self._pacer = Pacer(options.real_time_factor or 1.0)
        self._pauses = PauseWatch()

    def request_end(self, *_: object) -> None:
        """Signal handler: stand, then end."""
        self.end_requested = True

    def run(self) -> int:
        """Loop until the end; returns the exit code. Each robot's channel closes with the reason of its end."""
        try:
            while not self._is_over():
                self._run_exchange()
            return self._conclude()
        except BaseException as error:
            for robot in self._robots:
                robot.fail(error)
            while not self._is_over():
                self._tick()
            raise
        finally:
            for robot in self._robots:
                robot.close()

    def _run_exchange(self) -> None:
        """One trial tick: control ticks of all robots, cameras, then the next motion commands."""
        for _ in range(TICKS_PER_EXCHANGE):
            self._tick()
        for robot in self._robots:
            robot.finish_exchange(TICKS_PER_EXCHANGE, self.end_requested, self._pauses)
        self._pauses.look()
        if not self._options.lockstep or not any(robot.follows_trial for robot in self._robots):
            self._pauses.look(self._pacer.wait_until(max(robot.time_ns for robot in self._robots)))
        else:
            self._pacer.forget()
        if self._options.lockstep:
            wait_for_answers(self._robots, self._is_ending, self._pauses.look)
        for robot in self._robots:
            robot.choose_command(self.end_requested)

    def _tick(self) -> None:
        for robot in self._robots:
            robot.tick()
        self._pauses.look()

    def _is_ending(self) -> bool:
        """Whether nobody is waited for any more."""
        return self.end_requested or all(robot.error is not None for robot in self._robots)

    def _is_over(self) -> bool:
        return all(robot.done for robot in self._robots)

    def _conclude(self) -> int:
        """The exit code; channels of robots that are not safe close with that reason."""
        if any(robot.error is not None for robot in self._robots):
            return EXIT_FAULT
        for robot in self._robots:
            if robot.gave_up:
                robot.close(NOT_SAFE)
        return EXIT_NOT_SAFE if any(robot.gave_up for robot in self._robots) else EXIT_OK
