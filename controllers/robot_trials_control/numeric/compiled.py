"""Arithmetic on small arrays, compiled by Numba: a tick has hundreds of operations that NumPy takes a call each for.

A compiled function takes arrays and numbers, works in place and allocates little. A `Record` goes in as its array
`record.data`, of which `data[0]` gives the fields. Every argument costs a quarter of a microsecond, a named tuple two:
what belongs together goes in as one record, and what is called every tick is bound to its arguments' types (`bind`).
The first call compiles; the result is cached beside the source, so that only the first controller on a machine waits
for it (`robot_trials_control.warm_up` does so ahead).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from numba import njit, typeof

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_sources: dict[str, set[Path]] = {}
"""Module → the files that its compiled functions may have something of."""
_IMPORT = re.compile(r"^from (robot_trials[\w.]*) import ", re.MULTILINE)


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function to machine code on its first call; IEEE arithmetic, so that same input gives same bits."""
    compiled_function: Any = njit(cache=True, error_model="numpy")(function)
    _forget_if_outdated(function, Path(compiled_function.stats.cache_path))
    result: Callable[Parameters, Result] = compiled_function
    return result


def bind(function: Callable[Parameters, Result], *arguments: Any) -> Callable[Parameters, Result]:
    """The machine code of a compiled function for arguments of these types, called without looking at types again.

    A call takes a quarter of the time of one that has to. It is for arrays that stay the same ones from tick to tick:
    one of another type, dimension or layout is not refused but misread.

    Args:
        function: made by `compiled`.
        arguments: examples, which are not touched.
    """
    dispatcher: Any = function
    bound: Callable[Parameters, Result] = dispatcher.compile(tuple(typeof(argument) for argument in arguments))
    return bound


def _forget_if_outdated(function: Callable[..., Any], cache: Path) -> None:
    """Remove machine code that is older than a module it may have something of; Numba looks at the function's own."""
    newest = max(source.stat().st_mtime for source in _find_sources(function.__module__))
    for index in cache.glob(f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}-*.nbi"):
        if index.stat().st_mtime < newest:
            with suppress(OSError):  # not ours to remove, or already done by another process
                index.unlink()


def _find_sources(name: str) -> set[Path]:
    """Files of a module and of all modules of ours that it imports from, however far: constants are compiled in."""
    if name not in _sources:
        source = Path(str(sys.modules[name].__file__))
        _sources[name] = {source}  # before the others, so that a circle ends
        for imported in set(_IMPORT.findall(source.read_text(encoding="utf-8"))):
            if imported in sys.modules:
                _sources[name] |= _find_sources(imported)
    return _sources[name]
