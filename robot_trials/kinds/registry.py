"""Finds kinds of trials by name: those of this package by their folder, others by entry point."""

from __future__ import annotations

import functools
import importlib.util
import pkgutil
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from robot_trials import kinds
from robot_trials.config.document import apply_override, read_document
from robot_trials.config.model import suggest
from robot_trials.exceptions import ConfigError, UnknownKindError
from robot_trials.kinds.contract import TrialKind

GROUP = "robot_trials.kinds"
"""Entry points of packages that bring kinds of their own: `greet = my_package.kind:KIND`."""
MODULE = "kind"
"""Module of a folder beside this file that makes it a kind; its `KIND` is the kind."""


@functools.cache
def list_kinds() -> dict[str, TrialKind]:
    """Every kind by name.

    Raises:
        UnknownKindError: a package brings something that cannot be loaded, or a name that is taken.
    """
    found: dict[str, TrialKind] = {}
    for folder in pkgutil.iter_modules(kinds.__path__):
        name = f"{kinds.__name__}.{folder.name}.{MODULE}"
        if folder.ispkg and importlib.util.find_spec(name) is not None:
            kind: TrialKind = importlib.import_module(name).KIND
            found[kind.name] = kind
    for entry in entry_points(group=GROUP):
        kind = _load(entry)
        if kind.name in found:
            raise UnknownKindError(f"{entry.value}: kind {kind.name!r} is taken by {found[kind.name]!r}")
        found[kind.name] = kind
    return found


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


def find_kind(name: str) -> TrialKind:
    """The kind with a name.

    Raises:
        UnknownKindError: there is none; names those that are known.
    """
    known = list_kinds()
    if name not in known:
        raise UnknownKindError(f"no such kind{suggest(name, known).replace('known keys', 'known')}")
    return known[name]


def _load(entry: EntryPoint) -> TrialKind:
    try:
        kind: TrialKind = entry.load()
    except Exception as error:  # whatever a foreign package raises
        raise UnknownKindError(f"kind {entry.name!r} cannot be loaded: {type(error).__name__}: {error}") from error
    return kind
