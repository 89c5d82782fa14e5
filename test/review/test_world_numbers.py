"""The report says what the simulated world was really like."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import relay_recording
from relay_recording import record_relay

from robot_trials.config import load_trial_setup
from robot_trials.review import write_report
from robot_trials.review.page.world_numbers import read_world
from robot_trials.telemetry import make_identity

pytestmark = pytest.mark.relay


def test_a_run_carries_what_its_seed_drew() -> None:
    fixed = ["world.torch_mass=2.4", "world.friction=0.8"]
    setup = load_trial_setup("torch_relay", length=5.0, seed=1, overrides=fixed)
    world = json.loads(make_identity(setup, "in_process").to_metadata()["world"])
    assert world["torch_mass"] == {"label": "Torch, true mass", "value": 2.4, "unit": "kg"}
    assert world["friction"]["value"] == 0.8 and world["friction"]["unit"] == ""
    assert world["unevenness"]["value"] == 0.003
    assert world["people.expected_mass"]["value"] == setup.trial.payload.mass
    assert world["grip_offset.giver.x"]["value"] == pytest.approx(-0.0355840387)
    assert make_identity(setup, "ros").to_metadata()["world"] == json.dumps(world, ensure_ascii=False)


def test_the_report_prints_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setup = load_trial_setup("torch_relay", length=5.0, overrides=["world.torch_mass=2.4"])
    made = relay_recording.make_identity
    drawn = make_identity(setup, "in_process").world
    monkeypatch.setattr(relay_recording, "make_identity", lambda *files: replace(made(*files), world=drawn))
    page = write_report(record_relay(tmp_path)).read_text(encoding="utf-8")
    section = page.split("Simulated world")[1].split("</section>")[0]
    assert "<td>Torch, true mass</td><td><code>2.4 kg</code></td>" in section
    assert "Sliding friction of the floor" in section
    identity = page.split('<section id="identity">')[1].split("</section>")[0]
    assert "torch_mass" not in identity


@pytest.mark.parametrize("text", ["", "no json", "[1, 2]", '{"friction": 0.4}', '{"friction": {}}', "null"])
def test_what_is_no_world_is_left_out(text: str) -> None:
    assert read_world({"world": text}) == []
