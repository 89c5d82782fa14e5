"""A trial in one process, advanced by script: what benches and tests of stops beside people need.

The trial, its stop ladder and the world are the ones of `robot-trials run`; nothing is recorded or judged. The same
seed gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable

from robot_trials.config import TrialSetup
from robot_trials.robots.fall import FallWatch
from robot_trials.runtime.assembly import assemble, make_stop_guard
from robot_trials.runtime.control.loop import ControlLoop
from robot_trials.trials.trial import PERIOD, Trial
from robot_trials_control.records import Record


class TrialDrill:
    """A trial under way.

    Attributes:
        robot: the simulated robot.
        controller: of the robot.
        trial: decides fifty times a second.
        stops: the stop ladder around the controller.
        stop_requests: what is asked of it from outside; set its fields between runs.
        sample: everything about the newest tick.
        falls: judges every tick.

    Args:
        setup: the trial; with the camera's sensor model.
    """

    def __init__(self, setup: TrialSetup) -> None:
        self._assembly = assemble(setup)
        self.robot, self.controller = self._assembly.robot, self._assembly.controller
        self.trial = Trial(setup, self._assembly.profile)
        self.stops = make_stop_guard(self._assembly.profile, setup)
        self.stop_requests = self.stops.requests
        self._watchers: list[Callable[[Record], None]] = []
        self._loop = ControlLoop(self.robot, self.controller, [self._watch], self.stops)
        self.sample = self._loop.sample
        self.falls = FallWatch(setup.site.ground)
        self._ticks = round(PERIOD * 1e9) // self.robot.control_period_ns

    @property
    def time(self) -> float:
        """Time since the start [s]."""
        return int(self.sample.state.time_ns) * 1e-9

    def watch(self, watcher: Callable[[Record], None]) -> None:
        """Have `watcher` see every sample from now on; it must copy what it keeps."""
        self._watchers.append(watcher)

    def run(self, seconds: float, until: Callable[[Record], bool] | None = None) -> bool:
        """Let time pass; the trial goes on as it decides.

        Args:
            seconds: at most so long [s].
            until: looked at after every trial tick; ends the run when true.

        Returns:
            Whether `until` became true; without it whether the robot has not fallen. A fall ends the run.
        """
        for _ in range(round(seconds / PERIOD)):
            self._loop.run_ticks(self._ticks, self.trial.motion_command)
            self.trial.tick(self.sample, self.robot.read_fiducials(), int(self.sample.state.time_ns))
            if self.falls.fell:
                return False
            if until is not None and until(self.sample):
                return True
        return until is None

    def close(self) -> None:
        """Release the simulator; idempotent."""
        self._assembly.close()

    def _watch(self, sample: Record) -> None:
        self.falls.update(sample)
        for watcher in self._watchers:
            watcher(sample)
