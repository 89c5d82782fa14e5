"""Asks a kind what it demands: what it raises, or says wrongly, is a problem of its trial and of nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

from robot_trials.config.site.map_frame import find_polygon_fault
from robot_trials.exceptions import ConfigError, ConfigProblem
from robot_trials.kinds.contract import Demands, LaidCourse, TrialKind

Answer = TypeVar("Answer")


def ask_kind(kind: TrialKind, what: str, give: Callable[[], Answer], answer: type[Answer]) -> Answer:
    """What a kind's method gives.

    Args:
        kind: whose method it is.
        what: its name.
        give: calls it.
        answer: what it has to be.

    Raises:
        ConfigError: the method raised, or gave something else.
    """
    try:
        given = give()
    except ConfigError:
        raise
    except Exception as error:  # whatever a foreign package raises
        raise _complain(kind, f"{what} failed: {type(error).__name__}: {error}") from error
    if not isinstance(given, answer):
        raise _complain(kind, f"{what} must give a {answer.__name__}, not {given!r}")
    return given


def lay_and_demand(kind: TrialKind, spec: Any, trial: Any) -> tuple[LaidCourse, Demands]:
    """The course as a trial uses it, and what the trial takes at most there.

    Args:
        kind: of the trial.
        spec, trial: the course's and the trial's file.

    Raises:
        ConfigError: the kind fails, or its area is no sound polygon.
    """
    laid = ask_kind(kind, "resolve_course", lambda: kind.resolve_course(spec, trial), LaidCourse)
    demands = ask_kind(kind, "find_demands", lambda: kind.find_demands(trial, laid.course), Demands)
    fault = find_polygon_fault(demands.area)
    if fault:
        raise _complain(kind, f"find_demands: area {fault}")
    return laid, demands


def list_bounds(kind: TrialKind, trial: Any, course: Any) -> dict[str, float]:
    """The built-in bounds of a kind's verdict, every one a number.

    Raises:
        ConfigError: the kind fails, or a bound is no number.
    """
    bounds = ask_kind(kind, "list_bounds", lambda: kind.list_bounds(trial, course), dict)
    for name, bound in bounds.items():
        if not (isinstance(bound, int | float) and math.isfinite(bound)):
            raise _complain(kind, f"list_bounds: {name} must be a number, not {bound!r}")
    return bounds


def _complain(kind: TrialKind, text: str) -> ConfigError:
    return ConfigError([ConfigProblem(None, None, f"kind {kind.name}", None, text)])
