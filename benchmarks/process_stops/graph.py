"""One relay on the ROS graph as a user starts it; each of its processes can be found, struck and counted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import BenchmarkError
from benchmarks.process_stops.watch import Watch, find_segments
from robot_trials.config import load_trial_setup
from robot_trials.runtime.channel.shared_memory import is_process_alive

MARK = "ROBOT_TRIALS_BENCH_RUN"
"""Environment variable by which every process of one run is found."""
TRIAL = ("torch_relay", "--host", "ros", "--length", "5", "--camera", "model")
PROCESSES = {
    "control_process": "robot_trials.runtime.process",
    "trial_client": "robot_trials.nodes.trial_client",
    **{
        name: f"robot_trials.nodes.{name}"
        for name in ("control_node", "stop_node", "perception_node", "recorder_node", "trial_node", "safety_node")
    },
}
"""Process by name → what its command line has."""
POLL_S = 0.005


class GraphRun:
    """Starts `robot-trials run` with the host on ROS, in a session of its own.

    Attributes:
        output: folder of bag, verdict and report.
        watch: what the robot does.
        notes: what an injection wants to be said about the run.

    Args:
        folder: scratch folder.
        domain: ROS domain of its own.
        factor: real-time factor; 0 for lockstep.
        arguments: further ones of `robot-trials run`.
        environment: further variables.
        wrapper: command that runs the command behind it, such as one with mounts of its own.
    """

    def __init__(
        self,
        folder: Path,
        domain: int,
        factor: float = 1.0,
        arguments: Sequence[str] = (),
        environment: dict[str, str] | None = None,
        wrapper: Sequence[str] = (),
    ) -> None:
        self.output, self.notes = folder / "run", dict[str, Any]()
        self._mark = uuid.uuid4().hex
        self.environment = dict(os.environ) | (environment or {}) | {MARK: self._mark, "ROS_DOMAIN_ID": str(domain)}
        command = [*wrapper, sys.executable, "-m", "robot_trials.cli", "run", *TRIAL]
        command += ["--real-time-factor", str(factor), "--output", str(self.output), *arguments]
        self._log = (folder / "host.log").open("w+")
        self.host = subprocess.Popen(
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.channel = f"host_{self.host.pid}"
        self.watch = Watch(self.channel, load_trial_setup(TRIAL[0]).site.ground)
        self._probes: list[subprocess.Popen[str]] = []

    def find(self, name: str) -> int:
        """Process id of one of `PROCESSES`.

        Raises:
            BenchmarkError: it does not run.
        """
        for pid in self.find_all():
            if PROCESSES[name] in _read(pid, "cmdline"):
                return pid
        raise BenchmarkError(f"{name} does not run:\n{self.said()[-2000:]}")

    def find_all(self) -> list[int]:
        """Every living process of the run, but for probes."""
        probes = {probe.pid for probe in self._probes}
        pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        found = [pid for pid in pids if f"{MARK}={self._mark}" in _read(pid, "environ") and pid not in probes]
        return [pid for pid in found if is_process_alive(pid)]

    def send(self, number: signal.Signals, name: str = "") -> None:
        """Signal a process by name; the host without one."""
        os.kill(self.find(name) if name else self.host.pid, number)

    def wait_until(self, condition: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Watch the robot until a condition holds.

        Raises:
            BenchmarkError: it does not in time, or the host has ended before.
        """
        deadline = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > deadline or self.host.poll() is not None:
                raise BenchmarkError(f"no {what} after {timeout_s:g} s:\n{self.said()[-3000:]}")
            self.watch.poll()
            time.sleep(POLL_S)

    def wait_for_walk(self, seconds: float = 1.5) -> None:
        """Watch until the robot has walked for some simulated time without a break."""
        self.wait_until(lambda: self.watch.time - self.watch.walking_since > seconds, 180.0, "walking robot")

    def go_on(self, seconds: float) -> None:
        """Watch for some wall time, or until the host has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.host.poll() is None:
            self.watch.poll()
            time.sleep(POLL_S)

    def wait_for_end(self, timeout_s: float) -> bool:
        """Watch until no process of the run is left; whether that came in time."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            self.watch.poll()
            if self.host.poll() is not None and not self.find_all():
                return True
            time.sleep(POLL_S if self.host.poll() is None else 0.1)
        return False

    def probe(self, verb: str, *arguments: str, wait: bool = True) -> Any:
        """Run a small program beside the graph; its answer, or None for one that goes on."""
        command = [sys.executable, "-m", "benchmarks.process_stops.probe", verb, *arguments]
        environment = {key: value for key, value in self.environment.items() if key != "LD_PRELOAD"}
        probe = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        self._probes.append(probe)
        if not wait:
            return None
        while probe.poll() is None:
            self.watch.poll()
            time.sleep(POLL_S)
        answer, _ = probe.communicate()
        if probe.returncode:
            raise BenchmarkError(f"probe {verb} ended with exit code {probe.returncode}")
        return json.loads(answer.splitlines()[-1])

    def kill_probes(self) -> None:
        """End every program beside the graph, by SIGKILL."""
        for probe in self._probes:
            probe.kill()
            probe.wait()

    def said(self) -> str:
        """What the host has printed, and the ends of the processes' logs."""
        self._log.flush()
        parts = [Path(self._log.name).read_text(errors="replace")]
        for log in sorted((self.output / "log").glob("*.log")):
            parts.append(f"--- {log.name}\n" + log.read_text(errors="replace")[-600:])
        return "\n".join(parts)

    def clean_up(self, next_command: bool = False) -> tuple[int, int]:
        """Kill and remove what is left; how many processes and files of shared memory that were.

        Args:
            next_command: a command on the run's folder comes first, as after a loss of power.
        """
        self.kill_probes()
        if next_command:
            command = [sys.executable, "-m", "robot_trials.cli", "report", str(self.output)]
            subprocess.run(command, env=self.environment, capture_output=True, check=False)
        orphans = self.find_all()
        segments = [] if orphans else find_segments(self.channel)
        for pid in orphans:
            os.kill(pid, signal.SIGKILL)
        self.host.wait()
        self.watch.close()
        for path in find_segments(self.channel):
            path.unlink(missing_ok=True)
        self._log.close()
        return len(orphans), len(segments)


def _read(pid: int, name: str) -> str:
    """A file of /proc as text, its zeros as spaces; empty for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
