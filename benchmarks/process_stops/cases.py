"""The cases: what is struck when, and what has to be said of it afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.process_stops.graph import GraphRun

STEPPED_CLOCK = Path(__file__).with_name("stepped_clock.c")


@dataclass(frozen=True)
class Case:
    """One thing that goes wrong.

    Attributes:
        strike: does it, once the robot walks.
        named: texts of which verdict or events must have one each; a text may offer others behind `|`.
        robot: whether the robot must be seen to come to a stand.
        takes: longest time from the strike until its effect reaches the robot, as for a program that starts first [s].
        end: how the run ends after the strike: "itself", or "INT" for a host that is told to end once all was seen.
        factor: real-time factor.
        arguments: further ones of `robot-trials run`.
        before: called before the graph starts, with its folder; gives environment and wrapper.
        starts: False for a graph that cannot start.
        by_next_command: nobody survives who could write the verdict: the next command does.
    """

    strike: Callable[[GraphRun], None]
    named: tuple[str, ...]
    robot: bool = True
    takes: float = 0.0
    end: str = "itself"
    factor: float = 1.0
    arguments: tuple[str, ...] = ()
    before: Callable[[Path], dict[str, object]] = field(default=lambda _: {})
    starts: bool = True
    by_next_command: bool = False


def kill(name: str, run: GraphRun) -> None:
    """SIGKILL one process."""
    run.send(signal.SIGKILL, name)


def signal_host(number: signal.Signals, run: GraphRun) -> None:
    """Signal the host alone."""
    run.send(number)


def signal_session(number: signal.Signals, run: GraphRun) -> None:
    """Signal the host and its children, as a terminal that is closed or Ctrl-C does."""
    os.killpg(run.host.pid, number)


def kill_everybody(run: GraphRun) -> None:
    """A computer that loses its power: nobody is left to tell."""
    for pid in [run.host.pid, *run.find_all()]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def pause(name: str, seconds: float, run: GraphRun) -> None:
    """Stop a process for a while, then let it go on."""
    pid = run.find(name)
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        run.watch.poll()
        time.sleep(0.005)
    os.kill(pid, signal.SIGCONT)
    run.go_on(3.0)


def change_state(run: GraphRun) -> None:
    """Ask the control node to fall silent, then stop the robot: what listens for stops must still be there."""
    done = run.probe("change_state", "control_node", "deactivate", "cleanup", "shutdown")
    run.notes["transitions done"] = done
    run.probe("press", "reliable")


def step_clock(seconds: int, run: GraphRun) -> None:
    """Step the wall clock of all processes of the run."""
    (run.output.parent / "clock").write_text(f"{seconds:+d}\n")
    run.go_on(4.0)


def fill_disk(run: GraphRun) -> None:
    """Leave no room where the run is recorded."""
    with (run.output.parent / "ballast").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 20))


def start_second_graph(run: GraphRun) -> None:
    """Another host in the same ROS domain."""
    folder = run.output.parent / "second"
    folder.mkdir()
    second = GraphRun(folder, int(run.environment["ROS_DOMAIN_ID"]))
    try:
        run.go_on(60.0)
        run.notes["second ended"] = second.wait_for_end(60.0)
        run.notes["second said"] = second.said()
    finally:
        run.notes["second left"] = second.clean_up()


def make_clock(folder: Path) -> dict[str, object]:
    """A wall clock of the run's own, which can be stepped; CLOCK_MONOTONIC stays the machine's."""
    library, clock = folder / "stepped_clock.so", folder / "clock"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(STEPPED_CLOCK)], check=True)
    clock.write_text("+0\n")
    return {"environment": {"LD_PRELOAD": str(library), "STEPPED_CLOCK": str(clock)}}


def mount_shm(options: str, _: Path) -> dict[str, object]:
    """A /dev/shm of the run's own."""
    return {"wrapper": ["unshare", "-m", "sh", "-c", f'{options} && exec "$@"', "sh"]}


KILLS = {
    "control_process": ("control_process was killed by SIGKILL",),
    "stop_node": ("stop inputs silent|stop_node", "stop_node was killed by SIGKILL"),
    "safety_node": ("supervisor silent", "safety_node was killed by SIGKILL"),
    "control_node": ("control_node was killed by SIGKILL",),
    "perception_node": ("perception_node was killed by SIGKILL",),
    "recorder_node": ("recorder_node was killed by SIGKILL",),
    "trial_node": ("trial_node was killed by SIGKILL",),
    "trial_client": ("trial_client was killed by SIGKILL|cancelled|trial_client",),
}
BUTTON = "site.stop_buttons=[{name: marshal_1, timeout: 0.5}]"
CASES: dict[str, Case] = {
    **{f"kill_{name}": Case(partial(kill, name), named, name != "control_process") for name, named in KILLS.items()},
    **{
        f"host_{number.name[3:]}": Case(partial(signal_host, number), (number.name,))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    },
    "host_KILL": Case(partial(signal_host, signal.SIGKILL), ("the process that started the graph is gone",)),
    "terminal_closed": Case(partial(signal_session, signal.SIGHUP), ("SIGHUP",)),
    "terminal_quit": Case(partial(signal_session, signal.SIGQUIT), ("SIGQUIT",)),
    "ctrl_c": Case(partial(signal_session, signal.SIGINT), ("SIGINT",)),
    "power_cut": Case(kill_everybody, ("",), robot=False, by_next_command=True),
    "kill_stop_node_lockstep": Case(partial(kill, "stop_node"), KILLS["stop_node"], factor=0.0),
    "kill_trial_node_lockstep": Case(partial(kill, "trial_node"), KILLS["trial_node"], factor=0.0),
    "lifecycle": Case(change_state, ("emergency stop",), takes=10.0),
    "best_effort_stop": Case(lambda run: run.probe("press", "best_effort"), ("emergency stop",), takes=5.0),
    "wrong_type": Case(lambda run: run.probe("wrong_type"), ("e_stop",), end="INT"),
    "silent_button": Case(
        lambda run: run.kill_probes(), ("stop button silent", "marshal_1"), arguments=("--set", BUTTON)
    ),
    "pause_control_100ms": Case(partial(pause, "control_process", 0.15), ("held up|paused",), end="INT"),
    "pause_control_500ms": Case(partial(pause, "control_process", 0.5), ("held up|paused",), end="INT"),
    "pause_control_2s": Case(partial(pause, "control_process", 2.0), ("held up|paused",), end="INT"),
    "pause_stop_node_1s": Case(partial(pause, "stop_node", 1.0), ("stop inputs silent",)),
    "pause_trial_node_2s": Case(partial(pause, "trial_node", 2.0), ("the trial is quiet",), end="INT"),
    "walk_by_hand": Case(lambda run: run.probe("walk_by_hand"), ("cmd_vel",), end="INT"),
    "second_fiducials": Case(
        lambda run: run.probe("second_fiducials", wait=False),
        ("data from two sources", "probe_second_fiducials"),
        takes=5.0,
    ),
    "second_graph": Case(
        start_second_graph, ("data from two sources", "trial_node|control_node|perception_node"), takes=20.0
    ),
    "full_disk": Case(
        fill_disk,
        ("recording failed",),
        takes=10.0,
        arguments=("--set", "trial.phases.carry.timeout=60"),
        before=lambda folder: _mount_tmpfs(folder, "4g"),
    ),
    "shm_full": Case(
        lambda _: None,
        ("/dev/shm|shared memory",),
        robot=False,
        starts=False,
        before=partial(mount_shm, "mount -t tmpfs -o size=1m tmpfs /dev/shm"),
    ),
    "shm_read_only": Case(
        lambda _: None,
        ("/dev/shm|shared memory",),
        robot=False,
        starts=False,
        before=partial(mount_shm, "mount -t tmpfs -o ro tmpfs /dev/shm"),
    ),
    **{
        f"clock_{seconds:+d}s": Case(partial(step_clock, seconds), ("wall clock",), end="INT", before=make_clock)
        for seconds in (10, -10, 3600, -3600)
    },
}
"""Name → case."""
QUICK = ("kill_stop_node", "host_HUP", "kill_trial_node")


def _mount_tmpfs(folder: Path, size: str) -> dict[str, object]:
    """A disk of the run's own; whoever runs the case takes it away again."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    return {}
