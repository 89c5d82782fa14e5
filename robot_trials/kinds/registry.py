"""Finds kinds of trials by name: those of this package by their folder, others by entry point."""

from __future__ import annotations

import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path

from robot_trials import kinds
from robot_trials.config.files.document import apply_override, read_document
from robot_trials.exceptions import ConfigError, UnknownKindError
from robot_trials.extensions import Extensions
from robot_trials.kinds.contract import TrialKind

GROUP = "robot_trials.kinds"
"""Entry points of packages that bring kinds of their own: `greet = my_package.kind:KIND`, by the kind's name."""
MODULE = "kind"
"""Module of a folder beside this file that makes it a kind; its `KIND` is the kind."""


def list_kinds() -> dict[str, TrialKind]:
    """Every kind that can be used, by name."""
    return _KINDS.list_usable()


def list_broken() -> dict[str, str]:
    """Why a kind that is installed cannot be used, by name."""
    return _KINDS.list_broken()


def find_kind(name: str) -> TrialKind:
    """The kind with a name.

    Raises:
        UnknownKindError: there is none, and names those that are known; or it cannot be used, and says why.
    """
    try:
        return _KINDS.find(name)
    except LookupError as error:
        raise UnknownKindError(str(error)) from error


def read_kind(file: Path, overrides: Mapping[str, str] | None = None) -> TrialKind:
    """The kind that a trial's file names.

    Raises:
        ConfigError: it names none, or one that is not known.
    """
    document = read_document(file)
    for key, text in (overrides or {}).items():
        if key == "kind":
            apply_override(document, key, text)
    name = document.data.get("kind")
    if name is None:
        raise ConfigError([document.problem(("kind",), None, "required key is missing")])
    try:
        return find_kind(str(name))
    except UnknownKindError as error:
        raise ConfigError([document.problem(("kind",), name, str(error))]) from error


def find_lacking(kind: object) -> list[str]:
    """What of the contract an object lacks."""
    return _KINDS.find_lacking(kind)


def _list_folders() -> Iterator[EntryPoint]:
    """Kinds of this package."""
    for folder in pkgutil.iter_modules(kinds.__path__):
        module = f"{kinds.__name__}.{folder.name}.{MODULE}"
        if folder.ispkg and importlib.util.find_spec(module) is not None:
            yield EntryPoint(folder.name, f"{module}:KIND", GROUP)


_KINDS: Extensions[TrialKind] = Extensions("kind", GROUP, TrialKind, "docs/add_a_trial.md", _list_folders)
