"""Finds kinds of trials by name: those of this package by their folder, others by entry point.

A kind that cannot be used is named with its reason, by `list_broken` and when it is asked for; it stands in nobody
else's way.
"""

from __future__ import annotations

import functools
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from robot_trials import kinds
from robot_trials.config.document import apply_override, read_document
from robot_trials.config.model import suggest
from robot_trials.exceptions import ConfigError, UnknownKindError
from robot_trials.kinds.contract import TrialKind

GROUP = "robot_trials.kinds"
"""Entry points of packages that bring kinds of their own: `greet = my_package.kind:KIND`, by the kind's name."""
MODULE = "kind"
"""Module of a folder beside this file that makes it a kind; its `KIND` is the kind."""


class _Source(NamedTuple):
    """Something that says it brings a kind.

    Attributes:
        name: of the entry point or the folder.
        where: module and attribute.
        load: gives the kind, or raises whatever it likes.
    """

    name: str
    where: str
    load: Callable[[], TrialKind]


class _Found(NamedTuple):
    """What all sources gave.

    Attributes:
        kinds: those that can be used, by name.
        broken: why the others cannot be used, by name.
    """

    kinds: dict[str, TrialKind]
    broken: dict[str, str]


def list_kinds() -> dict[str, TrialKind]:
    """Every kind that can be used, by name."""
    return dict(_find(tuple(sys.path)).kinds)


def list_broken() -> dict[str, str]:
    """Why a kind that is installed cannot be used, by name."""
    return dict(_find(tuple(sys.path)).broken)


def find_kind(name: str) -> TrialKind:
    """The kind with a name.

    Raises:
        UnknownKindError: there is none, and names those that are known; or it cannot be used, and says why.
    """
    known, broken = _find(tuple(sys.path))
    if name in known:
        return known[name]
    if name in broken:
        raise UnknownKindError(f"kind {name!r} {broken[name]}")
    raise UnknownKindError(f"no such kind{suggest(name, known).replace('known keys', 'known')}")


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


@functools.cache
def _find(_path: tuple[str, ...]) -> _Found:
    """Ask every source once for each search path of modules."""
    found = _Found({}, {})
    brought: dict[str, list[str]] = {}
    for source in (*_list_folders(), *_list_entries()):
        try:
            kind = source.load()
            lacking = find_lacking(kind)
        except Exception as error:  # whatever a foreign package raises
            reason = f"cannot be loaded from {source.where}: {type(error).__name__}: {error}"
            found.broken[source.name] = reason
            continue
        if lacking:
            found.broken[source.name] = f"of {source.where} lacks {', '.join(lacking)}: see docs/add_a_trial.md"
            continue
        found.kinds[kind.name] = kind
        brought.setdefault(kind.name, []).append(source.where)
    for name in (name for name, places in brought.items() if len(places) > 1):
        found.broken[name] = f"is brought by {' and by '.join(brought[name])}: one of them has to go"
        del found.kinds[name]
    return found


def find_lacking(kind: object) -> list[str]:
    """What of the contract an object lacks."""
    methods = [name for name in vars(TrialKind) if not name.startswith("_")]
    return [name for name in (*TrialKind.__annotations__, *methods) if not hasattr(kind, name)]


def _list_folders() -> Iterator[_Source]:
    """Kinds of this package."""
    for folder in pkgutil.iter_modules(kinds.__path__):
        module = f"{kinds.__name__}.{folder.name}.{MODULE}"
        if folder.ispkg and importlib.util.find_spec(module) is not None:
            yield _Source(folder.name, module, functools.partial(_load_folder, module))


def _load_folder(module: str) -> TrialKind:
    kind: TrialKind = importlib.import_module(module).KIND
    return kind


def _list_entries() -> Iterator[_Source]:
    """Kinds of other packages."""
    for entry in sorted(entry_points(group=GROUP), key=attrgetter("value")):
        yield _Source(entry.name, entry.value, entry.load)
