"""Ends of processes that nobody had asked for: a line each in the run's output folder, and words for them.

Whoever sees a process die writes the line at once, before anything else is done about it, so that verdict and report
can name it whoever writes them, and whatever dies next.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

EXITS_FILE = "exits.jsonl"


@dataclass(frozen=True)
class ProcessExit:
    """The end of one process that nobody had asked to end.

    Attributes:
        name: of the process, as messages name it: `trial_node`, `control_process`; a robot's namespace is left out.
        code: exit code; below 0 the number of the signal that killed it, negated.
        time_ns: civil time when it was seen, since 1970 UTC [ns].
    """

    name: str
    code: int
    time_ns: int

    @property
    def words(self) -> str:
        """As `describe_exit` says it."""
        return describe_exit(self.name, self.code)


def describe_exit(name: str, code: int) -> str:
    """How a process ended: "stop_node was killed by SIGKILL", "trial_node ended with exit code 1"."""
    if code >= 0:
        return f"{name} ended with exit code {code}"
    try:
        killer = signal.Signals(-code).name
    except ValueError:  # a real-time signal
        killer = f"signal {-code}"
    return f"{name} was killed by {killer}"


def note_exit(folder: Path | None, name: str, code: int) -> None:
    """Append the end of a process to the run's file; a folder that takes no file is said and changes nothing.

    Args:
        folder: output folder of the run; None where nothing is kept.
        name: of the process.
        code: as of `ProcessExit`.
    """
    if folder is None:
        return
    line = json.dumps({"name": name, "code": code, "time_ns": time.time_ns()}) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / EXITS_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, line.encode())  # in one piece: several processes may append
        finally:
            os.close(descriptor)
    except OSError as error:
        print(f"{describe_exit(name, code)}; not written down: {error}", file=sys.stderr, flush=True)


def read_exits(folder: Path | None) -> list[ProcessExit]:
    """What was noted for a run, in order; lines that were cut short are left out."""
    if folder is None:
        return []
    try:
        lines = (folder / EXITS_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    exits = []
    for line in lines:
        try:
            data = json.loads(line)
            exits.append(ProcessExit(str(data["name"]), int(data["code"]), int(data["time_ns"])))
        except (ValueError, KeyError, TypeError):
            continue
    return exits
