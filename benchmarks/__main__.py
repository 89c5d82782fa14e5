"""`python -m benchmarks [NAME] [options]`, which `./run bench` calls."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from benchmarks.harness import BenchmarkError, report, use_single_thread

BENCHMARKS = (
    "relay",
    "terrain",
    "push",
    "stops",
    "falls",
    "estimator",
    "parity",
    "fleet",
    "control_step",
    "plan",
    "coordinator",
    "fresh",
    "house",
    "mutants",
)
"""Modules of this package; each has a docstring, `add_options(parser)` and `run(options) -> list[Figure]`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one benchmark, or list them.

    Returns:
        0 when every target is met, 1 when one is short, 2 for bad arguments.
    """
    use_single_thread()
    options = _parse(arguments)
    if options.name is None:
        _list()
        return 0
    try:
        figures = _load(options.name).run(options)
    except BenchmarkError as error:
        print(f"{options.name}: {error}", file=sys.stderr)
        return 1
    return 0 if report(options.name, figures, options.json) else 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Options of the named benchmark beside those that all have."""
    parser = argparse.ArgumentParser(prog="./run bench", description="Measure what the project promises.")
    parser.set_defaults(name=None)
    names = parser.add_subparsers(dest="name", metavar="NAME")
    for name in BENCHMARKS:
        module = _load(name)
        sub = names.add_parser(name, help=_title(module), description=module.__doc__)
        sub.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON, too")
        sub.add_argument("--quick", action="store_true", help="a shorter run, to see that it works")
        module.add_options(sub)
    return parser.parse_args(arguments)


def _load(name: str) -> ModuleType:
    """A benchmark's module; what is heavy is imported when it runs."""
    return importlib.import_module(f"benchmarks.{name}")


def _title(module: ModuleType) -> str:
    """First line of the module's docstring."""
    return (module.__doc__ or "").strip().splitlines()[0]


def _list() -> None:
    """A line for each benchmark."""
    for name in BENCHMARKS:
        print(f"{name:<14} {_title(_load(name))}")
    print("\n./run bench NAME --help lists the options of one.")


if __name__ == "__main__":
    sys.exit(main())
