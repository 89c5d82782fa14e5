"""A trial may tighten the criteria of its kind, never loosen them, whatever unit their keys end in."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_trials.config.criteria import tighten_criteria
from robot_trials.config.files.model import Loaded, StrictModel, load_model

BUILT_IN = {"bow_min_deg": 15.0, "raised_time_min": 3.0, "tilt_max_deg": 10.0}


class BowCriteria(StrictModel):
    bow_min_deg: float | None = None
    raised_time_min: float | None = None
    tilt_max_deg: float | None = None


class BowTrial(StrictModel):
    criteria: BowCriteria = BowCriteria()


def load(folder: Path, text: str) -> Loaded[BowTrial]:
    file = folder / "bow.yaml"
    file.write_text(f"criteria: {{{text}}}\n")
    return load_model(file, BowTrial)


@pytest.mark.parametrize("text", ["bow_min_deg: 20.0", "raised_time_min: 4.0", "tilt_max_deg: 5.0"])
def test_a_tighter_bound_is_taken(tmp_path: Path, text: str) -> None:
    key, value = text.split(": ")
    bounds, problems = tighten_criteria(BUILT_IN, load(tmp_path, text))
    assert problems == [] and bounds == {**BUILT_IN, key: float(value)}


@pytest.mark.parametrize("text", ["bow_min_deg: 10.0", "raised_time_min: 2.0", "tilt_max_deg: 20.0"])
def test_a_looser_bound_is_refused(tmp_path: Path, text: str) -> None:
    _, (problem,) = tighten_criteria(BUILT_IN, load(tmp_path, text))
    assert problem.key == f"criteria.{text.split(':')[0]}" and "never loosen" in problem.bound


@pytest.mark.parametrize("text", ["", "bow_min_deg: 20.0"])
def test_a_key_without_a_built_in_bound_is_named(tmp_path: Path, text: str) -> None:
    built_in = {name: bound for name, bound in BUILT_IN.items() if name != "bow_min_deg"}
    _, (problem,) = tighten_criteria(built_in, load(tmp_path, text))
    assert problem.key == "criteria.bow_min_deg" and "list_bounds" in problem.bound
