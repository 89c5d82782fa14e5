"""What a trial prints on the command line."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from greeting import load_greeting
from rich.console import Console

from robot_trials.cli import run as run_module
from robot_trials.cli.progress import ProgressDisplay
from robot_trials.exceptions import ConfigError, TrialFault
from robot_trials.kinds.contract import Quantity
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import Trigger
from robot_trials.trials.judging.outcome import TrialOutcome
from robot_trials.trials.judging.stops import RungSpan, Stop, TriggerTime


@dataclass
class Report:
    phase: str
    share: float
    figures: dict[str, Quantity]
    time: float


@dataclass
class Criterion:
    name: str
    label: str
    value: float
    unit: str
    bound: float
    comparison: str
    passed: bool


@dataclass
class Outcome:
    passed: bool
    reason: str
    criteria: list[Criterion]
    bag: Path | None = None
    verdict_file: Path | None = None


TILT = Criterion("torch_tilt_max", "torch tilt, largest", 11.5, "deg", 10.0, "<=", False)
SPEED = Criterion("mean_speed", "mean speed", float("nan"), "m/s", 0.7, ">=", False)


def test_plain_progress_has_a_line_a_phase_and_one_every_tenth_of_the_way() -> None:
    stream = io.StringIO()
    with ProgressDisplay(Console(file=stream, width=100)) as display:
        for step in range(301):
            figures = {"distance": Quantity(step / 10, "m"), "tilt": Quantity(float("nan"), "rad")}
            display(Report("carry" if step < 255 else "hand_over", step / 300, figures, step / 8))
    lines = [line.split() for line in stream.getvalue().splitlines()]
    assert [(line[2], line[3]) for line in lines] == [
        *(("carry", str(share)) for share in range(0, 90, 10)),
        ("hand_over", "85"),
        ("hand_over", "90"),
        ("hand_over", "100"),
    ]
    assert lines[1][5:] == ["distance", "3.00", "m"], "what is not known is left out"


def test_quiet_prints_no_progress() -> None:
    stream = io.StringIO()
    with ProgressDisplay(Console(file=stream), quiet=True) as display:
        display(Report("carry", 0.4, {}, 1.0))
    assert stream.getvalue() == ""


def test_outcome_names_each_criterion_with_number_and_bound() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=120, highlight=False)
    run_module.print_outcome(console, Outcome(False, "torch tilted", [TILT, SPEED]), 63.0)
    lines = stream.getvalue().splitlines()
    assert lines[0].split() == ["short", "torch", "tilt,", "largest", "11.500", "deg", "<=", "10"]
    assert lines[1].split()[-5:] == ["speed", "-", "m/s", ">=", "0.7"]
    assert lines[2] == "FAIL: torch tilted (63 s)"


@pytest.mark.parametrize("passed", [True, False])
def test_run_prints_the_verdict_and_the_paths_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, passed: bool
) -> None:
    outcome = Outcome(passed, "", [], tmp_path / "bag", tmp_path / "verdict.json")
    monkeypatch.setattr(run_module, "write_report_of", lambda outcome: tmp_path / "report.html")
    setup = load_greeting(output=tmp_path / "out")
    assert run_module.run_trial(setup, lambda setup, display: outcome, record=True, quiet=True) is passed
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("PASS" if passed else "FAIL")
    assert [line.split() for line in lines[1:]] == [
        ["bag", str(tmp_path / "bag")],
        ["verdict", str(tmp_path / "verdict.json")],
        ["report", str(tmp_path / "report.html")],
    ]


def test_a_new_folder_is_chosen_for_every_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    setup = load_greeting()
    first = run_module.choose_output(setup)
    assert first.output == tmp_path / "output" / setup.trial_id
    assert first.output.is_dir()
    assert first.arguments["output"] == str(first.output)
    assert run_module.choose_output(setup).output == tmp_path / "output" / f"{setup.trial_id}-2"


def test_a_named_folder_must_be_empty(tmp_path: Path) -> None:
    setup = load_greeting(output=tmp_path / "mine")
    assert run_module.choose_output(setup).output == tmp_path / "mine"
    (tmp_path / "mine" / "bag").mkdir()
    with pytest.raises(ConfigError, match="command line: --output: .*mine: must be empty"):
        run_module.choose_output(setup)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    setup = load_greeting(output=tmp_path / "file" / "out")
    with pytest.raises(ConfigError, match="--output: .*out: cannot be written: Not a directory"):
        run_module.choose_output(setup)


def test_a_host_that_gives_no_outcome_leaves_a_verdict_and_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_off(setup: object, display: object) -> Outcome:
        raise TrialFault("the graph cannot be started: no such file\nlast words")

    setup = load_greeting(output=tmp_path / "out")
    assert run_module.run_trial(setup, break_off, record=True, quiet=True) is False
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text())
    assert verdict["reason"] == "the graph cannot be started: no such file" and verdict["afterwards"] is True
    assert (tmp_path / "out" / "report.html").is_file()
    printed = capsys.readouterr()
    assert "FAIL: the graph cannot be started" in printed.out and "last words" in printed.err


def test_without_a_recording_a_broken_host_is_an_error(tmp_path: Path) -> None:
    def break_off(setup: object, display: object) -> Outcome:
        raise TrialFault("nothing runs")

    with pytest.raises(TrialFault, match="nothing runs"):
        run_module.run_trial(load_greeting(), break_off, record=False, quiet=True)


def test_stops_are_printed_with_the_criteria() -> None:
    stop = Stop(
        2_000_000_000,
        None,
        (TriggerTime(Trigger.E_STOP, 2_000_000_000),),
        (RungSpan(Rung.PROTECTIVE, 2_000_000_000, 4_000_000_000),),
        stopping_time=1.25,
        stopping_distance=0.5,
    )
    stream = io.StringIO()
    outcome = TrialOutcome(False, "stopped: emergency stop", "standing", stops=(stop,))
    run_module.print_outcome(Console(file=stream, width=160, highlight=False), outcome, 3.0)
    assert stream.getvalue().splitlines()[0].split(maxsplit=1) == [
        "stop",
        "emergency stop: PROTECTIVE 2.00–4.00 s; stood still after 1.25 s and 0.50 m",
    ]
