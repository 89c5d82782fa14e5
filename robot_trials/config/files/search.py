"""Where configuration files are looked for, and by which name."""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path

from robot_trials.config.files.model import suggest
from robot_trials.exceptions import ConfigError, ConfigProblem

FOLDER_VARIABLE = "ROBOT_TRIALS_CONFIG"
"""Environment variable with folders to search before the shipped ones, separated as in PATH."""

GROUP = "robot_trials.config"
"""Entry points of packages that bring a configuration folder: `greet = my_package.config` is that package's folder."""

KINDS = ("robots", "sites", "courses", "trials", "permits", "controllers", "fleets")
"""Sub-folders of a configuration folder."""

PROGRAMMES = "programmes"
"""Sub-folder in which each programme is a folder of its own."""
PROGRAMME_FILE = "trials.yaml"
"""What makes a folder a programme."""


def config_folders() -> list[Path]:
    """Existing and named configuration folders, first match first.

    The user's (`ROBOT_TRIALS_CONFIG`), the checkout's, those of every install in reach, then those that packages bring.
    """
    named = [Path(part) for part in os.environ.get(FOLDER_VARIABLE, "").split(os.pathsep) if part]
    checkout = Path(__file__).resolve().parents[3] / "config"
    prefixes = [part for part in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if part]
    installed = [Path(prefix) / "share" / "robot_trials" / "config" for prefix in (*prefixes, sys.prefix)]
    shipped = [folder for folder in (checkout, *installed) if (folder / "robots").is_dir()]
    brought = [folder for folder in _packaged_folders(tuple(sys.path)).values() if folder is not None]
    return list(dict.fromkeys([*named, *shipped, *brought]))


def list_missing_folders() -> dict[str, str]:
    """Packages that say they bring a configuration folder and do not: name of the entry point → what it names."""
    return {name: value for (name, value), folder in _packaged_folders(tuple(sys.path)).items() if folder is None}


@functools.cache
def _packaged_folders(_path: tuple[str, ...]) -> dict[tuple[str, str], Path | None]:
    """Folder of each entry point, by its name and value; looked up once for each search path of modules."""
    return {(entry.name, entry.value): _folder_of(entry.module) for entry in entry_points(group=GROUP)}


def _folder_of(package: str) -> Path | None:
    """Where a package lies; None when there is none, or when what it lies in cannot be imported."""
    try:
        spec = importlib.util.find_spec(package)
    except Exception:  # whatever a foreign package raises
        return None
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    return Path(places[0]) if places else None


def list_config(kind: str) -> dict[str, Path]:
    """Every file of a kind by its name, the first folder winning.

    Args:
        kind: one of `KINDS`.
    """
    found: dict[str, Path] = {}
    for folder in config_folders():
        for file in sorted((folder / kind).glob("*.yaml")):
            found.setdefault(file.stem, file)
    return found


def find_config(kind: str, name: str, beside: Path | None = None) -> Path:
    """The file of a kind with a name.

    Args:
        kind: one of `KINDS`.
        name: file name without `.yaml`, or a path to a file.
        beside: file whose folder a relative path starts from; the working folder when omitted.

    Raises:
        ConfigError: there is none; names every folder that was searched.
    """
    if name.endswith((".yaml", ".yml")) or "/" in name:
        file = (beside.parent if beside else Path()) / Path(name).expanduser()
        if file.is_file():
            return file.resolve()
        raise ConfigError([ConfigProblem(file, None, "", None, "no such file")])
    folders = [folder / kind for folder in config_folders()]
    for folder in folders:
        file = folder / f"{name}.yaml"
        if file.is_file():
            return file
    raise ConfigError([ConfigProblem(None, None, kind, name, _not_found(kind, name, folders))])


def list_programmes() -> dict[str, Path]:
    """Folders of all programmes in reach by name, the first configuration folder winning."""
    found: dict[str, Path] = {}
    for folder in config_folders():
        for file in sorted((folder / PROGRAMMES).glob(f"*/{PROGRAMME_FILE}")):
            found.setdefault(file.parent.name, file.parent)
    return found


def find_programme(name: str) -> Path:
    """Folder of a programme, by name or path.

    Raises:
        ConfigError: there is none.
    """
    if "/" in name:
        folder = Path(name).expanduser()
        if (folder / PROGRAMME_FILE).is_file():
            return folder.resolve()
        raise ConfigError([ConfigProblem(folder, None, "", None, f"must be a folder with a {PROGRAMME_FILE}")])
    known = list_programmes()
    if name in known:
        return known[name]
    rule = f"no such programme; there are {', '.join(known) or 'none'}"
    raise ConfigError([ConfigProblem(None, None, PROGRAMMES, name, rule)])


def _not_found(kind: str, name: str, folders: Sequence[Path]) -> str:
    """What was searched and what is there instead."""
    searched = ", ".join(str(folder) for folder in folders) or "no configuration folder at all"
    known = suggest(name, list_config(kind)).replace("known keys", "known")
    return f"no file {name}.yaml; searched {searched}{known}"
