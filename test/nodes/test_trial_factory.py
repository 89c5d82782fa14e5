"""The relay's kit: a folder for each goal, a verdict whatever happens, and what a dead recorder left undone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from recorded_frames import NAMED

from robot_trials.config import load_trial_setup
from robot_trials.config.goal import GoalFacts
from robot_trials.nodes.trial.factory import TrialFactory
from robot_trials.review import write_report
from robot_trials.robots import load_profile
from robot_trials.runtime.processes.exits import note_exit
from robot_trials.telemetry import TrialRecorder, make_identity, read_bag
from robot_trials.telemetry.bag.repair import repair_bag
from robot_trials.trials.judging.outcome import TrialOutcome, overrule_verdict
from robot_trials.trials.judging.run_marker import alone_in
from robot_trials_control.records import control_sample_dtype


@pytest.fixture
def kit(tmp_path: Path) -> TrialFactory:
    setup = replace(load_trial_setup("torch_relay"), output=tmp_path)
    names = load_profile(setup.robot_file).joint_names
    return TrialFactory(setup, SimpleNamespace(info=SimpleNamespace(joint_names=names)))  # type: ignore[arg-type]


def read_verdict(path: Path) -> dict[str, object]:
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_trial_that_could_not_be_made_has_a_verdict(kit: TrialFactory, tmp_path: Path) -> None:
    kit.begin(kit._setup, tmp_path / "goal_2")
    outcome = kit.conclude(None, None, "ValueError: no such profile", 0.1)
    verdict = read_verdict(tmp_path / "goal_2" / "verdict.json")
    assert outcome.verdict_file == tmp_path / "goal_2" / "verdict.json"
    assert verdict["reason"] == "ValueError: no such profile" and verdict["ended"] == "unknown"
    assert len(verdict["criteria"]) == 12 and outcome.bag == tmp_path / "goal_2" / "bag"


def test_nothing_takes_the_place_of_a_verdict(
    kit: TrialFactory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kit.begin(kit._setup, tmp_path)
    for reason in ("first", "second", "third"):
        outcome = kit.conclude(None, None, reason, 0.1)
    assert outcome.verdict_file == tmp_path / "verdict-3.json"
    names = ("verdict.json", "verdict-2.json", "verdict-3.json")
    assert [read_verdict(tmp_path / name)["reason"] for name in names] == ["first", "second", "third"]
    assert f"{tmp_path} has a verdict already: this one is verdict-3.json" in capsys.readouterr().err


def test_a_verdict_that_is_overruled_is_kept(tmp_path: Path) -> None:
    for passed, reason in ((True, ""), (False, "the recording broke off")):
        overrule_verdict(tmp_path, TrialOutcome(passed, reason, "standing"))
    assert read_verdict(tmp_path / "verdict.json")["reason"] == "the recording broke off"
    assert read_verdict(tmp_path / "verdict-2.json")["passed"] is True


def test_who_died_during_the_trial_is_named_and_told(kit: TrialFactory, tmp_path: Path) -> None:
    kit.begin(kit._setup, tmp_path)
    note_exit(tmp_path, "control_process", -9)
    outcome = kit.conclude(None, None, "control process 4711 died", 1.0)
    assert outcome.reason == "control_process was killed by SIGKILL"
    assert [(event.source, event.text) for event in outcome.events] == [("process", outcome.reason)]


def test_what_a_dead_recorder_left_is_mended(kit: TrialFactory, tmp_path: Path) -> None:
    setup = kit._setup
    kit.begin(kit._setup, tmp_path)
    with alone_in(tmp_path) as alone:
        assert not alone
    recorder = TrialRecorder(
        tmp_path / "bag", make_identity(setup, "ros"), load_profile(setup.robot_file).joint_names, **NAMED
    )
    samples = np.zeros(400, dtype=control_sample_dtype(28))
    samples["state"]["time_ns"] = np.arange(400) * 2_000_000
    recorder.write_samples(samples)
    kit.conclude(None, None, "aborted", 0.1)
    kit.release()
    assert len(read_bag(tmp_path / "bag").times("/odom")) == 400
    assert (tmp_path / "report.html").is_file() and read_verdict(tmp_path / "verdict.json")["reason"] == "aborted"


def test_bag_and_verdict_say_for_whom_it_ran_and_what_was_declared(kit: TrialFactory, tmp_path: Path) -> None:
    goal = GoalFacts("0123abcd", "relay_1_20251102T0900", {"control_process": "a" * 64, "stop_node": "a" * 64})
    setup = replace(kit._setup, goal=goal)
    kit.begin(setup, tmp_path)
    joints = load_profile(setup.robot_file).joint_names
    TrialRecorder(tmp_path / "bag", make_identity(setup, "ros"), joints, **NAMED).close()
    kit.conclude(None, None, "aborted", 0.1)
    expected = {
        "permit": "SZ-RELAY-2025-001",
        "permit_sha256": hashlib.sha256(setup.permit_file.read_bytes()).hexdigest(),
        "goal_id": "0123abcd",
        "booking": "relay_1_20251102T0900",
        "declared_speed": "0.8 m/s",
        "declared_load": "1.6 ± 0.4 kg, right hand",
        "longest_time": "1060 s",
        "configuration_hash": setup.configuration_hash,
        "configuration_hash:control_process": "a" * 64,
        "configuration_hash:stop_node": "a" * 64,
    }
    told = read_verdict(tmp_path / "verdict.json")["identity"]
    for found in (told, read_bag(tmp_path / "bag").custom_data):
        assert expected.items() <= found.items()  # type: ignore[union-attr]
    write_report(tmp_path / "bag")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(text in page for text in expected.values())


def test_a_bag_that_was_begun_before_its_goal_is_told(kit: TrialFactory, tmp_path: Path) -> None:
    joints = load_profile(kit._setup.robot_file).joint_names
    recorder = TrialRecorder(tmp_path / "bag", make_identity(kit._setup, "ros"), joints, **NAMED)
    samples = np.zeros(100, dtype=control_sample_dtype(len(joints)))
    samples["state"]["time_ns"] = np.arange(100) * 2_000_000
    recorder.write_samples(samples)
    recorder.add_identity(GoalFacts("0123abcd", "relay_1").to_metadata())
    recorder.write_samples(samples)
    recorder.close()
    bag = read_bag(tmp_path / "bag")
    assert bag.custom_data["booking"] == "relay_1" and bag.custom_data["permit"] == "SZ-RELAY-2025-001"
    assert len(bag.times("/odom")) == 200
    (tmp_path / "bag" / "metadata.yaml").unlink()
    repair_bag(tmp_path / "bag")
    assert read_bag(tmp_path / "bag").custom_data["goal_id"] == "0123abcd"
