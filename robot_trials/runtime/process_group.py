"""Start, watch and end a handful of processes that belong together, in the foreground's process group."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

POLL_S = 0.02
LOG_TAIL_LINES = 12


@dataclass
class Member:
    """One process of the group.

    Attributes:
        name: as messages name it.
        process: the running process.
        log: file with what it says.
    """

    name: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def failure(self) -> str:
        """How it ended, with the last lines it said; empty while it runs or after a good end."""
        code = self.process.poll()
        if code is None or code == 0:
            return ""
        how = f"died by signal {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        tail = self.log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:] if self.log.exists() else []
        return "\n".join([f"{self.name} {how}", *tail])


@dataclass
class ProcessGroup:
    """Processes that start together and end together. As a context manager it leaves none of them behind.

    Attributes:
        log_folder: where each process's output goes, `<name>.log`.
    """

    log_folder: Path
    members: dict[str, Member] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str], environment: dict[str, str], pipe: bool = False) -> Member:
        """Start a process; with `pipe` its standard output is kept for the caller, else it goes into the log too."""
        log = self.log_folder / f"{name}.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipe else file,
                stderr=file,
                env=environment,
                text=True,
            )
        self.members[name] = Member(name, process, log)
        return self.members[name]

    def find_ended(self, but: Iterable[str] = ()) -> Member | None:
        """A process that has ended, whatever its exit code, not counting those named."""
        for member in self.members.values():
            if member.name not in but and member.process.poll() is not None:
                return member
        return None

    def send(self, number: signal.Signals, names: Iterable[str] | None = None) -> None:
        """Send a signal to those of the named processes (all when None) that still run."""
        for name in list(self.members if names is None else names):
            member = self.members[name]
            if member.process.poll() is None:
                member.process.send_signal(number)

    def wait(self, timeout_s: float, names: Iterable[str] | None = None) -> list[str]:
        """Wait until the named processes (all when None) have ended; names of those that have not after `timeout_s`."""
        wanted = list(self.members if names is None else names)
        deadline = time.monotonic() + timeout_s
        while True:
            running = [name for name in wanted if self.members[name].process.poll() is None]
            if not running or time.monotonic() > deadline:
                return running
            time.sleep(POLL_S)

    def __enter__(self) -> ProcessGroup:
        """The group itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill what is left."""
        self.send(signal.SIGKILL)
        for member in self.members.values():
            member.process.wait()
            if member.process.stdout is not None:
                member.process.stdout.close()
