"""Lists of what is in reach, in plain lines that fit any width."""

from __future__ import annotations

from pathlib import Path

from robot_trials.config import list_config, load_model
from robot_trials.exceptions import ConfigError
from robot_trials.kinds.registry import read_kind


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
            uses = f"robot {trial.robot}, site {trial.site}, permit {trial.permit}, {trial.walking_speed:g} m/s"
            _print_entry(name, f"{trial.description}\n  {uses}" if trial.description else uses, file)
        except ConfigError as error:
            _print_entry(name, _broken(error), file)


def _print_entry(name: str, text: str, file: Path) -> None:
    """Name, what it is, and where it stands."""
    print(f"{name}\n  {text}\n  {file}")


def _broken(error: ConfigError) -> str:
    """Where to read more about a file that cannot be used."""
    return f"cannot be used, {len(error.problems)} problem(s): see robot-trials check"
