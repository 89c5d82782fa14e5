"""Typed models: every problem at once, in the user's terms."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from robot_trials.config.files.model import StrictModel, Vector3, load_model
from robot_trials.exceptions import ConfigError


class Limits(StrictModel):
    max_speed: Annotated[float, Field(gt=0.0, le=2.0)]
    steps: Annotated[int, Field(ge=1)] = 1


class Thing(StrictModel):
    name: str
    limits: Limits
    side: Literal["left", "right"] = "left"
    place: Vector3 = (0.0, 0.0, 0.0)
    parts: list[Limits] = []


def problems_of(folder: Path, text: str) -> list[str]:
    file = folder / "site.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_model(file, Thing)
    return [line.replace(f"{folder}/", "") for line in str(caught.value).splitlines()]


def test_a_whole_number_is_a_number(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: a\nlimits: {max_speed: 1}\nplace: [1, 2.5, 3]\n")
    thing = load_model(tmp_path / "a.yaml", Thing).value
    assert (thing.limits.max_speed, thing.place) == (1.0, (1.0, 2.5, 3.0))


def test_all_problems_are_told_with_line_key_value_and_bound(tmp_path: Path) -> None:
    text = "name: 3\nlimits:\n  max_speed: 2.5\n  steps: 0\nside: up\nplace: [1, 2]\n"
    assert problems_of(tmp_path, text) == [
        "site.yaml:1: name: 3: must be text",
        "site.yaml:3: limits.max_speed: 2.5: must be ≤ 2",
        "site.yaml:4: limits.steps: 0: must be ≥ 1",
        "site.yaml:5: side: up: must be 'left' or 'right'",
        "site.yaml:6: place.2: required key is missing",
    ]


def test_unknown_key_suggests_the_nearest_known_one(tmp_path: Path) -> None:
    text = "name: a\nlimits:\n  max_speed: 1\n  max_sped: 1\n"
    assert problems_of(tmp_path, text) == ["site.yaml:4: limits.max_sped: unknown key; did you mean 'max_speed'?"]


def test_unknown_key_lists_the_known_ones_when_none_is_near(tmp_path: Path) -> None:
    text = "name: a\nlimits: {max_speed: 1}\nparts:\n  - {max_speed: 1, zzz: 1}\n"
    assert problems_of(tmp_path, text) == ["site.yaml:4: parts.0.zzz: unknown key; known keys: max_speed, steps"]


def test_missing_key_is_named_at_its_parent(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "name: a\nside: left\nlimits: {}\n") == [
        "site.yaml:3: limits.max_speed: required key is missing"
    ]


@pytest.mark.parametrize(
    ("value", "bound"),
    [("'1'", "a number"), ("true", "a number"), (".nan", "finite"), (".inf", "finite"), ("", "a number")],
)
def test_no_silent_conversions(tmp_path: Path, value: str, bound: str) -> None:
    (line,) = problems_of(tmp_path, f"name: a\nlimits:\n  max_speed: {value}\n")
    assert line.startswith("site.yaml:3: limits.max_speed: ")
    assert line.endswith(f"must be {bound}") or ".inf" in value
