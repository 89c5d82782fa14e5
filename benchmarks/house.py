"""The shape of the code: kinds of trials named outside their folders, import circles, long files and functions.

Every number has its target, and everything that counts is listed. What may stay is listed too, each with its reason.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.harness import BenchmarkError, Figure, at_most, printed
from benchmarks.house_counts import find_circles, list_long_files, list_long_functions
from benchmarks.house_names import Naming, list_namings

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {"robot_trials": "", "controllers/robot_trials_control": "controllers"}
"""Folders of packages, and what of it is not part of a module's name."""
READ = ("robot_trials", "controllers", "launch", "benchmarks", "tools", "examples")
"""Folders whose files and functions have a bound on their length."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options beside those of every benchmark."""
    parser.add_argument("--before", metavar="REV", help="print the same figures of an older commit, without targets")


def run(options: argparse.Namespace) -> list[Figure]:
    """Count, and list what counts."""
    figures = [at_most(name, len(found), "1", 0) for name, found in count(ROOT, told=True).items()]
    if options.before:
        with tempfile.TemporaryDirectory(prefix="robot_trials_house_") as folder:
            _unpack(options.before, Path(folder))
            old = count(Path(folder), told=False)
        figures += [printed(f"{name}_before", len(found), "1") for name, found in old.items()]
    return figures


def count(root: Path, told: bool) -> dict[str, list[str]]:
    """What counts against the house: figure → a line for each.

    Args:
        root: of a checkout.
        told: print the lines, and what may stay with its reason.
    """
    namings = list_namings(root)
    stray = [naming for naming in namings if not naming.reason]
    code = sorted(file for folder in READ for file in (root / folder).rglob("*.py"))
    found = {
        "files_naming_a_kind": _describe(stray),
        "import_circles": [" → ".join(circle) for circle in find_circles(root, PACKAGES)],
        "long_files": list_long_files(root, code),
        "long_functions": list_long_functions(root, code),
    }
    if told:
        for name, lines in found.items():
            _tell(f"{name}: {len(lines)}", lines)
        _tell("names of a kind that may stay", _describe(naming for naming in namings if naming.reason))
    return found


def _describe(namings: Iterable[Naming]) -> list[str]:
    """A line for each file, with its lines and the reason why it may."""
    return [
        f"{naming.file}: {naming.kind} in {len(naming.lines)} lines, first {naming.lines[0]}"
        + (f" ({naming.reason})" if naming.reason else "")
        for naming in namings
    ]


def _tell(title: str, lines: list[str]) -> None:
    """Print a list on standard error, so that standard output holds figures only."""
    print(title, *(f"  {line}" for line in lines), sep="\n", file=sys.stderr)


def _unpack(revision: str, folder: Path) -> None:
    """Put the files of a commit into a folder.

    Raises:
        BenchmarkError: there is no such commit here.
    """
    archive = folder / "archive.tar"
    command = ["git", "-C", str(ROOT), "archive", "--output", str(archive), revision]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"--before {revision}: {done.stderr.strip()}")
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
