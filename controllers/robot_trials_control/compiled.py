"""Arithmetic on small arrays, compiled by Numba: a tick has hundreds of operations that NumPy takes a call each for.

A compiled function takes arrays and numbers, works in place and allocates little. A `Record` goes in as its array
`record.data`, of which `data[0]` gives the fields. The first call compiles; the result is cached beside the source, so
that only the first controller on a machine waits for it (`robot_trials_control.warm_up` does so ahead).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function to machine code on its first call; IEEE arithmetic, so that same input gives same bits."""
    compiled_function: Callable[Parameters, Result] = njit(cache=True, error_model="numpy")(function)
    return compiled_function
