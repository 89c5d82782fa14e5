"""The mark that a run leaves in its folder at the start, so that whoever finds the folder later knows what it is.

`run.json` says what was run and who wrote it. As long as a process that writes into the folder lives, it holds a shared
lock on that file, which the system takes away with the process, however it dies. Who has the exclusive lock may
complete the run: nobody else writes there, and nobody else completes it at the same time.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robot_trials.config import TrialSetup
from robot_trials.config.site.ground import GroundSpec
from robot_trials.kinds.registry import find_kind
from robot_trials.runtime.ending import read_start_time
from robot_trials.telemetry import make_identity
from robot_trials.trials.judging.verdict import Measures, list_measures

RUN_FILE = "run.json"
LOCK_PATIENCE_S = 2.0
"""How long a writer waits for who completes an earlier run in its folder [s]."""


@dataclass(frozen=True)
class RunFacts:
    """What a run's mark says.

    Attributes:
        identity: who ran what, as in the bag's metadata.
        kind: of the trial.
        judging: what the kind says about judging it.
        ground: of the site.
        begun_ns: civil time when the folder was begun, since 1970 UTC [ns].
        pid: of the process that began it.
        process_start: when that process was started, in clock ticks since boot.
    """

    identity: dict[str, str]
    kind: str
    judging: dict[str, Any]
    ground: GroundSpec
    begun_ns: int
    pid: int
    process_start: int

    def list_measures(self) -> Measures:
        """Fresh measures of the trial.

        Raises:
            UnknownKindError: its kind is no longer installed.
        """
        return list_measures(find_kind(self.kind), self.ground, self.judging)


class RunMark:
    """A writer's hold on a run folder; let go when it has written its last word, or when it dies.

    Args:
        folder: of the run, made where it is missing.
        setup: what is run.
        host: "in_process" or "ros".

    Raises:
        OSError: the folder cannot be written.
    """

    def __init__(self, folder: Path, setup: TrialSetup, host: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._file = _begin(folder / RUN_FILE, setup, host)

    def release(self) -> None:
        """This process writes no more; idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def read_facts(folder: Path) -> RunFacts | None:
    """What a run's mark says; None where there is none that can be read."""
    try:
        data = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        return RunFacts(
            identity={str(key): str(value) for key, value in data["identity"].items()},
            kind=str(data["kind"]),
            judging=dict(data["judging"]),
            ground=GroundSpec.model_validate(data["ground"]),
            begun_ns=int(data["begun_ns"]),
            pid=int(data["pid"]),
            process_start=int(data["process_start"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


@contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Whether no living process writes into a marked folder; as long as this lasts, none begins to."""
    try:
        file = os.open(folder / RUN_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(file)


def _begin(path: Path, setup: TrialSetup, host: str) -> int:
    """Descriptor of the mark, locked; made where there is none, and locked before anybody can see it."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    text = json.dumps(_describe(setup, host), indent=2, ensure_ascii=False) + "\n"
    file = os.open(scratch, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        os.write(file, text.encode())
        os.fsync(file)
        fcntl.flock(file, fcntl.LOCK_SH)
        os.link(scratch, path)
    except FileExistsError:
        os.close(file)
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        _share(file)
    except OSError:
        os.close(file)
        raise
    finally:
        with suppress(OSError):
            scratch.unlink()
    return file


def _share(file: int) -> None:
    """Wait a little for who completes the run that was here before; then go on without a lock."""
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while time.monotonic() < deadline:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return
        time.sleep(0.02)


def _describe(setup: TrialSetup, host: str) -> dict[str, Any]:
    """What stands in the file."""
    return {
        "pid": os.getpid(),
        "process_start": read_start_time(os.getpid()),
        "begun_ns": time.time_ns(),
        "arguments": setup.arguments,
        "identity": make_identity(setup, host).to_metadata(),
        "kind": setup.kind.name,
        "judging": setup.kind.describe_judging(setup),
        "ground": setup.site.ground.model_dump(mode="json"),
    }
