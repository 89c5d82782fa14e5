"""One robot's processes beside the control process: nodes in the robot's namespace, and its trial client."""

from __future__ import annotations

import json
import pickle
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from robot_trials.clock import epoch_ns
from robot_trials.config import TrialSetup
from robot_trials.kinds.contract import Quantity
from robot_trials.runtime.ending import describe_wish, when_told
from robot_trials.runtime.processes.process_group import Member, ProcessGroup
from robot_trials.trials.hosts.graph_deaths import CLIENT, CONTROL, TRIAL, Deaths
from robot_trials.trials.judging.completion import judge_lost
from robot_trials.trials.judging.outcome import TrialOutcome, overrule_verdict
from robot_trials.trials.trial import Progress

RECORDER = "recorder_node"
NODES = ("control_node", "stop_node", "perception_node", RECORDER, TRIAL, "safety_node")
ENVIRONMENT = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Defaults of the processes: discovery stays on this machine, BLAS on one thread."""
SAFE_END_S = 120.0
"""Wall time from the wish to end until robots stand or squat and bags are closed, before processes are killed: four
times the longest stop, for a world that is slower than real time."""
LEAVE_S = 20.0
"""Wall time that processes other than recorders have to end after the control process: their trials have concluded."""
POLL_S = 0.1
"""Longest wait for a word of a client before processes are looked at [s]."""


class RobotGraph:
    """Starts the nodes of one robot and follows its trial.

    Args:
        setup: the trial; without an output folder there is no recorder.
        group: where the processes are started, under the robot's name where there is one.
        scratch: folder for parameters and outcome.
        channel: shared memory of the robot.
        robot: name and namespace of the robot; empty for one that is alone.
        parameters: further ones of all nodes.

    Attributes:
        result: what the client said last; None until then.
        deaths: what has died in it.
    """

    def __init__(
        self, setup: TrialSetup, group: ProcessGroup, scratch: Path, channel: str, robot: str = "", **parameters: Any
    ) -> None:
        self.result: dict[str, Any] | None = None
        self.deaths = Deaths(setup.output)
        self._setup, self._group, self._scratch, self._robot = setup, group, scratch, robot
        self._outcome_file = scratch / f"{robot or 'robot'}.outcome.pickle"
        self._parameters = {
            "use_sim_time": True,
            "channel": channel,
            "setup": json.dumps(setup.arguments),
            "outcome_file": str(self._outcome_file),
            "payload_hand": setup.demands.hand,
            **parameters,
        }
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._client_gone = False

    def name(self, process: str) -> str:
        """Name of one of its processes in the group."""
        return f"{self._robot}.{process}" if self._robot else process

    @property
    def members(self) -> list[str]:
        """Names of its processes that have been started, the client's too."""
        return [name for name in map(self.name, (*NODES, CLIENT)) if name in self._group.members]

    def start(self, environment: dict[str, str]) -> None:
        """Start the nodes."""
        for node in NODES:
            if node != RECORDER or self._setup.output is not None:
                self._group.start(self.name(node), self._describe(node), environment)

    def start_client(self, environment: dict[str, str]) -> None:
        """Start the client, which sends the goal as soon as it can."""
        member = self._group.start(self.name(CLIENT), self._describe(CLIENT), environment, pipe=True)
        self._lines = _read_lines(member)

    @property
    def is_over(self) -> bool:
        """Whether the trial has its result, or none will come."""
        started = self.name(CLIENT) in self._group.members
        return self.result is not None or self._client_gone or not started or time.monotonic() > self.deaths.deadline

    def pass_on(self, on_progress: Callable[[Progress], None] | None, timeout_s: float = POLL_S) -> bool:
        """Take the client's next message, which is its result or progress to pass on; whether there was one in time."""
        try:
            line = self._lines.get(timeout=timeout_s) if timeout_s else self._lines.get_nowait()
        except queue.Empty:
            return False
        if line is None:
            self._client_gone = True
            self._take_clients_end()
            return False
        message: dict[str, Any] = json.loads(line)
        if "passed" in message:
            self.result = message
        elif self.result is None and on_progress is not None:
            on_progress(self.to_progress(message))
        return True

    def note(self, process: str, member: Member, control_ended: bool) -> None:
        """A process has ended though nobody had told it to.

        Args:
            process: its name without the robot's.
            member: the process.
            control_ended: whether the control process had ended before, after which nodes end by themselves.
        """
        code = member.process.returncode
        ends_by_itself = code >= 0 and (process == CLIENT or control_ended)
        if not ends_by_itself:
            self.deaths.add(process, code, member.last_words)

    def end_trial(self) -> None:
        """Have this robot's trial end safely, with nobody waiting for its result any more."""
        names = [name for name in map(self.name, (TRIAL, CLIENT)) if name in self._group.members]
        self._group.send(signal.SIGTERM, names)

    def _take_clients_end(self) -> None:
        """A client that has ended without a result is a death, unless it was told to."""
        client = self._group.members[self.name(CLIENT)]
        self._group.wait(1.0, [client.name])
        code = client.process.returncode
        if self.result is None and not client.end_wanted and code is not None and code >= 0:
            self.deaths.add(CLIENT, code, client.last_words)

    def to_progress(self, message: dict[str, Any]) -> Progress:
        """A message with feedback as progress."""
        return Progress(
            phase=message["phase"],
            time=(message["stamp_ns"] - epoch_ns(self._setup.start_time)) * 1e-9,
            share=message["progress"],
            figures={
                name: Quantity(float("nan") if value is None else value, unit)
                for name, value, unit in zip(message["names"], message["values"], message["units"], strict=True)
            },
            zmp_margin=message["zmp_margin"],
            torque_ratio=message["torque_ratio"],
        )

    def read_outcome(self, interrupted: bool = False, fault: str = "") -> TrialOutcome:
        """How the trial ended, once every process has.

        The trial node's own outcome has every number; without it there is what the action said, or what died. A trial
        that passed and was not recorded to the end has not passed: that verdict takes the place of the other, which
        is kept.

        Args:
            interrupted: the host was told to end.
            fault: what went wrong after the trial, even one that passed; empty if nothing did.
        """
        told = (self.result or {}).get("reason") or (describe_wish() if interrupted else "")
        outcome = self._read_trial_nodes_outcome()
        if outcome is not None:
            judged = replace(outcome, reason=outcome.reason if outcome.passed else self.deaths.explain(outcome.reason))
            fault = fault or self._describe_recorders_fault()
            if not fault or not judged.passed:
                return judged
            return self._overrule(replace(judged, passed=False, reason=fault))
        reason = self.deaths.explain(told) or "the trial ended without an outcome"
        return judge_lost(self._setup.output, reason)

    def _read_trial_nodes_outcome(self) -> TrialOutcome | None:
        try:
            outcome: TrialOutcome = pickle.loads(self._outcome_file.read_bytes())
        except (OSError, EOFError, pickle.UnpicklingError):  # none, or cut short
            return None
        return outcome

    def _describe_recorders_fault(self) -> str:
        """Why the recording is not whole; empty when it is, or none was wanted."""
        recorder = self._group.members.get(self.name(RECORDER))
        if recorder is None:
            return ""
        return recorder.failure.replace("\n", ": ", 1) if recorder.has_ended else f"{recorder.name} did not end in time"

    def _overrule(self, outcome: TrialOutcome) -> TrialOutcome:
        if self._setup.output is None:
            return outcome
        with suppress(OSError):
            return replace(outcome, verdict_file=overrule_verdict(self._setup.output, outcome))
        return outcome

    def _describe(self, node: str) -> list[str]:
        """The command line of a node."""
        namespace = ["-r", f"__ns:=/{self._robot}"] if self._robot else []
        ros = ["--ros-args", *namespace, "--params-file", str(self._write_parameters())]
        return [*find_program(node), *ros]

    def _write_parameters(self) -> Path:
        """Parameters of every node."""
        return write_parameters(self._scratch / f"{self._robot or 'robot'}.parameters.yaml", self._parameters)


def is_recorder(name: str) -> bool:
    """Whether a process of a group, by its name there, closes a bag before it ends."""
    return name.rpartition(".")[2] == RECORDER


def find_program(name: str) -> list[str]:
    """The command that starts a node, or the control process."""
    module = "robot_trials.runtime.process" if name == CONTROL else f"robot_trials.nodes.{name}"
    return [sys.executable, "-m", module]


def write_parameters(path: Path, parameters: dict[str, Any]) -> Path:
    """A file with parameters of any node; JSON is YAML too."""
    path.write_text(json.dumps({"/**": {"ros__parameters": parameters}}), encoding="utf-8")
    return path


def end_processes(group: ProcessGroup, control: str, clients: list[str], trials: list[str], patience_s: float) -> None:
    """Robots and trials first; recorders outlive them by themselves; whoever hangs is killed.

    Args:
        group: the processes.
        control: name of the control process, which stays until every robot is safe.
        clients: processes that have nothing to lose.
        trials: trial nodes, which abort what still runs.
        patience_s: wall time for each of the two stages [s].
    """
    clients, trials, controls = (
        [name for name in names if name in group.members] for names in (clients, trials, [control])
    )
    group.expect_ends()
    group.send(signal.SIGTERM, [*controls, *trials])
    if group.wait(patience_s, controls):
        group.send(signal.SIGKILL, controls)
    group.send(signal.SIGKILL, clients)
    group.send(signal.SIGTERM)
    if hanging := group.wait(min(patience_s, LEAVE_S), [name for name in group.members if not is_recorder(name)]):
        print(f"killed, for they do not end: {', '.join(hanging)}", file=sys.stderr, flush=True)
        group.send(signal.SIGKILL, hanging)
    if group.wait(patience_s):
        group.send(signal.SIGKILL)
        group.wait(1.0)


@contextmanager
def forwarding_ends(group: ProcessGroup, on_end: Callable[[], None]) -> Iterator[None]:
    """What tells this process to end reaches the children, by the terminal or from here."""

    def forward(number: int, _: object) -> None:
        on_end()
        group.expect_ends()
        group.send(signal.Signals(number))

    with when_told(forward):
        yield


def _read_lines(member: Member) -> queue.SimpleQueue[str | None]:
    """Lines of a process's standard output as they come; None at the end."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    stream = member.process.stdout
    assert stream is not None

    def read() -> None:
        for line in stream:
            if line.startswith("{"):
                lines.put(line)
        lines.put(None)

    threading.Thread(target=read, name=f"{member.name} output", daemon=True).start()
    return lines
