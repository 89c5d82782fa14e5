"""Times every call into Pinocchio and into the QP solver that the controller makes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import ModuleType, TracebackType
from typing import Any

import daqp
import pinocchio

PINOCCHIO_FUNCTION = type(pinocchio.forwardKinematics)
"""Type of the functions that Pinocchio's bindings define."""


class CallTimer:
    """While entered, replaces Pinocchio's functions and daqp's `solve` by ones that add up their time.

    Build the controller after entering, so that it finds the replacements. Classes (`Quaternion`, `SE3`) and methods
    are not timed, so the floor comes out a little too low, never too high. The cost of timing itself is measured and
    taken off.
    """

    def __init__(self) -> None:
        self._nanoseconds = {"pinocchio": 0, "qp": 0}
        self._calls = {"pinocchio": 0, "qp": 0}
        self._replaced: list[tuple[ModuleType, str, Any]] = []
        self._overhead_ns = 0.0

    def __enter__(self) -> CallTimer:
        for module in _modules_that_call():
            for name, value in list(vars(module).items()):
                group = _group(value)
                if group is not None:
                    self._replaced.append((module, name, value))
                    setattr(module, name, self._wrap(value, group))
        self._overhead_ns = self._measure_overhead()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for module, name, value in self._replaced:
            setattr(module, name, value)
        self._replaced.clear()

    def reset(self) -> None:
        """Forget what was added up."""
        for group in self._nanoseconds:
            self._nanoseconds[group] = self._calls[group] = 0

    def seconds(self, group: str) -> float:
        """Time in calls of a group since the last reset [s]."""
        return max(self._nanoseconds[group] - self._overhead_ns * self._calls[group], 0.0) * 1e-9

    def calls(self, group: str) -> int:
        """Number of those calls."""
        return self._calls[group]

    def _wrap(self, function: Callable[..., Any], group: str) -> Callable[..., Any]:
        """The function, timed."""
        nanoseconds, calls, now = self._nanoseconds, self._calls, time.perf_counter_ns

        def timed(*arguments: Any, **named: Any) -> Any:
            start = now()
            result = function(*arguments, **named)
            nanoseconds[group] += now() - start
            calls[group] += 1
            return result

        return timed

    def _measure_overhead(self, batches: int = 100, repeats: int = 200) -> float:
        """What timing adds to one call, on a function that does nothing [ns]; the least, as others use the machine."""
        timed = self._wrap(lambda: None, "qp")
        means = []
        for _ in range(batches):
            self.reset()
            for _ in range(repeats):
                timed()
            means.append(self._nanoseconds["qp"] / repeats)
        self.reset()
        return min(means)


def _modules_that_call() -> list[ModuleType]:
    """Pinocchio itself and the controller's modules, which may hold its functions by name."""
    ours = [module for name, module in sys.modules.items() if name.startswith("robot_trials_control")]
    return [pinocchio, *ours]


def _group(value: Any) -> str | None:
    """What a name stands for, when it is to be timed."""
    if type(value) is PINOCCHIO_FUNCTION:
        return "pinocchio"
    return "qp" if value is daqp.solve else None
