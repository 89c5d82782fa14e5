"""The page about extending names files, classes and functions that are there."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
PAGE = (CHECKOUT / "docs" / "extending.md").read_text(encoding="utf-8")
WORDS = re.findall(r"`([^`\n]+)`", PAGE)
NAME = re.compile(r"(?:[A-Z][A-Za-z]+|[a-z]+(?:_[a-z]+)+|[A-Z]+)(?=$|\()")
SOURCE = "\n".join(
    file.read_text(encoding="utf-8")
    for folder in ("robot_trials", "benchmarks")
    for file in (CHECKOUT / folder).rglob("*.py")
)


def test_every_file_is_there() -> None:
    files = [word for word in WORDS if re.fullmatch(r"[a-z_/]+/[A-Za-z_]+\.(py|msg)", word) and "NAME" not in word]
    assert len(files) > 10
    roots = CHECKOUT, CHECKOUT / "robot_trials"
    assert [file for file in files if not any((root / file).is_file() for root in roots)] == []


def test_every_name_is_defined() -> None:
    found = [NAME.match(word) for word in WORDS]
    names = {match[0] for match in found if match}
    assert {"Simulator", "make_checks", "OWN"} <= names
    missing = [name for name in names if not re.search(rf"(?:class |def |^ *){name}\b", SOURCE, re.MULTILINE)]
    assert missing == []


def test_groups_of_entry_points_are_those_that_are_searched() -> None:
    searched = set(re.findall(r'^GROUP = "(.+)"$', SOURCE, re.MULTILINE))
    assert len(searched) >= 3 and searched == set(re.findall(r"`(robot_trials\.[a-z]+)`", PAGE))
