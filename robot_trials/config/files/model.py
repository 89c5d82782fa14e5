"""From a YAML document to a typed model, with every error told in the user's terms at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pydantic
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from robot_trials.config.files.document import Document, KeyPath, apply_override, read_document
from robot_trials.exceptions import ConfigError, ConfigProblem

Vector3 = Annotated[tuple[float, float, float], Field(strict=False)]
"""Three numbers from a YAML list."""


def _check_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("must be a time zone such as Asia/Shanghai") from error
    return name


TimeZoneName = Annotated[str, AfterValidator(_check_timezone)]
"""A zone of the IANA database."""

ModelT = TypeVar("ModelT", bound=BaseModel)


class StrictModel(BaseModel):
    """Base of every model of a YAML file: no unknown keys, no silent conversions, finite numbers, immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


@dataclass(frozen=True)
class Loaded(Generic[ModelT]):
    """A model and the document from which it came.

    Attributes:
        value: the checked model.
        document: its YAML, for locating later problems.
    """

    value: ModelT
    document: Document

    @property
    def file(self) -> Path:
        """The file that was read."""
        assert self.document.file is not None
        return self.document.file

    def problem(self, key: str, value: object, bound: str) -> ConfigProblem:
        """A problem that only shows beside other files, located at `key` (dotted)."""
        return self.document.problem(_parse_key(key), value, bound)


def load_model(file: Path, kind: type[ModelT], overrides: Mapping[str, str] | None = None) -> Loaded[ModelT]:
    """Read a YAML file into a model.

    Args:
        file: YAML file.
        kind: model to fill.
        overrides: dotted key → value in YAML, applied before checking (`--set`).

    Raises:
        ConfigError: with every problem of the file.
    """
    document = read_document(file)
    for key, text in (overrides or {}).items():
        apply_override(document, key, text)
    return validate_document(document, kind)


def validate_document(document: Document, kind: type[ModelT]) -> Loaded[ModelT]:
    """Check a document that is already read.

    Raises:
        ConfigError: with every problem of the document.
    """
    try:
        return Loaded(kind.model_validate(document.data), document)
    except pydantic.ValidationError as error:
        problems = [_explain(detail, document, kind) for detail in error.errors()]
        raise ConfigError(sorted(problems, key=lambda problem: problem.line or 0)) from error


_BOUNDS = {
    "greater_than": ("gt", "must be > {}"),
    "greater_than_equal": ("ge", "must be ≥ {}"),
    "less_than": ("lt", "must be < {}"),
    "less_than_equal": ("le", "must be ≤ {}"),
    "multiple_of": ("multiple_of", "must be a multiple of {}"),
    "literal_error": ("expected", "must be {}"),
    "enum": ("expected", "must be {}"),
    "string_pattern_mismatch": ("pattern", "must match {}"),
    "string_too_short": ("min_length", "must have at least {} characters"),
    "too_short": ("min_length", "must have at least {} items"),
    "too_long": ("max_length", "must have at most {} items"),
}
_TYPES = {
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "finite_number": "must be finite",
    "date_type": "must be a date such as 2025-11-02",
    "datetime_type": "must be a date and time such as 2025-11-02T09:00:00+08:00",
}


def _explain(detail: Any, document: Document, kind: type[BaseModel]) -> ConfigProblem:
    """One pydantic error as a problem with file, line, key, value and bound."""
    type_, context = detail["type"], detail.get("ctx", {})
    path = _document_path(detail["loc"], document, type_ in ("missing", "extra_forbidden"))
    value = detail["input"]
    if type_ == "missing":
        return document.problem(path, None, "required key is missing")
    if type_ == "extra_forbidden":
        known = _known_keys(kind, detail["loc"][:-1])
        return document.problem(path, None, f"unknown key{suggest(str(path[-1]), known)}")
    if type_ in _BOUNDS:
        name, form = _BOUNDS[type_]
        return document.problem(path, value, form.format(_number(context.get(name))))
    if type_ == "value_error":
        bound = str(context.get("error", detail["msg"]))
        return document.problem(path, None if isinstance(value, dict) else value, bound)
    bound = _TYPES.get(type_, detail["msg"])
    return document.problem(path, "null" if value is None else value, bound)


def _document_path(loc: Iterable[str | int], document: Document, ends_in_key: bool) -> KeyPath:
    """The error's location without the tags that pydantic adds for unions.

    Args:
        loc: as pydantic has it.
        document: knows every key that is written.
        ends_in_key: the last part is a key even where nobody wrote it.
    """
    path: KeyPath = ()
    parts = list(loc)
    for index, part in enumerate(parts):
        if (*path, part) in document.lines or (ends_in_key and index == len(parts) - 1):
            path = (*path, part)
    return path


def _number(value: object) -> object:
    """2.0 reads as 2 in a message."""
    return f"{value:g}" if isinstance(value, float) else value


def suggest(key: str, known: Iterable[str]) -> str:
    """Words to follow "unknown key": the nearest known one, or all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(key, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known keys: {', '.join(names)}" if names else ""


def _known_keys(kind: type[BaseModel], loc: Iterable[str | int]) -> set[str]:
    """Keys of the model found at `loc` below `kind`."""
    models: list[type[BaseModel]] = [kind]
    for part in loc:
        fields = [model.model_fields[str(part)] for model in models if str(part) in model.model_fields]
        below = [model for field in fields for model in _models_in(field.annotation)]
        models = below or models
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Every model named in a type annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _parse_key(key: str) -> KeyPath:
    """`a.0.b` → `("a", 0, "b")`."""
    return tuple(int(part) if part.isdigit() else part for part in key.split(".") if part)
