"""What every trial must reach to pass, and how a trial tightens its kind's bounds; it never loosens them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from robot_trials.config.files.model import Loaded
from robot_trials.exceptions import ConfigProblem

FALLS_MAX = 0
QP_FAILURES_MAX = 0
UNWANTED_CONTACTS_MAX = 0

TorqueLimits = Literal["urdf", "peak"]
"""Which of a robot's torque limits its drives obey: those of its URDF, or the drive's peak."""


def tighten_criteria(built_in: Mapping[str, float], trial: Loaded[Any]) -> tuple[dict[str, float], list[ConfigProblem]]:
    """The bounds in force, and a problem for each that the trial would loosen.

    Args:
        built_in: the kind's own bounds by key; a key with the word `min` is a least value, every other a largest.
        trial: the trial's file with its wishes, to locate problems in.
    """
    wanted = trial.value.criteria.model_dump(exclude_none=True)
    unbound = [name for name in type(trial.value.criteria).model_fields if name not in built_in]
    rule = "the kind's `list_bounds` must give it a built-in bound"
    problems = [trial.problem(f"criteria.{name}", wanted.get(name), rule) for name in unbound]
    for name, value in wanted.items():
        if name in unbound:
            continue
        bound = built_in[name]
        at_least = "min" in name.split("_")
        if value < bound if at_least else value > bound:
            rule = f"must be {'≥' if at_least else '≤'} {bound:g} (a trial may tighten the criteria, never loosen them)"
            problems.append(trial.problem(f"criteria.{name}", value, rule))
    return {**built_in, **wanted}, problems
