"""One robot's processes beside the control process: nodes in the robot's namespace, and its trial client."""

from __future__ import annotations

import json
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from robot_trials.clock import epoch_ns
from robot_trials.config import TrialSetup
from robot_trials.exceptions import TrialFault
from robot_trials.runtime.process_group import Member, ProcessGroup
from robot_trials.trials.outcome import TrialOutcome
from robot_trials.trials.trial import Progress

CLIENT = "trial_client"
RECORDER = "recorder_node"
NODES = ("control_node", "perception_node", RECORDER, "trial_node", "safety_node")
ENVIRONMENT = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Defaults of the processes: discovery stays on this machine, BLAS on one thread."""
SAFE_END_S = 40.0
"""Wall time from the wish to end until robots stand and bags are closed, before processes are killed."""
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
    """

    def __init__(
        self, setup: TrialSetup, group: ProcessGroup, scratch: Path, channel: str, robot: str = "", **parameters: Any
    ) -> None:
        self.result: dict[str, Any] | None = None
        self._setup, self._group, self._scratch, self._robot = setup, group, scratch, robot
        self._outcome_file = scratch / f"{robot or 'robot'}.outcome.pickle"
        self._parameters = {
            "use_sim_time": True,
            "channel": channel,
            "setup": json.dumps(setup.arguments),
            "outcome_file": str(self._outcome_file),
            "payload_hand": setup.trial.payload.hand,
            **parameters,
        }
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

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

    def wait_for_message(self, timeout_s: float = POLL_S) -> dict[str, Any] | None:
        """The client's next message, which is its `result` if it says so; None when none came in time.

        Raises:
            TrialFault: the client has ended without a result.
        """
        with suppress(queue.Empty):
            line = self._lines.get(timeout=timeout_s) if timeout_s else self._lines.get_nowait()
            if line is None:
                self._group.wait(1.0, [self.name(CLIENT)])
                client = self._group.members[self.name(CLIENT)]
                raise TrialFault(client.failure or f"{client.name} ended without a result")
            message: dict[str, Any] = json.loads(line)
            if "passed" in message:
                self.result = message
            return message
        return None

    def find_ended(self) -> Member | None:
        """A node that has ended; the client is none."""
        members = [self._group.members[name] for name in self.members if name != self.name(CLIENT)]
        return next((member for member in members if member.process.poll() is not None), None)

    def to_progress(self, message: dict[str, Any]) -> Progress:
        """A message with feedback as progress."""
        return Progress(
            phase=message["phase"],
            distance=message["distance"],
            length=self._setup.site.lane.length,
            time=(message["stamp_ns"] - epoch_ns(self._setup.start_time)) * 1e-9,
            torch_tilt=float("nan") if message["tilt"] is None else message["tilt"],
            zmp_margin=message["zmp_margin"],
            torque_ratio=message["torque_ratio"],
        )

    def read_outcome(self, interrupted: bool = False) -> TrialOutcome:
        """The trial node's own outcome, which has every number; without it, what the action said.

        Raises:
            TrialFault: there is none, or a trial that passed was not recorded to the end.
        """
        recorder = self._group.members.get(self.name(RECORDER))
        reason = (self.result or {}).get("reason")
        if self._outcome_file.exists():
            outcome: TrialOutcome = pickle.loads(self._outcome_file.read_bytes())
        elif interrupted:
            outcome = TrialOutcome(passed=False, reason=reason or "interrupted", ended="unknown")
        else:
            raise TrialFault(reason or "the trial ended without an outcome")
        if recorder is not None and recorder.failure and outcome.passed:
            raise TrialFault(recorder.failure)
        return outcome

    def _describe(self, node: str) -> list[str]:
        """The command line of a node."""
        namespace = ["-r", f"__ns:=/{self._robot}"] if self._robot else []
        ros = ["--ros-args", *namespace, "--params-file", str(self._write_parameters())]
        return [sys.executable, "-m", f"robot_trials.nodes.{node}", *ros]

    def _write_parameters(self) -> Path:
        """Parameters of every node."""
        return write_parameters(self._scratch / f"{self._robot or 'robot'}.parameters.yaml", self._parameters)


def write_parameters(path: Path, parameters: dict[str, Any]) -> Path:
    """A file with parameters of any node; JSON is YAML too."""
    path.write_text(json.dumps({"/**": {"ros__parameters": parameters}}), encoding="utf-8")
    return path


def end_processes(group: ProcessGroup, control: str, killed: list[str], patient: list[str], patience_s: float) -> None:
    """Robots first; those that outlive them on purpose end by themselves; whoever hangs is killed by the group.

    Args:
        group: the processes.
        control: name of the control process.
        killed: processes that have nothing to lose.
        patient: processes that are told nothing, for they end after the control process.
        patience_s: wall time for each of the two stages [s].
    """
    names = list(group.members)
    group.send(signal.SIGTERM, [control])
    if group.wait(patience_s, [control]):
        group.send(signal.SIGKILL, [control])
    group.send(signal.SIGKILL, killed)
    group.send(signal.SIGTERM, [name for name in names if name not in (control, *killed, *patient)])
    group.wait(patience_s, names)


@contextmanager
def forwarding_interrupts(group: ProcessGroup, on_interrupt: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C reaches the children by the terminal or, when only this process was signalled, from here."""

    def forward(*_: object) -> None:
        on_interrupt()
        group.send(signal.SIGINT)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, forward) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


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
