"""The host of a fleet over ROS: one control process with one world, one clock, and a graph for each robot.

Like the host of one robot it needs no `ros2 launch` and imports no rclpy.
"""

from __future__ import annotations

import functools
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from robot_trials.config import Fleet, FleetMember
from robot_trials.exceptions import TrialFault
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.files import remove_channel
from robot_trials.runtime.channel.layout import HEALTH_DTYPE
from robot_trials.runtime.channel.shared_memory import SharedMemoryError
from robot_trials.runtime.channel.trial_link import Following
from robot_trials.runtime.processes.process_group import Member, ProcessGroup
from robot_trials.trials.hosts import robot_graph
from robot_trials.trials.hosts.graph_deaths import CLIENT, CONTROL, TRIAL
from robot_trials.trials.hosts.robot_graph import (
    ENVIRONMENT,
    POLL_S,
    SAFE_END_S,
    RobotGraph,
    end_processes,
    forwarding_ends,
    write_parameters,
)
from robot_trials.trials.hosts.ros import require_ros
from robot_trials.trials.judging.outcome import TrialOutcome
from robot_trials.trials.trial import Progress
from robot_trials_control.records import Record

CLOCK = "clock_node"
CLOCK_STARTS = 20
"""Of a clock that has died: it keeps nothing, and trials go on without it for a while."""
SERVER_TIMEOUT_S = 90.0
"""Wall time for each robot until its trial is offered, on a busy machine."""
OnFleetProgress = Callable[[str, Progress], None]
"""Told the name of a robot and how far its trial is."""


@dataclass(frozen=True)
class FleetRun:
    """How the trials of a fleet ended, by robot.

    Attributes:
        outcomes: of every trial.
        faults: what died, of robots that lost a process; the reason of their outcome.
    """

    outcomes: Mapping[str, TrialOutcome]
    faults: Mapping[str, str]

    @property
    def passed(self) -> bool:
        """Whether every trial passed."""
        return not self.faults and all(outcome.passed for outcome in self.outcomes.values())


def run_fleet(fleet: Fleet, on_progress: OnFleetProgress | None = None, real_time_factor: float = 0.0) -> FleetRun:
    """Run the trial of every robot at once and return how they ended.

    Ctrl-C, SIGTERM and SIGHUP abort all trials: the robots come to stand, the bags are closed. A process that dies is
    named in its robot's outcome.

    Args:
        fleet: the robots.
        on_progress: told several times a second how far each is.
        real_time_factor: 0: simulation waits for every trial tick; up to 1: paced by the clock.

    Raises:
        TrialFault: ROS is missing.
    """
    with FleetHost.open(fleet, real_time_factor) as host, host.forwarding_interrupts():
        host.start()
        host.send_goals()
        host.follow(on_progress)
        host.stop()
        return host.read_outcomes()


class FleetHost:
    """Starts the graphs of a fleet, follows trials where it has sent the goals, ends everything.

    A robot that loses a process comes to rest by itself and loses its trial; the others go on.

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
        self._clocks_left = CLOCK_STARTS
        self._attached: dict[str, Channel] = {}
        group.on_death = self._note

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
        if self._interrupted:
            return
        hosted = [member.to_json() | {"channel": self._channels[member.name]} for member in self.fleet.members]
        control = [*robot_graph.find_program(CONTROL), "--fleet", json.dumps(hosted)]
        control += ["--real-time-factor", str(self._real_time_factor)]
        self._group.start(CONTROL, control, self._environment)
        self._start_clock()
        for graph in self._graphs.values():
            if not self._interrupted:
                graph.start(self._environment)

    def start_node(self, name: str, parameters: Mapping[str, Any]) -> Member:
        """Start a node that belongs to no robot, with its parameters."""
        file = write_parameters(self._scratch / f"{name}.yaml", dict(parameters))
        command = [*robot_graph.find_program(name), "--ros-args", "--params-file", str(file)]
        return self._group.start(name, command, self._environment)

    def send_goals(self) -> None:
        """Start a client for each robot, which sends its goal when the robot is ready and its delay is over."""
        for graph in self._graphs.values():
            if not self._interrupted:
                graph.start_client(self._environment)

    def follow(self, on_progress: OnFleetProgress | None = None) -> None:
        """Pass progress on until every trial has a result or is lost."""
        waiting, deadline = dict(self._graphs), float("inf")
        while waiting and time.monotonic() < deadline:
            time.sleep(POLL_S)
            if self._interrupted and deadline == float("inf"):
                deadline = time.monotonic() + self._patience_s
            for name, graph in list(waiting.items()):
                tell = functools.partial(on_progress, name) if on_progress is not None else None
                while graph.pass_on(tell, 0.0):
                    pass
                if graph.is_over:
                    del waiting[name]
                    if graph.result is None:  # the others go on
                        graph.end_trial()

    def read_outcomes(self) -> FleetRun:
        """Outcomes of all trials, once everything has ended."""
        outcomes = {name: graph.read_outcome(self._interrupted) for name, graph in self._graphs.items()}
        faults = {name: graph.deaths.words[0] for name, graph in self._graphs.items() if graph.deaths.words}
        return FleetRun(outcomes, faults)

    def stop(self) -> None:
        """Let every robot stand, close every bag, end every process; idempotent."""
        clients, trials = ([graph.name(one) for graph in self._graphs.values()] for one in (CLIENT, TRIAL))
        end_processes(self._group, CONTROL, clients, trials, self._patience_s)
        for channel in self._attached.values():
            channel.close()
        for name in self._channels.values():
            remove_channel(name)

    @contextmanager
    def forwarding_interrupts(self) -> Iterator[None]:
        """Whatever tells this process to end aborts all trials while this lasts."""
        with forwarding_ends(self._group, self._interrupt):
            yield

    def _make_graph(self, member: FleetMember, report: bool) -> RobotGraph:
        channel, delay = self._channels[member.name], member.start_delay
        patience = SERVER_TIMEOUT_S * len(self.fleet.members)
        parameters = {"publish_clock": False, "start_delay": delay, "server_timeout": patience, "report": report}
        return RobotGraph(member.setup, self._group, self._scratch, channel, member.name, **parameters)

    @property
    def interrupted(self) -> bool:
        """Whether this process was told to end."""
        return self._interrupted

    def check_control(self) -> None:
        """Raises `TrialFault` when the control process has ended, and with it every robot."""
        control = self._group.members.get(CONTROL)
        if control is not None and control.has_ended and not self._interrupted:
            raise TrialFault(control.failure or f"{CONTROL} ended before the trials did")

    @property
    def trials_run(self) -> bool:
        """Whether a robot follows its trial now."""
        health = Record(np.zeros(1, HEALTH_DTYPE))
        for name in self._channels.values():
            with suppress(SharedMemoryError):
                channel = self._attached.get(name) or self._attached.setdefault(name, Channel.attach(name, 0.0))
                if channel.health.read_into(health.data) and int(health.following) == Following.TRIAL:
                    return True
        return False

    @property
    def _patience_s(self) -> float:
        """Until robots are safe in a world that is the slower the more robots it has [s]."""
        return SAFE_END_S * max(1.0, len(self._graphs) / 2)

    def _interrupt(self) -> None:
        self._interrupted = True

    def _start_clock(self) -> None:
        self.start_node(CLOCK, {"channels": list(self._channels.values())})

    def _note(self, member: Member) -> None:
        """On a watching thread: a process has died. A robot's own is its affair, the control process everybody's."""
        control = self._group.members[CONTROL]
        control_ended = control is not member and control.has_ended
        if member.name == CLOCK and not control_ended and self._clocks_left > 0:
            self._clocks_left -= 1
            self._start_clock()
            return
        for graph in self._graphs.values():
            if member.name == CONTROL or member.name in graph.members:
                graph.note(member.name.rpartition(".")[2], member, control_ended)
