"""YAML with line numbers."""

from pathlib import Path

import pytest

from robot_trials.config.files.document import apply_override, read_document
from robot_trials.exceptions import ConfigError


def write(folder: Path, text: str) -> Path:
    file = folder / "x.yaml"
    file.write_text(text)
    return file


def test_lines_of_nested_keys_and_items(tmp_path: Path) -> None:
    document = read_document(write(tmp_path, "a:\n  b: 1\n  c:\n    - 5\n    - {d: 2}\n"))
    assert document.data == {"a": {"b": 1, "c": [5, {"d": 2}]}}
    assert document.line_of(("a", "b")) == 2
    assert document.line_of(("a", "c", 1, "d")) == 5
    assert document.line_of(("a", "missing")) == 1  # the nearest key above


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: cannot be read: No such file"):
        read_document(tmp_path / "nowhere.yaml")


def test_repeated_key_names_both_lines(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml:3: speed: repeats the key of line 1"):
        read_document(write(tmp_path, "speed: 1\nload: 2\nspeed: 3\n"))


def test_broken_yaml_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml:3: is not valid YAML"):
        read_document(write(tmp_path, "a: 1\nb: [1, 2\nc: 3\n"))


@pytest.mark.parametrize("text", ["", "- 1\n- 2\n", "just text\n"])
def test_a_document_is_a_mapping(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="must be a mapping"):
        read_document(write(tmp_path, text))


def test_override_replaces_nested_values_and_reads_yaml(tmp_path: Path) -> None:
    document = read_document(write(tmp_path, "a:\n  b: [1, 2]\n"))
    apply_override(document, "a.b.1", "7.5")
    apply_override(document, "c.d", "true")
    assert document.data == {"a": {"b": [1, 7.5]}, "c": {"d": True}}
    assert str(document.problem(("a", "b", 1), 7.5, "must be ≤ 2")) == "command line: a.b.1: 7.5: must be ≤ 2"


@pytest.mark.parametrize(
    ("key", "message"),
    [("a.b.2", "'2' must be an index below 2"), ("e.f", "e is a value and holds no keys"), ("e.f.g", "holds no keys")],
)
def test_override_that_leads_nowhere(tmp_path: Path, key: str, message: str) -> None:
    document = read_document(write(tmp_path, "a: {b: [1, 2]}\ne: 1\n"))
    with pytest.raises(ConfigError, match=message):
        apply_override(document, key, "1")
