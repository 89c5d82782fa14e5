"""Runs the tests of a folder on a copy of the checkout, with a change in it or without."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import BenchmarkError
from benchmarks.mutants_sources import Mutant, apply_mutant

COMPILE_TIME = 300.0
"""Allowed for compiling anew what a changed module is part of [s]."""
SLOWER_MAX = 5.0
"""Times longer than without a change that tests may take before they count as stuck."""
MARKS = "not simulation and not ros and not gazebo and not browser"


@dataclass(frozen=True)
class Job:
    """A change and the tests that concern it.

    Attributes:
        pristine: the copy without changes.
        mutant: the change.
        tests: files of tests below the checkout, in the order in which they run.
        time_max: after which they are stuck [s].
    """

    pristine: Path
    mutant: Mutant
    tests: tuple[str, ...]
    time_max: float


@dataclass(frozen=True)
class Outcome:
    """What became of a change.

    Attributes:
        change: `old line → new line`.
        noticed: a test failed, or took too long.
        stuck: it took too long.
    """

    mutant: Mutant
    change: str
    noticed: bool
    stuck: bool = False

    def __str__(self) -> str:
        """`file:line: change`."""
        return f"{self.mutant.file}:{self.mutant.line}: {self.change}"


def copy_checkout(root: Path, folder: Path) -> None:
    """Copy what git knows or would take up, and what was compiled of it, with its times.

    Raises:
        BenchmarkError: this is no checkout.
    """
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"{root}: {done.stderr.strip()}")
    files = [root / name for name in done.stdout.split("\0") if name]
    files += [file for package in ("robot_trials", "controllers") for file in (root / package).rglob("__pycache__/*")]
    for file in files:
        if file.is_file():
            target = folder / file.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)


def try_mutant(job: Job) -> Outcome:
    """Run the tests of a change in a tree of its own, which shares the files of the pristine one but for that change.

    Machine code compiled with the change lies in that tree only, so that none of it is left for the next one.
    """
    changed, change = apply_mutant(job.pristine, job.mutant)
    with tempfile.TemporaryDirectory(prefix="robot_trials_mutant_", dir=job.pristine.parent) as name:
        tree = Path(name) / "tree"
        shutil.copytree(job.pristine, tree, copy_function=os.link)
        file = tree / job.mutant.file
        file.unlink()  # or the pristine one would change, too
        file.write_text(changed, encoding="utf-8")
        code = run_tests(tree, job.tests, job.time_max)
    return Outcome(job.mutant, change, noticed=code != 0, stuck=code is None)


def measure_tests(pristine: Path, tests: tuple[str, ...]) -> float:
    """Time that tests take without a change [s].

    Raises:
        BenchmarkError: they fail.
    """
    start = time.monotonic()
    code = run_tests(pristine, tests, 3600.0)
    if code != 0:
        raise BenchmarkError(f"tests fail without any change (pytest ended with {code}): {' '.join(tests)}")
    return time.monotonic() - start


def run_tests(tree: Path, tests: tuple[str, ...], time_max: float) -> int | None:
    """Run tests in a tree up to the first that fails; pytest's exit status, None where they took too long."""
    path = os.pathsep.join([str(tree), str(tree / "controllers"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", MARKS, *tests]
    process = subprocess.Popen(
        command,
        cwd=tree,
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(time_max)
    except subprocess.TimeoutExpired:
        return None
    finally:  # whatever the tests have started ends with them
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
