"""The trial that a goal asks for, on the robot and the site that this graph was started with."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from robot_trials.config import TrialSetup, load_trial_setup
from robot_trials.exceptions import ConfigError, ConfigProblem

SHARED_ROLES = ("robot", "robot_description", "controller", "site")
"""Files that every process of a graph has read at its start: a goal cannot change them."""


class Goal(Protocol):
    """What a goal names; what is empty stays as it is."""

    trial: str
    site: str
    course: str
    zone: str
    robot: str
    overrides: list[str]


def load_goal_setup(base: TrialSetup, goal: Goal) -> TrialSetup:
    """Read what a goal names, as the files are now.

    Args:
        base: what the graph was started with; its output folder, options and clock stay.
        goal: its site and robot must be the graph's; its overrides come on top of those of the graph where it is the
            same trial in the same place.

    Raises:
        ConfigError: with everything that is wrong, or that this graph cannot do.
    """
    arguments = dict(base.arguments)
    site = goal.site or arguments["site"] or base.site.name
    place = {"course": goal.course or None, "zone": goal.zone or base.site.zone or None}
    same = goal.trial in ("", base.trial.name)
    if not same:
        arguments |= {"name": goal.trial, "length": None}
    if not same or goal.course or goal.zone not in ("", base.site.zone):
        arguments["overrides"] = [text for text in arguments["overrides"] if text.startswith("site.")]
        arguments |= place
    arguments["overrides"] = [*arguments["overrides"], *goal.overrides]
    arguments |= {"site": site, "robot": goal.robot or arguments["robot"]}
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
        ("torque_limits", base.trial.torque_limits, setup.trial.torque_limits),
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
