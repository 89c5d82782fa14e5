"""YAML overrides for parameters that live as nested dataclasses in code free of files, such as the controller's."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from robot_trials.config.files.document import Document, KeyPath, read_document
from robot_trials.config.files.model import suggest
from robot_trials.exceptions import ConfigError, ConfigProblem

ParametersT = TypeVar("ParametersT")


def load_parameters(file: Path | None, kind: type[ParametersT]) -> ParametersT:
    """Defaults of a dataclass with a YAML file's values on top.

    A field's bounds come from its metadata: `field(default=0.5, metadata={"min": 0.1, "max": 2.0, "unit": "m"})`.

    Args:
        file: YAML file; None keeps every default.
        kind: dataclass whose fields all have defaults.

    Raises:
        ConfigError: with every unknown key, wrong type and value out of range.
    """
    if file is None:
        return kind()
    return fill_dataclass(kind(), read_document(file))


def fill_dataclass(defaults: ParametersT, document: Document, under: str = "") -> ParametersT:
    """A copy of a dataclass with the document's values on top.

    Args:
        defaults: what is filled; bounds as for `load_parameters`.
        document: the values.
        under: key of the document whose mapping holds them; absent keeps every default. All of it when empty.

    Raises:
        ConfigError: with every problem of the document.
    """
    problems: list[ConfigProblem] = []
    data, path = (document.data.get(under, {}), (under,)) if under else (document.data, ())
    if not isinstance(data, dict):
        raise ConfigError([document.problem(path, "null" if data is None else data, "must be a mapping")])
    filled = _fill(defaults, data, path, document, problems)
    if not problems:
        try:
            return typing.cast(ParametersT, _rebuild(defaults, filled))
        except ValueError as error:
            problems.append(document.problem((), None, str(error)))
    raise ConfigError(problems)


def _fill(
    defaults: Any, data: dict[str, Any], path: KeyPath, document: Document, problems: list[ConfigProblem]
) -> dict[str, Any]:
    """Checked values of `data`, by field; nested dataclasses become nested dicts."""
    fields = {field.name: field for field in dataclasses.fields(defaults)}
    filled: dict[str, Any] = {}
    for key, value in data.items():
        here = (*path, key)
        if key not in fields:
            problems.append(document.problem(here, None, f"unknown key{suggest(key, fields)}"))
            continue
        default = getattr(defaults, key)
        if dataclasses.is_dataclass(default):
            if isinstance(value, dict):
                filled[key] = _fill(default, value, here, document, problems)
            else:
                problems.append(document.problem(here, value, "must be a mapping"))
            continue
        bound = _find_fault(value, default, fields[key].metadata)
        if bound:
            problems.append(document.problem(here, "null" if value is None else value, bound))
        else:
            filled[key] = _like(value, default)
    return filled


def _rebuild(defaults: Any, filled: dict[str, Any]) -> Any:
    """Apply nested dicts of values to nested dataclasses, through their constructors."""
    changes = {
        key: _rebuild(getattr(defaults, key), value) if dataclasses.is_dataclass(getattr(defaults, key)) else value
        for key, value in filled.items()
    }
    return dataclasses.replace(defaults, **changes)


def _find_fault(value: Any, default: Any, metadata: Any) -> str | None:
    """What is wrong with a value, in the words of a bound; None when it is fine."""
    if isinstance(default, (tuple, list, np.ndarray)):
        if not isinstance(value, list) or len(value) != len(default):
            return f"must be a list of {len(default)}"
        faults = (_find_fault(item, like, metadata) for item, like in zip(value, default, strict=True))
        return next((fault for fault in faults if fault), None)
    if isinstance(default, bool):
        return None if isinstance(value, bool) else "must be true or false"
    if isinstance(default, str):
        return None if isinstance(value, str) else "must be text"
    whole = isinstance(default, int)
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        return "must be a whole number" if whole else "must be a number"
    if not np.isfinite(value):
        return "must be finite"
    return _find_excess(float(value), metadata)


def _find_excess(value: float, metadata: Any) -> str | None:
    """The bound of a field's metadata that a number breaks, if any."""
    unit = f" [{metadata['unit']}]" if "unit" in metadata else ""
    if "min" in metadata and value < metadata["min"]:
        return f"must be ≥ {metadata['min']:g}{unit}"
    if "max" in metadata and value > metadata["max"]:
        return f"must be ≤ {metadata['max']:g}{unit}"
    return None


def _like(value: Any, default: Any) -> Any:
    """The value in the default's type: a float for a float, an array for an array."""
    if isinstance(default, np.ndarray):
        return np.asarray(value, dtype=default.dtype)
    if isinstance(default, (tuple, list)):
        return type(default)(_like(item, like) for item, like in zip(value, default, strict=True))
    return float(value) if isinstance(default, float) else value
