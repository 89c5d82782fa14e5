"""`robot-trials report`: which bag is read, and what is said when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_trials import review, telemetry
from robot_trials.cli.report import write_report_of_bag
from robot_trials.exceptions import ConfigError


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path]]:
    """What was asked of telemetry and review, in order."""
    asked: list[tuple[str, Path]] = []

    def write_report(bag: Path) -> Path:
        asked.append(("report", bag))
        return bag.parent / "report.html"

    monkeypatch.setattr(review, "write_report", write_report)
    monkeypatch.setattr(telemetry, "repair_bag", lambda bag: asked.append(("repair", bag)))
    return asked


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A run's folder with a bag in it."""
    (tmp_path / "run" / "bag").mkdir(parents=True)
    (tmp_path / "run" / "bag" / "bag_0.mcap").write_bytes(b"")
    return tmp_path / "run"


@pytest.mark.parametrize("below", ["", "bag"])
def test_bag_or_run_folder(calls: list[tuple[str, Path]], run_folder: Path, below: str) -> None:
    assert write_report_of_bag(run_folder / below, repair=False) == run_folder / "report.html"
    assert calls == [("report", run_folder / "bag")]


def test_repair_comes_first(calls: list[tuple[str, Path]], run_folder: Path) -> None:
    write_report_of_bag(run_folder, repair=True)
    assert calls == [("repair", run_folder / "bag"), ("report", run_folder / "bag")]


def test_no_bag_is_bad_input(calls: list[tuple[str, Path]], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no bag"):
        write_report_of_bag(tmp_path, repair=False)
    assert calls == []
