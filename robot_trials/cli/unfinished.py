"""Runs that nobody is left to end: found by the next command that sees their folders, and completed."""

from __future__ import annotations

import sys
from pathlib import Path

RUN_FILE, VERDICT_FILE, REPORT_FILE = "run.json", "verdict.json", "report.html"
SHARED_MEMORY = Path("/dev/shm")
MARKS = tuple("/".join(["*"] * depth + [RUN_FILE]) for depth in (1, 2, 3))


def free_memory() -> None:
    """Remove shared memory of control processes that were killed with everybody around them; quick without any."""
    if any(SHARED_MEMORY.glob("robot_trials_*")):
        from robot_trials.runtime.channel.files import remove_abandoned_channels

        for name in remove_abandoned_channels():
            print(f"removed the shared memory of {name}, whose control process is gone", file=sys.stderr, flush=True)


def complete_unfinished(output: Path) -> int:
    """Complete every unfinished run below the output folder, and say so; quick where there is none.

    Returns:
        Runs that were completed.
    """
    free_memory()
    count = 0
    for folder in find_unfinished(output):
        from robot_trials.review import complete_run

        try:
            completion = complete_run(folder)
        except Exception as error:  # an old run must not keep a command from what it was called for
            print(f"{folder} could not be completed: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            continue
        if completion is not None:
            print(f"completed {completion.words}", file=sys.stderr, flush=True)
            count += 1
    return count


def find_unfinished(output: Path) -> list[Path]:
    """Folders of runs without a verdict or a report, whether or not their processes still live."""
    folders = [mark.parent for pattern in MARKS for mark in sorted(output.glob(pattern))]
    return [folder for folder in folders if not all((folder / name).is_file() for name in (VERDICT_FILE, REPORT_FILE))]
