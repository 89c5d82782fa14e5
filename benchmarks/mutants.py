"""Tests that bite: the share of small changes of the code that make a test fail.

A seeded sample of changes, as the operators of cosmic-ray make them, each in a copy of the checkout in which the tests
that concern it run. Those that no test notices are listed; `mutants_excused.yaml` says which nobody needs to notice.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from benchmarks.harness import BenchmarkError, Figure, at_least, printed, progress_bar, run_in_processes

if TYPE_CHECKING:
    from benchmarks.mutants_sources import Mutant
    from benchmarks.mutants_trees import Outcome

ROOT = Path(__file__).resolve().parents[1]
EXCUSED = Path(__file__).with_name("mutants_excused.yaml")
AREAS = {
    "controllers/robot_trials_control": "control",
    "robot_trials/schedule": "schedule",
    "robot_trials/coordination": "coordination",
    "robot_trials/records": "records",
    "robot_trials/safety": "safety",
    "robot_trials/telemetry": "telemetry",
    "robot_trials/trials/judging/verdict.py": "trials",
}
"""Code that is changed → folder below `test/` whose tests concern it."""
COUNT, COUNT_QUICK = 200, 20
NOTICED_MIN = 0.9


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options beside those of every benchmark."""
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    parser.add_argument("--count", type=int, help=f"changes to try ({COUNT}; quick {COUNT_QUICK})")
    parser.add_argument("--processes", type=int, default=1, help="changes tried at a time (1)")
    parser.add_argument("--area", choices=AREAS, action="append", help="change only this code (all; may be repeated)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Try a sample, and list what no test noticed.

    Raises:
        BenchmarkError: cosmic-ray is not there, or tests fail without any change.
    """
    try:
        from benchmarks.mutants_sources import list_mutants
    except ImportError as error:
        raise BenchmarkError(f"{error}: it comes with what the tests need: ./run setup") from None
    mutants = list_mutants(ROOT, [file for area in options.area or AREAS for file in list_sources(ROOT / area)])
    random.Random(options.seed).shuffle(mutants)  # so that a smaller sample is the beginning of a larger one
    sample = mutants[: options.count or (COUNT_QUICK if options.quick else COUNT)]
    return _try_all(sample, options.processes)


def list_sources(place: Path) -> list[Path]:
    """A Python file, or all below a folder, in order."""
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def read_excused(file: Path = EXCUSED) -> dict[tuple[str, str], str]:
    """Changes that nobody needs to notice: file and `old line → new line` → why."""
    found = YAML(typ="safe").load(file) or []
    return {(entry["file"], entry["change"]): entry["reason"] for entry in found}


def find_tests(root: Path, source: str) -> tuple[str, ...]:
    """Files of tests that concern a source: those of its folder, those that name its module first, wherever they lie.

    Args:
        root: of a checkout.
        source: file below it.
    """
    module, folder = Path(source).stem, root / "test" / find_folder(source)
    parent = Path(source).parent.name
    words = f"{parent}.{module} import", f"{parent} import {module}"
    files = sorted(file for file in (root / "test").rglob("test_*.py"))
    naming = [file for file in files if any(word in file.read_text(encoding="utf-8") for word in words)]
    near = [file for file in naming if file.is_relative_to(folder)]
    others = [file for file in files if file.is_relative_to(folder) and file not in near]
    far = [] if near else [file for file in naming if file not in near]
    return tuple(file.relative_to(root).as_posix() for file in (*near, *far, *others))


def find_folder(source: str) -> str:
    """Folder below `test/` whose tests concern a source."""
    return next(folder for area, folder in AREAS.items() if source == area or source.startswith(f"{area}/"))


def _try_all(sample: Sequence[Mutant], processes: int) -> list[Figure]:
    """Figures of a sample; what nobody needs to notice is not tried."""
    from benchmarks.mutants_sources import apply_mutant
    from benchmarks.mutants_trees import copy_checkout

    excused = read_excused()
    named = [(mutant, (mutant.file, apply_mutant(ROOT, mutant)[1])) for mutant in sample]
    left = [mutant for mutant, key in named if key not in excused]
    with tempfile.TemporaryDirectory(prefix="robot_trials_mutants_") as folder:
        pristine = Path(folder) / "pristine"
        copy_checkout(ROOT, pristine)
        outcomes = _try_each(pristine, left, processes)
    _tell("changes that no test noticed", sorted(str(each) for each in outcomes if not each.noticed))
    _tell(
        "changes that nobody needs to notice",
        sorted(f"{mutant.file}:{mutant.line}: {key[1]} ({excused[key]})" for mutant, key in named if key in excused),
    )
    noticed = sum(each.noticed for each in outcomes)
    return [
        printed("tried", len(outcomes), "1"),
        printed("excused", len(sample) - len(left), "1"),
        printed("stuck", sum(each.stuck for each in outcomes), "1"),
        printed("unnoticed", len(outcomes) - noticed, "1"),
        at_least("noticed", noticed / len(outcomes) if outcomes else float("nan"), "1", NOTICED_MIN),
    ]


def _try_each(pristine: Path, mutants: Sequence[Mutant], processes: int) -> list[Outcome]:
    """Every change with the tests that concern it, which pass without it."""
    from benchmarks.mutants_trees import COMPILE_TIME, SLOWER_MAX, Job, measure_tests, try_mutant

    tests = {file: find_tests(ROOT, file) for file in sorted({mutant.file for mutant in mutants})}
    folders = {find_folder(file): file for file in tests}
    outcomes, taken = [], {}
    with progress_bar("changes tried", len(mutants) + len(folders)) as advance:
        for folder, file in folders.items():
            taken[folder] = measure_tests(pristine, tests[file])
            advance(1)
        jobs = []
        for mutant in mutants:
            time_max = COMPILE_TIME + SLOWER_MAX * taken[find_folder(mutant.file)]
            jobs.append(Job(pristine, mutant, tests[mutant.file], time_max))
        for outcome in run_in_processes(try_mutant, jobs, processes):
            outcomes.append(outcome)
            advance(1)
    return outcomes


def _tell(title: str, lines: Iterable[str]) -> None:
    """Print a list on standard error, so that standard output holds figures only."""
    print(title, *(f"  {line}" for line in lines), sep="\n", file=sys.stderr, flush=True)
