"""Every example runs as its docstring says, and prints what it promises."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from recorded_frames import NAMED

from robot_trials.telemetry import TrialIdentity, TrialRecorder
from robot_trials_control.records import make_control_sample

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run_example(name: str, *arguments: str) -> str:
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_every_example_is_tested() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [path.name for path in EXAMPLES.glob("*.py") if f'"{path.name}"' not in source] == []


@pytest.mark.relay
@pytest.mark.simulation
def test_stand() -> None:
    assert "1000 ticks, 0 without a solution" in run_example("stand.py")


@pytest.mark.relay
def test_payload_in_the_model() -> None:
    printed = run_example("payload_in_the_model.py")
    masses = [float(word) for word in printed.splitlines()[0].split() if word[0].isdigit()]
    assert masses[1] - masses[0] == pytest.approx(1.6, abs=0.011)


def test_read_a_bag(tmp_path: Path) -> None:
    start = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    identity = TrialIdentity("torch_relay", "kuavo", "shenzhen_relay", 7, "in_process", start, "run-1", ())
    sample = make_control_sample(2)
    with TrialRecorder(tmp_path / "bag", identity, ("left", "right"), **NAMED) as recorder:
        for tick in range(250):
            sample.state.time_ns[...] = tick * 2_000_000
            sample.status.zmp_margin[...] = 0.05
            recorder.write_sample(sample)
    printed = run_example("read_a_bag.py", str(tmp_path / "bag"))
    assert "/joint_states" in printed
    assert "ZMP margin over 0.5 s: smallest 0.050 m, mean 0.050 m" in printed
