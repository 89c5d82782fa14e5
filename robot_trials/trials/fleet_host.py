"""The host of a fleet over ROS: one control process with one world, one clock, and a graph for each robot.

Like the host of one robot it needs no `ros2 launch` and imports no rclpy.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robot_trials.config import Fleet, FleetMember
from robot_trials.exceptions import TrialFault
from robot_trials.runtime.channel import remove_channel
from robot_trials.runtime.process_group import Member, ProcessGroup
from robot_trials.trials.outcome import TrialOutcome
from robot_trials.trials.robot_graph import (
    CLIENT,
    ENVIRONMENT,
    POLL_S,
    RECORDER,
    SAFE_END_S,
    RobotGraph,
    end_processes,
    forwarding_interrupts,
    write_parameters,
)
from robot_trials.trials.ros_host import CONTROL, require_ros
from robot_trials.trials.trial import Progress

CLOCK = "clock_node"
SERVER_TIMEOUT_S = 90.0
"""Wall time for each robot until its trial is offered, on a busy machine."""
OnFleetProgress = Callable[[str, Progress], None]
"""Told the name of a robot and how far its trial is."""


@dataclass(frozen=True)
class FleetRun:
    """How the trials of a fleet ended, by robot.

    Attributes:
        outcomes: of trials that were judged.
        faults: what broke the others.
    """

    outcomes: Mapping[str, TrialOutcome]
    faults: Mapping[str, str]

    @property
    def passed(self) -> bool:
        """Whether every trial passed."""
        return not self.faults and all(outcome.passed for outcome in self.outcomes.values())


def run_fleet(fleet: Fleet, on_progress: OnFleetProgress | None = None, real_time_factor: float = 0.0) -> FleetRun:
    """Run the trial of every robot at once and return how they ended.

    Ctrl-C aborts all trials: the robots come to stand, the bags are closed.

    Args:
        fleet: the robots.
        on_progress: told several times a second how far each is.
        real_time_factor: 0: simulation waits for every trial tick; up to 1: paced by the clock.

    Raises:
        TrialFault: ROS is missing, or the control process ended too early; the message has its last words.
    """
    with FleetHost.open(fleet, real_time_factor) as host, host.forwarding_interrupts():
        host.start()
        host.send_goals()
        run = host.follow(on_progress)
        host.stop()
        return host.read_outcomes(run)


class FleetHost:
    """Starts the graphs of a fleet, follows trials where it has sent the goals, ends everything.

    A robot whose process ends early loses its trial; the others go on.

    Args:
        fleet: the robots.
        group: where processes are started.
        scratch: folder for parameters and outcomes.
        real_time_factor: 0: simulation waits for every trial tick; up to 1: paced by the clock.
        report: whether the recorders write report.html when their bag is closed.
    """

    def __init__(
        self,
        fleet: Fleet,
        group: ProcessGroup,
        scratch: Path,
        real_time_factor: float = 0.0,
        report: bool = False,
    ) -> None:
        self.fleet = fleet
        self._group, self._scratch = group, scratch
        self._real_time_factor = real_time_factor
        self._channels = {member.name: f"fleet_{os.getpid()}_{member.name}" for member in fleet.members}
        self._graphs = {member.name: self._make_graph(member, report) for member in fleet.members}
        self._environment = dict(ENVIRONMENT) | dict(os.environ)
        self._interrupted = False

    @classmethod
    @contextmanager
    def open(cls, fleet: Fleet, real_time_factor: float = 0.0, report: bool = False) -> Iterator[FleetHost]:
        """A host with folders of its own; leaves no process behind. Logs lie beside the robots' output folders.

        Raises:
            TrialFault: ROS is missing.
        """
        require_ros()
        outputs = [member.setup.output for member in fleet.members if member.setup.output is not None]
        with tempfile.TemporaryDirectory(prefix="robot_trials_") as scratch:
            logs = (outputs[0].parent if outputs else Path(scratch)) / "log"
            logs.mkdir(parents=True, exist_ok=True)
            with ProcessGroup(logs) as group:
                host = cls(fleet, group, Path(scratch), real_time_factor, report)
                try:
                    yield host
                finally:
                    host.stop()

    def start(self) -> None:
        """Start control process, clock and every robot's nodes; each offers its trial when it is ready."""
        hosted = [member.to_json() | {"channel": self._channels[member.name]} for member in self.fleet.members]
        control = [sys.executable, "-m", "robot_trials.runtime.process", "--fleet", json.dumps(hosted)]
        control += ["--real-time-factor", str(self._real_time_factor)]
        self._group.start(CONTROL, control, self._environment)
        self.start_node(CLOCK, {"channels": list(self._channels.values())})
        for graph in self._graphs.values():
            graph.start(self._environment)

    def start_node(self, name: str, parameters: Mapping[str, Any]) -> Member:
        """Start a node that belongs to no robot, with its parameters."""
        file = write_parameters(self._scratch / f"{name}.yaml", dict(parameters))
        command = [sys.executable, "-m", f"robot_trials.nodes.{name}", "--ros-args", "--params-file", str(file)]
        return self._group.start(name, command, self._environment)

    def send_goals(self) -> None:
        """Start a client for each robot, which sends its goal when the robot is ready and its delay is over."""
        for graph in self._graphs.values():
            graph.start_client(self._environment)

    def follow(self, on_progress: OnFleetProgress | None = None) -> FleetRun:
        """Pass progress on until every trial has a result or is lost.

        Raises:
            TrialFault: the control process has ended, and with it every robot.
        """
        faults: dict[str, str] = {}
        while waiting := [name for name in self._graphs if self._graphs[name].result is None and name not in faults]:
            time.sleep(POLL_S)
            for name in waiting:
                try:
                    self._follow_one(name, on_progress)
                except TrialFault as fault:
                    faults[name] = "interrupted before the trial began" if self._interrupted else str(fault)
            self.check_control()
        return FleetRun({}, faults)

    def read_outcomes(self, run: FleetRun) -> FleetRun:
        """Outcomes of all trials that were followed, once everything has ended."""
        outcomes, faults = {}, dict(run.faults)
        for name, graph in self._graphs.items():
            if name in faults:
                continue
            try:
                outcomes[name] = graph.read_outcome(self._interrupted)
            except TrialFault as fault:
                faults[name] = str(fault)
        return FleetRun(outcomes, faults)

    def stop(self) -> None:
        """Let every robot stand, close every bag, end every process; idempotent."""
        if CONTROL in self._group.members:
            clients = [graph.name(CLIENT) for graph in self._graphs.values()]
            recorders = [graph.name(RECORDER) for graph in self._graphs.values()]
            killed = [name for name in clients if name in self._group.members]
            end_processes(self._group, CONTROL, killed, recorders, SAFE_END_S * len(self._graphs))
        for channel in self._channels.values():
            remove_channel(channel)

    @contextmanager
    def forwarding_interrupts(self) -> Iterator[None]:
        """Ctrl-C aborts all trials while this lasts."""
        with forwarding_interrupts(self._group, self._interrupt):
            yield

    def _make_graph(self, member: FleetMember, report: bool) -> RobotGraph:
        channel, delay = self._channels[member.name], member.start_delay
        patience = SERVER_TIMEOUT_S * len(self.fleet.members)
        parameters = {"publish_clock": False, "start_delay": delay, "server_timeout": patience, "report": report}
        return RobotGraph(member.setup, self._group, self._scratch, channel, member.name, **parameters)

    def _follow_one(self, name: str, on_progress: OnFleetProgress | None) -> None:
        """Messages of one robot's client; a node that has ended before its trial is that trial's end."""
        graph = self._graphs[name]
        ended = graph.find_ended()
        while (message := graph.wait_for_message(0.0)) is not None:
            if graph.result is None and on_progress is not None:
                on_progress(name, graph.to_progress(message))
        if ended is None or graph.result is not None or self._interrupted:
            return
        if self._group.wait(5.0, [graph.name(CLIENT)]):
            raise TrialFault(ended.failure or f"{ended.name} ended before the trial did")

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._interrupted

    def check_control(self) -> None:
        """Raises `TrialFault` when the control process has ended, and with it every robot."""
        control = self._group.members[CONTROL]
        if control.process.poll() is None or self._interrupted:
            return
        clients = [graph.name(CLIENT) for graph in self._graphs.values()]
        if self._group.wait(5.0, clients):  # else every trial node saw it, and concluded with the reason
            raise TrialFault(control.failure or f"{CONTROL} ended before the trials did")

    def _interrupt(self) -> None:
        self._interrupted = True
