"""YAML over nested dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from robot_trials.config import list_config, load_parameters
from robot_trials.exceptions import ConfigError
from robot_trials_control.config import ControllerConfig


@dataclass(frozen=True)
class Gait:
    height: float = field(default=0.8, metadata={"min": 0.5, "max": 1.0, "unit": "m"})
    steps: int = 4
    weights: tuple[float, float] = (1.0, 2.0)
    name: str = "walk"


@dataclass(frozen=True)
class Parameters:
    gait: Gait = field(default_factory=Gait)
    on: bool = True

    def __post_init__(self) -> None:
        if self.gait.steps < 1:
            raise ValueError(f"gait.steps {self.gait.steps} must be ≥ 1")


def fill(folder: Path, text: str) -> Parameters:
    (folder / "p.yaml").write_text(text)
    return load_parameters(folder / "p.yaml", Parameters)


def test_no_file_keeps_the_defaults() -> None:
    assert load_parameters(None, Parameters) == Parameters()


def test_values_go_on_top_and_the_rest_stays(tmp_path: Path) -> None:
    filled = fill(tmp_path, "gait: {height: 1, weights: [3, 4]}\n")
    assert filled == Parameters(Gait(height=1.0, weights=(3.0, 4.0)))
    assert isinstance(filled.gait.height, float) and isinstance(filled.gait.weights[0], float)


def test_every_problem_is_told(tmp_path: Path) -> None:
    text = "gait:\n  height: 1.5\n  stps: 3\n  weights: [1]\n  steps: 2.5\non: 1\nname: x\n"
    with pytest.raises(ConfigError) as caught:
        fill(tmp_path, text)
    assert [line.replace(f"{tmp_path}/", "") for line in str(caught.value).splitlines()] == [
        "p.yaml:2: gait.height: 1.5: must be ≤ 1 [m]",
        "p.yaml:3: gait.stps: unknown key; did you mean 'steps'?",
        "p.yaml:4: gait.weights: [1]: must be a list of 2",
        "p.yaml:5: gait.steps: 2.5: must be a whole number",
        "p.yaml:6: on: 1: must be true or false",
        "p.yaml:7: name: unknown key; known keys: gait, on",
    ]


def test_the_dataclass_has_the_last_word(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"p\.yaml:1: gait\.steps 0 must be ≥ 1"):
        fill(tmp_path, "gait: {steps: 0}\n")


@pytest.mark.parametrize("name", sorted(list_config("controllers")))
def test_shipped_controller_parameters_are_valid(name: str) -> None:
    load_parameters(list_config("controllers")[name], ControllerConfig)


def test_unknown_controller_key(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("walking:\n  com_heigth: 0.8\n")
    with pytest.raises(ConfigError, match="walking.com_heigth: unknown key; did you mean 'com_height'"):
        load_parameters(tmp_path / "c.yaml", ControllerConfig)
