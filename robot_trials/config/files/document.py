"""A YAML file as plain data together with the line of every key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from robot_trials.exceptions import ConfigError, ConfigProblem

KeyPath = tuple[str | int, ...]
"""Where a value stands in a document: mapping keys and list indices from the root."""

MERGE_TAG = "tag:yaml.org,2002:merge"
"""Of the key `<<`."""


@dataclass
class Document:
    """Plain data of one YAML file and where each of its keys stands.

    Attributes:
        file: the file; None for values that come from elsewhere.
        data: mappings, lists and scalars as Python objects.
        lines: line of every key and list item, from 1.
    """

    file: Path | None
    data: dict[str, Any]
    lines: dict[KeyPath, int | None] = field(default_factory=dict)

    def line_of(self, path: KeyPath) -> int | None:
        """Line of a key, or of the nearest key above it; None for a value of the command line."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 1 if self.file is not None else None

    def problem(self, path: KeyPath, value: object, bound: str) -> ConfigProblem:
        """A problem with the value at `path`, located."""
        line = self.line_of(path)
        file = self.file if line is not None else None
        return ConfigProblem(file, line, dotted(path), value, bound)


def dotted(path: KeyPath) -> str:
    """`("limits", 0, "speed")` → `limits.0.speed`."""
    return ".".join(str(part) for part in path)


def read_document(file: Path) -> Document:
    """Read a YAML file.

    Raises:
        ConfigError: the file is missing, is not YAML, repeats a key, or is not a mapping.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError([ConfigProblem(file, None, "", None, f"cannot be read: {reason}")]) from error
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        document = Document(file, {})
        if not isinstance(root, yaml.MappingNode):
            raise ConfigError([ConfigProblem(file, 1, "", None, "must be a mapping of keys to values")])
        problems: list[ConfigProblem] = []
        document.data = _convert(root, (), document, loader, problems)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError([_syntax_problem(file, error)]) from error
    finally:
        loader.dispose()
    if problems:
        raise ConfigError(problems)
    return document


def _syntax_problem(file: Path, error: Exception) -> ConfigProblem:
    """A YAML error with the line at which the reader stopped."""
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error)
    return ConfigProblem(file, mark.line + 1 if mark else None, "", None, f"is not valid YAML: {reason}")


def _convert(
    node: yaml.Node, path: KeyPath, document: Document, loader: yaml.SafeLoader, problems: list[ConfigProblem]
) -> Any:
    """A node as Python data, noting lines and repeated keys on the way."""
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, child in enumerate(node.value):
            document.lines[(*path, index)] = child.start_mark.line + 1
            items.append(_convert(child, (*path, index), document, loader, problems))
        return items
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    mapping: dict[str, Any] = {}
    own = [pair for pair in node.value if pair[0].tag != MERGE_TAG]
    for key_node, child in own:
        key = str(key_node.value)
        here, line = (*path, key), key_node.start_mark.line + 1
        if key in mapping:
            first = document.lines[here]
            problems.append(ConfigProblem(document.file, line, dotted(here), None, f"repeats the key of line {first}"))
            continue
        document.lines[here] = line
        mapping[key] = _convert(child, here, document, loader, problems)
    for key_node, child in _merged_pairs(node):
        key = str(key_node.value)
        here = (*path, key)
        if key not in mapping:
            document.lines[here] = key_node.start_mark.line + 1
            mapping[key] = _convert(child, here, document, loader, problems)
    return mapping


def _merged_pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Keys and values that `<<: *other` brings, nearest first; keys of the node itself come before them."""
    for key_node, child in node.value:
        if key_node.tag != MERGE_TAG:
            continue
        for source in child.value if isinstance(child, yaml.SequenceNode) else [child]:
            if not isinstance(source, yaml.MappingNode):
                raise yaml.constructor.ConstructorError(None, None, "<< must name a mapping", key_node.start_mark)
            yield from (pair for pair in source.value if pair[0].tag != MERGE_TAG)
            yield from _merged_pairs(source)


def apply_override(document: Document, key: str, text: str) -> None:
    """Replace one value, as `--set lane.length=60` does; the value is read as YAML.

    Args:
        document: changed in place; the key's line becomes None ("command line").
        key: dotted path; list items by index.
        text: the value in YAML.

    Raises:
        ConfigError: the text is not YAML, or the path goes through something that holds no keys.
    """
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError([ConfigProblem(None, None, key, text, "is not valid YAML")]) from error
    parts = key.split(".")
    holder: Any = document.data
    path: KeyPath = ()
    for part in parts[:-1]:
        holder, path = _descend(holder, part, path, key)
        document.lines.setdefault(path, None)
    last: str | int = _index(holder, parts[-1], key) if isinstance(holder, list) else parts[-1]
    if not isinstance(holder, (dict, list)):
        raise ConfigError([ConfigProblem(None, None, key, None, f"{dotted(path)} is a value and holds no keys")])
    holder[last] = value  # type: ignore[index]
    here = (*path, last)
    for known in [known for known in document.lines if known[: len(here)] == here]:
        del document.lines[known]
    document.lines |= dict.fromkeys(_list_paths(value, here))


def _descend(holder: Any, part: str, path: KeyPath, key: str) -> tuple[Any, KeyPath]:
    """One step down an override's path, making mappings that are not there yet."""
    if isinstance(holder, list):
        index = _index(holder, part, key)
        return holder[index], (*path, index)
    if not isinstance(holder, dict):
        raise ConfigError([ConfigProblem(None, None, key, None, f"{dotted(path)} is a value and holds no keys")])
    return holder.setdefault(part, {}), (*path, part)


def _list_paths(value: Any, path: KeyPath) -> Iterator[KeyPath]:
    """A value's path and those of everything in it."""
    yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _list_paths(item, (*path, key))


def _index(items: list[Any], part: str, key: str) -> int:
    """An index into a list, given as text."""
    if part.isdigit() and int(part) < len(items):
        return int(part)
    bound = f"{part!r} must be an index below {len(items)}"
    raise ConfigError([ConfigProblem(None, None, key, None, bound)])
