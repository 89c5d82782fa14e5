"""What would happen if: a function tried in a copy of this process, which goes on here as if nothing had been tried.

A simulated world with its controller is copied by forking, whatever it consists of; a bench that asks the same robot
twenty questions at one moment need not bring it there twenty times.
"""

from __future__ import annotations

import os
import pickle
import traceback
from collections.abc import Callable
from typing import TypeVar

from benchmarks.harness import BenchmarkError

Result = TypeVar("Result")


def try_in_branch(function: Callable[[], Result]) -> Result:
    """Call `function` in a copy of this process and return what it returned, pickled on its way.

    Raises:
        BenchmarkError: it raised, or its process died.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(function, reading, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if not answer:
        raise BenchmarkError(f"a branch died with status {status}")
    succeeded, result = pickle.loads(answer)
    if not succeeded:
        raise BenchmarkError(f"a branch failed: {result}")
    returned: Result = result
    return returned


def _answer(function: Callable[[], Result], reading: int, writing: int) -> None:
    """The copy's whole life."""
    os.close(reading)
    try:
        answer: tuple[bool, object] = True, function()
    except BaseException:
        answer = False, traceback.format_exc()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(pickle.dumps(answer))
    os._exit(0)
