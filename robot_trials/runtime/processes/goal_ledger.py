"""Goals that a robot has taken, in a file that outlives every process, so that none is ever run twice.

One JSON object a line, each on disk before anything follows from it. A line that was cut short by a loss of power is
dropped when the file is opened: nothing had followed from it.
"""

from __future__ import annotations

import enum
import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from robot_trials.exceptions import TrialFault


class LedgerState(enum.IntEnum):
    """What became of a goal; the numbers are those of GetTrialOutcome."""

    UNKNOWN = 0
    RUNNING = 1
    ENDED = 2
    WITHDRAWN = 3


@dataclass(frozen=True)
class GoalOutcome:
    """How a goal's trial ended: verdict pass, fail or aborted, and where the evidence lies."""

    passed: bool = False
    verdict: str = ""
    reason: str = ""
    bag_path: str = ""
    report_path: str = ""


class GoalLedger:
    """States and outcomes of goals by id, a hexadecimal UUID.

    Args:
        path: of the file, made with its folder where it is missing; None keeps everything in memory only.

    Raises:
        TrialFault: the file cannot be written, is no ledger, or belongs to a running process.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = -1
        self._states: dict[str, LedgerState] = {}
        self._outcomes: dict[str, GoalOutcome] = {}
        self._folders: dict[str, str] = {}
        self._unwritten = b""
        self._size = 0
        if path is not None:
            self._open(path)

    @property
    def goals(self) -> list[str]:
        """Ids of all goals that are known."""
        return list(self._states)

    def find(self, goal_id: str) -> tuple[LedgerState, GoalOutcome]:
        """What became of a goal."""
        return self._states.get(goal_id, LedgerState.UNKNOWN), self._outcomes.get(goal_id, GoalOutcome())

    @property
    def folders(self) -> set[str]:
        """Where the evidence of goals that were taken lies."""
        return set(self._folders.values())

    def take(self, goal_id: str, folder: str = "") -> bool:
        """Take a goal; False when its id is known already.

        Args:
            goal_id: of the goal.
            folder: where its evidence goes; empty: nowhere.

        Raises:
            TrialFault: it could not be written; the goal is not taken.
        """
        return self._enter(goal_id, LedgerState.RUNNING, folder)

    def withdraw(self, goal_id: str) -> bool:
        """Never take a goal from now on; False when its id is known already.

        Raises:
            TrialFault: it could not be written; the goal may still be taken.
        """
        return self._enter(goal_id, LedgerState.WITHDRAWN)

    def end(self, goal_id: str, outcome: GoalOutcome) -> None:
        """A goal that was taken has ended. Kept in memory where it cannot be written, and written with the next line.

        Raises:
            TrialFault: it could not be written.
        """
        if self._states.get(goal_id) is not LedgerState.RUNNING:
            raise TrialFault("a goal ends that does not run", goal_id=goal_id)
        self._states[goal_id], self._outcomes[goal_id] = LedgerState.ENDED, outcome
        line = _format(goal_id, LedgerState.ENDED, outcome)
        try:
            self._append(line)
        except TrialFault:
            self._unwritten += line
            raise

    def end_open(self, reason: str) -> list[str]:
        """End, as aborted, what ran when the process before this one ended; the goals' ids."""
        left = [goal_id for goal_id, state in self._states.items() if state is LedgerState.RUNNING]
        for goal_id in left:
            folder = self._folders.get(goal_id)
            bag, report = (f"{folder}/bag", f"{folder}/report.html") if folder else ("", "")
            self.end(goal_id, GoalOutcome(verdict="aborted", reason=reason, bag_path=bag, report_path=report))
        return left

    def close(self) -> None:
        """Let another process have the file; idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _enter(self, goal_id: str, state: LedgerState, folder: str = "") -> bool:
        if goal_id in self._states:
            return False
        self._append(_format(goal_id, state, folder=folder))
        self._states[goal_id] = state
        if folder:
            self._folders[goal_id] = folder
        return True

    def _open(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise TrialFault(f"{path}: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._read(path)
            _sync_folder(path.parent)  # the file's own name is on disk, too
        except BlockingIOError:
            self.close()
            raise TrialFault(f"{path}: another trial node writes to this ledger") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.close()
            raise TrialFault(f"{path}: cannot be used as a ledger of goals: {error}") from error

    def _read(self, path: Path) -> None:
        """Read all whole lines, and cut off what follows them."""
        content = path.read_bytes()
        self._size = content.rfind(b"\n") + 1
        for line in content[: self._size].splitlines():
            entry = json.loads(line)
            goal_id, self._states[goal_id] = entry["goal_id"], LedgerState[entry["state"]]
            if "folder" in entry:
                self._folders[goal_id] = entry["folder"]
            if "outcome" in entry:
                self._outcomes[goal_id] = GoalOutcome(**entry["outcome"])
        os.ftruncate(self._file, self._size)

    def _append(self, line: bytes) -> None:
        """Write lines behind the last whole one, to the disk itself."""
        if self._path is None:
            return
        data = self._unwritten + line
        try:
            if os.pwrite(self._file, data, self._size) < len(data):
                raise OSError(None, "no space left on device")
            os.fdatasync(self._file)
        except OSError as error:
            os.ftruncate(self._file, self._size)
            raise TrialFault(f"{self._path}: {error.strerror}") from error
        self._size += len(data)
        self._unwritten = b""


def _format(goal_id: str, state: LedgerState, outcome: GoalOutcome | None = None, folder: str = "") -> bytes:
    entry: dict[str, object] = {"goal_id": goal_id, "state": state.name}
    if folder:
        entry["folder"] = folder
    if outcome is not None:
        entry["outcome"] = asdict(outcome)
    return json.dumps(entry).encode() + b"\n"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
