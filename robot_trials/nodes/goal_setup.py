"""The trial that a goal asks for, on the robot, place and world that this graph was started with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from robot_trials.config import TrialSetup, load_trial_setup
from robot_trials.exceptions import ConfigError, ConfigProblem

SHARED_ROLES = ("robot", "robot_description", "controller", "site")
"""Files that every process of a graph has read at its start: a goal cannot change them."""


def load_goal_setup(
    base: TrialSetup, trial: str = "", site: str = "", robot: str = "", overrides: Sequence[str] = ()
) -> TrialSetup:
    """Read what a goal names, as the files are now.

    Args:
        base: what the graph was started with; its output folder, options and clock stay.
        trial: name or path of the trial; empty: the one that the graph was started with.
        site, robot: must be the graph's; empty: as the graph's.
        overrides: on top of those of the graph, where it is the same trial.

    Raises:
        ConfigError: with everything that is wrong, or that this graph cannot do.
    """
    same = trial in ("", base.trial.name)
    arguments = dict(base.arguments)
    arguments["overrides"] = [*(arguments["overrides"] if same else ()), *overrides]
    if not same:
        arguments |= {"name": trial, "length": None}
    arguments |= {"site": site or base.arguments["site"], "robot": robot or base.arguments["robot"]}
    setup = load_trial_setup(**arguments, moment=base.start_time)
    problems = _find_differences(base, setup)
    if problems:
        raise ConfigError(problems)
    return replace(setup, output=base.output, start_time=base.start_time)


def _find_differences(base: TrialSetup, setup: TrialSetup) -> list[ConfigProblem]:
    """What the goal's trial needs and this graph does not have."""
    problems = []
    for key, present, wanted in (
        ("robot", base.robot, setup.robot),
        ("site", base.site.name, setup.site.name),
        ("kind", base.kind.name, setup.kind.name),
    ):
        if present != wanted:
            problems.append(ConfigProblem(None, None, key, wanted, f"this graph was started for {present!r}"))
    if problems:
        return problems
    return [
        ConfigProblem(None, None, role, None, "has changed since this graph was started: start it again")
        for role in SHARED_ROLES
        if base.configuration.get(role) != setup.configuration.get(role)
    ]
