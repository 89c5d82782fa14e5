"""The whole relay in the simulator: 60 m by every criterion, and a short lane seen through rendered frames."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from robot_trials.config import load_trial_setup
from robot_trials.telemetry import read_bag
from robot_trials.trials.hosts.one_process import run_trial


@pytest.mark.simulation
def test_relay_of_60_m_meets_every_criterion() -> None:
    outcome = run_trial(load_trial_setup("torch_relay", length=60.0, seed=0))
    assert outcome.passed, (outcome.reason, [criterion for criterion in outcome.criteria if not criterion.passed])
    assert outcome.figures["distance"] >= 60.0
    assert outcome.ended == "standing"


@pytest.mark.simulation
def test_short_relay_with_rendered_frames(tmp_path: Path) -> None:
    setup = load_trial_setup("torch_relay", length=5.0, seed=3, camera="rendered", output=tmp_path / "run")
    phases: list[str] = []

    def note(progress) -> None:  # noqa: ANN001
        if not phases or phases[-1] != progress.phase:
            phases.append(progress.phase)

    outcome = run_trial(setup, note)
    failed = [criterion for criterion in outcome.criteria if not criterion.passed]
    assert [criterion.name for criterion in failed] in ([], ["mean_speed"]), (outcome.reason, failed)
    assert outcome.ended == "standing"
    assert phases[0] == "preflight" and phases[-1] == "done"
    assert "safe_end" not in [span.name for span in outcome.phases]
    assert outcome.bag is not None
    read_bag(outcome.bag)
    assert json.loads((tmp_path / "run" / "verdict.json").read_text())["ended"] == "standing"


@pytest.mark.simulation
def test_a_torch_heavier_than_announced_is_refused_before_the_first_step() -> None:
    outcome = run_trial(load_trial_setup("torch_relay", length=5.0, seed=0, overrides=("trial.world.torch_mass=2.4",)))
    assert not outcome.passed and outcome.ended == "standing"
    told = re.fullmatch(r"measured load (\S+) kg must be ≤ 2 kg: announced 1.6 ± 0.4 kg", outcome.reason)
    assert told and float(told.group(1)) == pytest.approx(2.4, abs=0.15), outcome.reason
    assert "carry" not in [span.name for span in outcome.phases]
    assert outcome.figures["load_true"] == pytest.approx(2.4, abs=0.02)
    assert outcome.figures["giver_force_max"] < 20.0


@pytest.mark.simulation
def test_a_left_handed_relay_meets_every_criterion() -> None:
    outcome = run_trial(load_trial_setup("torch_relay", length=5.0, seed=1, overrides=("trial.payload.hand=left",)))
    failed = [criterion.name for criterion in outcome.criteria if not criterion.passed]
    assert failed in ([], ["mean_speed"]), (outcome.reason, failed)
    assert outcome.ended == "standing" and outcome.figures["receiver_force_max"] > 0.0
