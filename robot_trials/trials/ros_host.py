"""The host over ROS: control process and nodes as processes of their own, the trial as an action goal.

It needs no `ros2 launch` (which is not on PyPI) and imports no rclpy: it starts the executables, reads the trial
client's feedback from a pipe, and ends everything in the right order: trial, robot, recorder, the rest.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import pickle
import queue
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from robot_trials.clock import epoch_ns
from robot_trials.config import TrialSetup
from robot_trials.exceptions import TrialFault
from robot_trials.runtime.channel import remove_channel
from robot_trials.runtime.process_group import Member, ProcessGroup
from robot_trials.trials.outcome import TrialOutcome
from robot_trials.trials.trial import Progress

OnProgress = Callable[[Progress], None]
CLIENT = "trial_client"
CONTROL = "control_process"
NODES = ("control_node", "perception_node", "recorder_node", "trial_node", "safety_node")
ENVIRONMENT = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Defaults of the processes: discovery stays on this machine, BLAS on one thread."""
SAFE_END_S = 40.0
"""Wall time from the wish to end until the robot stands and the bag is closed, before processes are killed."""
POLL_S = 0.1


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
        self._scratch = scratch
        self._on_progress = on_progress
        self._real_time_factor = real_time_factor
        self._channel = f"host_{os.getpid()}"
        self._outcome_file = scratch / "outcome.pickle"
        self._interrupted = False

    def run(self) -> TrialOutcome:
        """The outcome of the trial."""
        try:
            with self._forwarding_interrupts():
                self._start()
                result = self._follow()
                self._end()
            return self._read_outcome(result)
        finally:
            remove_channel(self._channel)

    def _start(self) -> None:
        environment = dict(ENVIRONMENT) | dict(os.environ)
        parameters = self._write_parameters()
        run = [sys.executable, "-m"]
        control = [*run, "robot_trials.runtime.process", "--setup", json.dumps(self._setup.arguments)]
        control += ["--channel", self._channel, "--real-time-factor", str(self._real_time_factor)]
        self._group.start(CONTROL, control, environment)
        for name in NODES:
            if name == "recorder_node" and self._setup.output is None:
                continue
            node = [*run, f"robot_trials.nodes.{name}", "--ros-args", "--params-file", str(parameters)]
            self._group.start(name, node, environment)
        client = [*run, f"robot_trials.nodes.{CLIENT}", "--ros-args", "--params-file", str(parameters)]
        self._group.start(CLIENT, client, environment, pipe=True)

    def _write_parameters(self) -> Path:
        """Parameters of every node; JSON is YAML too."""
        values: dict[str, Any] = {
            "use_sim_time": True,
            "channel": self._channel,
            "setup": json.dumps(self._setup.arguments),
            "outcome_file": str(self._outcome_file),
            "payload_hand": self._setup.trial.payload.hand,
        }
        path = self._scratch / "parameters.yaml"
        path.write_text(json.dumps({"/**": {"ros__parameters": values}}), encoding="utf-8")
        return path

    def _follow(self) -> dict[str, Any]:
        """Pass progress on until the client has the result; raises when a process ends before that."""
        client = self._group.members[CLIENT]
        lines = _read_lines(client)
        while True:
            self._check_processes()
            with suppress(queue.Empty):
                line = lines.get(timeout=POLL_S)
                if line is None:
                    break
                message: dict[str, Any] = json.loads(line)
                if "passed" in message:
                    return message
                self._report(message)
        self._group.wait(1.0, [CLIENT])
        if self._interrupted:
            return {"reason": "interrupted before the trial began"}
        raise TrialFault(client.failure or f"{CLIENT} ended without a result")

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

    def _report(self, message: dict[str, Any]) -> None:
        if self._on_progress is None:
            return
        start_ns = epoch_ns(self._setup.start_time)
        self._on_progress(
            Progress(
                phase=message["phase"],
                distance=message["distance"],
                length=self._setup.site.lane.length,
                time=(message["stamp_ns"] - start_ns) * 1e-9,
                torch_tilt=math.nan if message["tilt"] is None else message["tilt"],
                zmp_margin=message["zmp_margin"],
                torque_ratio=message["torque_ratio"],
            )
        )

    def _end(self) -> None:
        """Robot first; those that outlive it on purpose end by themselves; whoever hangs is killed by the group."""
        names = list(self._group.members)
        self._group.send(signal.SIGTERM, [CONTROL])
        if self._group.wait(SAFE_END_S, [CONTROL]):
            self._group.send(signal.SIGKILL, [CONTROL])
        self._group.send(signal.SIGKILL, [CLIENT])  # has nothing to lose; without a trial node it waits for ever
        self._group.send(signal.SIGTERM, [name for name in names if name not in (CONTROL, CLIENT, "recorder_node")])
        self._group.wait(SAFE_END_S, names)

    def _read_outcome(self, result: dict[str, Any]) -> TrialOutcome:
        """The trial node's own outcome, which has every number; without it, what the action said."""
        recorder = self._group.members.get("recorder_node")
        if self._outcome_file.exists():
            outcome: TrialOutcome = pickle.loads(self._outcome_file.read_bytes())
        elif self._interrupted:
            outcome = TrialOutcome(passed=False, reason=result.get("reason") or "interrupted", ended="unknown")
        else:
            raise TrialFault(result.get("reason") or "the trial ended without an outcome")
        if recorder is not None and recorder.failure and outcome.passed:
            raise TrialFault(recorder.failure)
        return outcome

    @contextmanager
    def _forwarding_interrupts(self) -> Iterator[None]:
        """Ctrl-C reaches the children by the terminal or, when only this process was signalled, from here."""

        def forward(*_: object) -> None:
            self._interrupted = True
            self._group.send(signal.SIGINT)

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
