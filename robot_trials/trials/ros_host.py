"""The host over ROS: control process and nodes as processes of their own, the trial as an action goal.

It needs no `ros2 launch` (which is not on PyPI) and imports no rclpy: it starts the executables, reads the trial
client's feedback from a pipe, and ends everything in the right order: trial, robot, recorder, the rest.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from robot_trials.config import TrialSetup
from robot_trials.exceptions import TrialFault
from robot_trials.runtime.channel import remove_channel
from robot_trials.runtime.process_group import ProcessGroup
from robot_trials.trials.outcome import TrialOutcome
from robot_trials.trials.robot_graph import (
    CLIENT,
    ENVIRONMENT,
    RECORDER,
    SAFE_END_S,
    RobotGraph,
    end_processes,
    forwarding_interrupts,
)
from robot_trials.trials.trial import Progress

OnProgress = Callable[[Progress], None]
CONTROL = "control_process"


def run_ros_trial(
    setup: TrialSetup, on_progress: OnProgress | None = None, real_time_factor: float = 0.0
) -> TrialOutcome:
    """Run a trial on the ROS graph and return its outcome.

    Ctrl-C aborts the trial: the robot comes to stand, the bag is closed, the outcome says that it was interrupted.

    Args:
        setup: the trial; its `output` folder also receives the processes' logs.
        on_progress: told several times a second how far it is.
        real_time_factor: 0: simulation waits for every trial tick; up to 1: paced by the clock.

    Raises:
        TrialFault: ROS is missing, or a process of the graph ended too early; the message has its last words.
    """
    require_ros()
    with tempfile.TemporaryDirectory(prefix="robot_trials_") as scratch:
        logs = (setup.output or Path(scratch)) / "log"
        logs.mkdir(parents=True, exist_ok=True)
        with ProcessGroup(logs) as group:
            return RosHost(setup, group, Path(scratch), on_progress, real_time_factor).run()


def require_ros() -> None:
    """Raise `TrialFault` naming what is missing when the ROS packages cannot be imported."""
    missing = [name for name in ("rclpy", "robot_trials_msgs", "tf2_msgs") if importlib.util.find_spec(name) is None]
    if missing:
        raise TrialFault(f"the ROS host needs {', '.join(missing)}: run it through ./run, or source your workspace")


class RosHost:
    """Starts the graph, follows one trial, ends the graph."""

    def __init__(
        self,
        setup: TrialSetup,
        group: ProcessGroup,
        scratch: Path,
        on_progress: OnProgress | None = None,
        real_time_factor: float = 0.0,
    ) -> None:
        self._setup = setup
        self._group = group
        self._on_progress = on_progress
        self._real_time_factor = real_time_factor
        self._channel = f"host_{os.getpid()}"
        self._graph = RobotGraph(setup, group, scratch, self._channel)
        self._interrupted = False

    def run(self) -> TrialOutcome:
        """The outcome of the trial."""
        try:
            with forwarding_interrupts(self._group, self._interrupt):
                self._start()
                self._follow()
                self._end()
            return self._graph.read_outcome(self._interrupted)
        finally:
            remove_channel(self._channel)

    def _interrupt(self) -> None:
        self._interrupted = True

    def _start(self) -> None:
        environment = dict(ENVIRONMENT) | dict(os.environ)
        control = [sys.executable, "-m", "robot_trials.runtime.process", "--setup", json.dumps(self._setup.arguments)]
        control += ["--channel", self._channel, "--real-time-factor", str(self._real_time_factor)]
        self._group.start(CONTROL, control, environment)
        self._graph.start(environment)
        self._graph.start_client(environment)

    def _follow(self) -> None:
        """Pass progress on until the client has the result; raises when a process ends before that."""
        graph = self._graph
        while graph.result is None:
            self._check_processes()
            try:
                message = graph.wait_for_message()
            except TrialFault:
                if not self._interrupted:
                    raise
                graph.result = {"reason": "interrupted before the trial began"}
                return
            if message is not None and graph.result is None and self._on_progress is not None:
                self._on_progress(graph.to_progress(message))

    def _check_processes(self) -> None:
        """A process that ends while the trial runs is the end of the trial: stop the robot, say who it was."""
        ended = self._group.find_ended(but=[CLIENT])
        if ended is None or self._interrupted:
            return
        if ended.name == CONTROL and self._group.wait(5.0, [CLIENT]) == []:
            return  # the trial node saw it, and concluded with the reason
        reason = ended.failure or f"{ended.name} ended before the trial did"
        self._end()
        raise TrialFault(reason)

    def _end(self) -> None:
        """The client has nothing to lose; without a trial node it waits for ever."""
        end_processes(self._group, CONTROL, killed=[CLIENT], patient=[RECORDER], patience_s=SAFE_END_S)
