"""Lists of what is in reach, in plain lines that fit any width."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from rich import box
from rich.console import Console
from rich.table import Table

from robot_trials.config import TrialSetup, list_config, load_model, load_trial_setup
from robot_trials.config.site import CourseSpec
from robot_trials.config.trial import Trial
from robot_trials.exceptions import ConfigError
from robot_trials.kinds.contract import Demands, TrialKind
from robot_trials.kinds.registry import list_broken, list_kinds, read_kind


def print_robots() -> None:
    """Print every robot profile with its joints and files."""
    from robot_trials.robots.profile import load_profile

    for name, file in list_config("robots").items():
        try:
            profile = load_profile(file)
            _print_entry(name, f"{len(profile.joint_names)} joints, URDF {profile.urdf_path}", file)
        except ConfigError as error:
            _print_entry(name, _broken(error), file)


def print_trials() -> None:
    """Print every trial with what it does and what it names."""
    for name, file in list_config("trials").items():
        try:
            trial = load_model(file, read_kind(file).trial).value
            where = f"site {trial.site}, course {trial.course}" + (f", zone {trial.zone}" if trial.zone else "")
            uses = f"robot {trial.robot}, {where}, permit {trial.permit}, {trial.walking_speed:g} m/s"
            _print_entry(name, f"{trial.description}\n  {uses}" if trial.description else uses, file)
        except ConfigError as error:
            _print_entry(name, _broken(error), file)


def print_kinds() -> None:
    """Print a table of the kinds of trials with what each needs, and of its trials with what they take at most."""
    setups = list(_load_setups())
    table = Table(box=box.SIMPLE, pad_edge=False)
    for title in ("kind", "what it is", "trial adds", "course adds", "trial: at most", "brought by"):
        table.add_column(title, overflow="fold")
    for name, kind in sorted(list_kinds().items()):
        takes = [f"{setup.trial.name}: {_describe_demands(setup.demands)}" for setup in setups if setup.kind is kind]
        purpose = (inspect.getdoc(type(kind)) or "").partition("\n")[0]
        own = _list_own_keys(kind.trial, Trial), _list_own_keys(kind.course, CourseSpec)
        table.add_row(name, purpose, *own, "\n".join(takes), _find_home(kind))
    Console().print(table)
    for name, reason in list_broken().items():
        print(f"cannot be used: kind {name!r} {reason}")


def print_simulators() -> None:
    """Print a table of the simulators with what each offers, and what this machine lacks to run it."""
    from robot_trials.robots.simulators import list_broken_simulators, list_simulators

    table = Table(box=box.SIMPLE, pad_edge=False)
    for title in (
        "simulator",
        "what it is",
        "window",
        "takes the next trial",
        "several robots",
        "missing here",
    ):
        table.add_column(title, overflow="fold")
    for name, simulator in list_simulators().items():
        offers = (simulator.has_window, simulator.renews_worlds, simulator.shares_worlds)
        missing = simulator.find_missing() or "nothing"
        table.add_row(name, simulator.title, *("yes" if offered else "no" for offered in offers), missing)
    Console().print(table)
    for name, reason in list_broken_simulators().items():
        print(f"cannot be used: simulator {name!r} {reason}")


def _load_setups() -> Iterator[TrialSetup]:
    """Every trial in reach that can be used."""
    for file in list_config("trials").values():
        try:
            yield load_trial_setup(str(file))
        except ConfigError:
            continue


def _list_own_keys(model: type[BaseModel], base: type[BaseModel]) -> str:
    """Keys that a kind's model adds to what every kind has; those that may be left out in brackets."""
    own = {key: value for key, value in model.model_fields.items() if key not in base.model_fields}
    return " ".join(key if value.is_required() else f"[{key}]" for key, value in own.items()) or "nothing"


def _describe_demands(demands: Demands) -> str:
    """What a trial takes at most, in a line."""
    load, people = demands.load, demands.people
    parts = [f"{demands.speed:g} m/s", f"{load.heaviest:g} kg in the {load.hand} hand" if load else "no load"]
    parts += [f"{people} {'person' if people == 1 else 'people'}", f"{demands.duration.total_seconds() / 60.0:.0f} min"]
    return ", ".join(parts)


def _find_home(kind: TrialKind) -> str:
    """Package that brings a kind."""
    return type(kind).__module__.rpartition(".")[0]


def _print_entry(name: str, text: str, file: Path) -> None:
    """Name, what it is, and where it stands."""
    print(f"{name}\n  {text}\n  {file}")


def _broken(error: ConfigError) -> str:
    """Where to read more about a file that cannot be used."""
    return f"cannot be used, {len(error.problems)} problem(s): see robot-trials check"
