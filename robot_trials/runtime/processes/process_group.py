"""Start, watch and end a handful of processes that belong together, in the foreground's process group."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from robot_trials.runtime.ending import HOST_VARIABLE, describe_host
from robot_trials.runtime.processes.exits import describe_exit

POLL_S = 0.02
LOG_TAIL_LINES = 12


@dataclass
class Member:
    """One process of the group.

    Attributes:
        name: as messages name it.
        process: the running process.
        log: file with what it says.
        end_wanted: whether this process has told it to end.
    """

    name: str
    process: subprocess.Popen[str]
    log: Path
    end_wanted: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether the process is no more."""
        return self.process.poll() is not None

    @property
    def failure(self) -> str:
        """How it ended, with the last lines it said; empty while it runs or after a good end."""
        code = self.process.poll()
        if code is None or code == 0:
            return ""
        return "\n".join([describe_exit(self.name, code), *self._read_tail()])

    @property
    def last_words(self) -> str:
        """The last line it said; empty when it said nothing."""
        return next((line.strip() for line in reversed(self._read_tail()) if line.strip()), "")

    def _read_tail(self) -> list[str]:
        try:
            return self.log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        except OSError:
            return []


@dataclass
class ProcessGroup:
    """Processes that start together and end together. As a context manager it leaves none of them behind.

    Each is told by its environment who started it, so that it notices when this process dies.

    Attributes:
        log_folder: where each process's output goes, `<name>.log`.
        on_death: called with a process that has ended though this one did not tell it to, at once and on a thread of
            its own.
    """

    log_folder: Path
    members: dict[str, Member] = field(default_factory=dict)
    on_death: Callable[[Member], None] | None = None

    def start(self, name: str, command: Sequence[str], environment: dict[str, str], pipe: bool = False) -> Member:
        """Start a process; with `pipe` its standard output is kept for the caller, else it goes into the log too.

        One that takes the place of another goes on in its log.
        """
        log = self.log_folder / f"{name}.log"
        with log.open("a" if name in self.members else "w") as file:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipe else file,
                stderr=file,
                env=environment | {HOST_VARIABLE: describe_host()},
                text=True,
            )
        member = self.members[name] = Member(name, process, log)
        threading.Thread(target=self._watch, args=(member,), name=f"{name} watch", daemon=True).start()
        return member

    def find_ended(self, but: Iterable[str] = ()) -> Member | None:
        """A process that has ended, whatever its exit code, not counting those named."""
        for member in self.members.values():
            if member.name not in but and member.has_ended:
                return member
        return None

    def expect_ends(self, names: Iterable[str] | None = None) -> None:
        """The named processes (all when None) are told to end, by whichever way: no end of theirs is a death."""
        for name in list(self.members if names is None else names):
            self.members[name].end_wanted = True

    def send(self, number: signal.Signals, names: Iterable[str] | None = None) -> None:
        """Tell those of the named processes (all when None) that still run to end, by a signal."""
        for name in list(self.members if names is None else names):
            member = self.members[name]
            if not member.has_ended:
                member.end_wanted = True
                member.process.send_signal(number)

    def wait(self, timeout_s: float, names: Iterable[str] | None = None) -> list[str]:
        """Wait until the named processes (all when None) have ended; names of those that have not after `timeout_s`."""
        wanted = list(self.members if names is None else names)
        deadline = time.monotonic() + timeout_s
        while True:
            running = [name for name in wanted if not self.members[name].has_ended]
            if not running or time.monotonic() > deadline:
                return running
            time.sleep(POLL_S)

    def __enter__(self) -> ProcessGroup:
        """The group itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill what is left."""
        self.send(signal.SIGKILL)
        for member in list(self.members.values()):
            member.process.wait()
            if member.process.stdout is not None:
                member.process.stdout.close()

    def _watch(self, member: Member) -> None:
        member.process.wait()
        if self.on_death is not None and not member.end_wanted:
            self.on_death(member)
