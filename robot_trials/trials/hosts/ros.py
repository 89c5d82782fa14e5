"""The host over ROS: control process and nodes as processes of their own, the trial as an action goal.

It needs no `ros2 launch` (which is not on PyPI) and imports no rclpy: it starts the executables, reads the trial
client's feedback from a pipe, and ends everything in the right order: trial, robot, recorder, the rest.
"""

from __future__ import annotations

import importlib.util
import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from robot_trials.config import TrialSetup
from robot_trials.exceptions import TrialFault
from robot_trials.runtime.channel.files import remove_channel
from robot_trials.runtime.processes.exits import describe_exit
from robot_trials.runtime.processes.process_group import Member, ProcessGroup
from robot_trials.trials.hosts import robot_graph
from robot_trials.trials.hosts.graph_deaths import CLIENT, CONTROL, TRIAL
from robot_trials.trials.hosts.robot_graph import ENVIRONMENT, SAFE_END_S, RobotGraph, end_processes, forwarding_ends
from robot_trials.trials.judging.outcome import TrialOutcome
from robot_trials.trials.trial import Progress

OnProgress = Callable[[Progress], None]


def run_ros_trial(
    setup: TrialSetup, on_progress: OnProgress | None = None, real_time_factor: float = 0.0
) -> TrialOutcome:
    """Run a trial on the ROS graph and return its outcome.

    Ctrl-C, SIGTERM and SIGHUP abort the trial: the robot comes to stand, the bag is closed, the outcome says that it
    was interrupted. A process that dies is named in the outcome with its signal; the robot's own reactions come first.

    Args:
        setup: the trial; its `output` folder also receives the processes' logs.
        on_progress: told several times a second how far it is.
        real_time_factor: 0: simulation waits for every trial tick; up to 1: paced by the clock.

    Raises:
        TrialFault: ROS is missing, or no process can be started.
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
        self._interrupted_at = float("inf")
        group.on_death = self._note

    def run(self) -> TrialOutcome:
        """The outcome of the trial, whatever died on the way."""
        try:
            with forwarding_ends(self._group, self._interrupt):
                try:
                    self._start()
                    self._follow()
                except OSError as error:
                    raise TrialFault(f"the graph cannot be started: {error}") from error
                finally:
                    end_processes(self._group, CONTROL, [CLIENT], [TRIAL], SAFE_END_S)
            return self._graph.read_outcome(self._interrupted, describe_bad_end(self._group))
        finally:
            remove_channel(self._channel)

    @property
    def _interrupted(self) -> bool:
        return self._interrupted_at != float("inf")

    def _interrupt(self) -> None:
        self._interrupted_at = min(self._interrupted_at, time.monotonic())

    def _start(self) -> None:
        environment = dict(ENVIRONMENT) | dict(os.environ)
        control = [*robot_graph.find_program(CONTROL), "--setup", json.dumps(self._setup.arguments)]
        control += ["--channel", self._channel, "--real-time-factor", str(self._real_time_factor)]
        starts: list[Callable[[], object]] = [
            lambda: self._group.start(CONTROL, control, environment),
            lambda: self._graph.start(environment),
            lambda: self._graph.start_client(environment),
        ]
        for start in starts:
            if not self._interrupted:
                start()

    def _follow(self) -> None:
        """Pass progress on until the trial has its result, or none will come."""
        while not self._graph.is_over and time.monotonic() < self._interrupted_at + SAFE_END_S:
            self._graph.pass_on(self._tell)

    def _tell(self, progress: Progress) -> None:
        """Somebody who can no longer be told, as a terminal that is gone, ends no trial."""
        with suppress(OSError):
            if self._on_progress is not None:
                self._on_progress(progress)

    def _note(self, member: Member) -> None:
        """On the watching thread: a process has died; what follows from it is the robot's own affair at first."""
        control = self._group.members.get(CONTROL)
        self._graph.note(member.name, member, control is not None and control is not member and control.has_ended)


def describe_bad_end(group: ProcessGroup) -> str:
    """How the control process ended if robots were not safe then, which is no good end even of a trial that passed."""
    control = group.members.get(CONTROL)
    if control is None or not control.process.returncode:
        return ""
    words = describe_exit(CONTROL, control.process.returncode)
    return f"{words} ({control.last_words})" if control.process.returncode > 0 else words
