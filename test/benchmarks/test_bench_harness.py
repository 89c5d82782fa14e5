"""Figures, their lines, their JSON, and the exit code."""

from __future__ import annotations

import json
import types
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks.harness import BenchmarkError, Figure, at_least, at_most, printed, report


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (at_most("a", 5.0, "N", 5.0), True),
        (at_most("a", 5.1, "N", 5.0), False),
        (at_least("a", 0.69, "m/s", 0.7), False),
        (at_least("a", 20, "1", 20), True),
        (at_most("a", float("nan"), "m", 1.0), False),
        (at_least("a", float("nan"), "m", 1.0), False),
        (at_most("a", float("inf"), "m", 1.0), False),
        (printed("a", 1e9, "m"), True),
    ],
)
def test_targets(figure: Figure, met: bool) -> None:
    assert figure.is_met is met


def test_line_has_name_value_unit_target_word() -> None:
    assert at_most("step_p50", 312.4, "us", 250).line().split() == ["step_p50", "312.4", "us", "<=250", "short"]
    assert at_least("speed", 0.75, "m/s", 0.7).line().split() == ["speed", "0.75", "m/s", ">=0.7", "met"]
    assert printed("drift", 1.2, "m").line().split() == ["drift", "1.2", "m", "-", "-"]


def test_report_writes_the_same_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = [at_most("a", 1.0, "m", 2.0), at_least("b", float("nan"), "m", 2.0), printed("c", 3.0, "s")]
    assert report("x", figures, tmp_path / "x.json") is False
    lines = capsys.readouterr().out.splitlines()
    content = json.loads((tmp_path / "x.json").read_text())
    assert len(lines) == 3 and content["met"] is False
    assert [(f["name"], f["value"], f["met"]) for f in content["figures"]] == [
        ("a", 1.0, True),
        ("b", None, False),
        ("c", 3.0, None),
    ]


def stand_in(value: float) -> types.ModuleType:
    """A benchmark with one figure."""
    module = types.ModuleType("stand_in", "A stand-in.")
    module.add_options = lambda parser: parser.add_argument("--seeds", type=int)  # type: ignore[attr-defined]
    module.run = lambda options: [at_least("value", value, "1", options.seeds)]  # type: ignore[attr-defined]
    return module


@pytest.mark.parametrize(("value", "code"), [(3.0, 0), (2.0, 1)])
def test_exit_code_tells_whether_all_are_met(monkeypatch: pytest.MonkeyPatch, value: float, code: int) -> None:
    monkeypatch.setattr(command, "_load", lambda name: stand_in(value))
    assert command.main(["relay", "--seeds", "3"]) == code


def test_a_benchmark_that_cannot_run_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_off(options: object) -> list[Figure]:
        raise BenchmarkError("no relay passed")

    module = stand_in(1.0)
    module.run = break_off  # type: ignore[attr-defined]
    monkeypatch.setattr(command, "_load", lambda name: module)
    assert command.main(["relay"]) == 1
    assert capsys.readouterr().err == "relay: no relay passed\n"


@pytest.mark.relay  # some of the benchmarks run one
def test_unknown_benchmark_is_bad_input() -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["no_such"])
    assert ended.value.code == 2


@pytest.mark.relay  # some of the benchmarks run one
def test_without_a_name_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line]
    assert set(command.BENCHMARKS) <= set(listed)
