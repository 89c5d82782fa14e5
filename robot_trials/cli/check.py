"""Validation of configuration files, one by one and together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from robot_trials.config import (
    Permit,
    SiteSpec,
    list_config,
    load_fleet,
    load_model,
    load_parameters,
    load_trial_setup,
)
from robot_trials.config.files.problems import Problems
from robot_trials.config.files.search import KINDS, PROGRAMMES, list_missing_folders, list_programmes
from robot_trials.config.permit import is_same_person
from robot_trials.exceptions import ConfigError, ConfigProblem
from robot_trials.kinds.registry import list_broken, read_kind


def check_everything() -> bool:
    """Check every file of every kind and print a line for each; True when all are valid.

    Raises:
        ConfigError: no configuration was found at all.
    """
    files = [(kind, file) for kind in KINDS for file in list_config(kind).values()]
    files += [(PROGRAMMES, folder) for folder in list_programmes().values()]
    if not files:
        raise ConfigError([ConfigProblem(None, None, "", None, "no configuration folder found; see --config-dir")])
    valid = _check_all(files)
    return _check_packages() and valid


def _check_packages() -> bool:
    """Print what other packages bring and cannot be used; True when there is nothing."""
    problems = [f"kind {name!r} {reason}" for name, reason in list_broken().items()]
    missing = list_missing_folders().items()
    problems += [f"configuration of {name!r}: {value} is no package with a folder" for name, value in missing]
    for problem in problems:
        print(f"problem  {problem}")
    return not problems


def check_files(files: Sequence[Path]) -> bool:
    """Check the given files only; True when all are valid.

    Raises:
        ConfigError: a file lies in no folder named after a kind, so that nothing says what it is.
    """
    located = [(_kind_of(file.absolute()), file.absolute()) for file in files]
    strays = [file for file, (kind, _) in zip(files, located, strict=True) if kind not in _CHECKS]
    if strays:
        *others, last = _CHECKS
        rule = f"must lie in a folder called {', '.join(others)} or {last}"
        raise ConfigError([ConfigProblem(file, None, "", None, rule) for file in strays])
    return _check_all(list(dict.fromkeys((kind, _whole(kind, file)) for kind, file in located)))


def _kind_of(file: Path) -> str:
    """Name of the folder that says what a file is; that of programmes lies one above."""
    return PROGRAMMES if file.parent.parent.name == PROGRAMMES else file.parent.name


def _whole(kind: str, file: Path) -> Path:
    """A programme's file is checked with the others of its folder."""
    return file.parent if kind == PROGRAMMES and file.is_file() else file


def _check_all(files: Sequence[tuple[str, Path]]) -> bool:
    """Check files of known kinds, print the outcome of each."""
    told: set[str] = set()
    failed = 0
    for kind, file in files:
        try:
            _CHECKS[kind](file)
            print(f"ok       {kind}/{file.name}")
        except ConfigError as error:
            failed += 1
            print(f"problem  {kind}/{file.name}")
            for line in str(error).splitlines():
                if line not in told:
                    print(f"  {line}")
                told.add(line)
    print(f"{len(files)} files, {failed} with problems")
    return failed == 0


def _check_name(file: Path, name: str) -> None:
    """A file is found by its name, so the name inside must agree."""
    if name != file.stem:
        raise ConfigError([ConfigProblem(file, None, "name", name, f"must be {file.stem}, as the file is called")])


def _check_robot(file: Path) -> None:
    """Profile, and the URDF it names."""
    from robot_trials.robots.profile import load_profile

    profile = load_profile(file)
    _check_name(file, profile.name)
    _ = profile.manner  # measures the body


def _check_site(file: Path) -> None:
    """Site on its own: its zones, what is kept out, its ground."""
    from robot_trials.config.programme.load import check_site

    site, problems = load_model(file, SiteSpec), Problems()
    check_site(site, problems)
    problems.stop_if_any()
    _check_name(file, site.value.name)


def _check_course(file: Path) -> None:
    """Course on its own, by the kind of trial that it is for; how it lies on a site shows with the trial."""
    _check_name(file, load_model(file, read_kind(file).course).value.name)


def _check_permit(file: Path) -> None:
    """Permit on its own; whether it covers a trial shows with the trial."""
    permit = load_model(file, Permit)
    if is_same_person(permit.value.approver, permit.value.operator):
        raise ConfigError([permit.problem("approver", permit.value.approver, "must be someone else than the operator")])


def _check_trial(file: Path) -> None:
    """Trial with everything it names."""
    from robot_trials.robots.profile import load_profile

    setup = load_trial_setup(str(file))
    _check_name(file, setup.trial.name)
    _ = load_profile(setup.robot_file).manner


def _check_controller(file: Path) -> None:
    """Controller parameters, against their bounds."""
    from robot_trials_control.config import ControllerConfig

    load_parameters(file, ControllerConfig)


def _check_programme(folder: Path) -> None:
    """Site, robots, marshals and trials, with all they name, and each trial as its robots will have it."""
    from robot_trials.config.programme import load_programme
    from robot_trials.config.programme.covered import check_requests
    from robot_trials.robots.profile import load_profile

    setups, problems = check_requests(load_programme(f"{folder}/"))
    if problems:
        raise ConfigError(problems)
    for file in dict.fromkeys(setup.robot_file for setup in setups):
        load_profile(file)


def _check_fleet(file: Path) -> None:
    """Fleet with everything it names."""
    _check_name(file, load_fleet(str(file)).name)


_CHECKS: dict[str, Callable[[Path], None]] = {
    "robots": _check_robot,
    "sites": _check_site,
    "courses": _check_course,
    "trials": _check_trial,
    "permits": _check_permit,
    "controllers": _check_controller,
    PROGRAMMES: _check_programme,
    "fleets": _check_fleet,
}
