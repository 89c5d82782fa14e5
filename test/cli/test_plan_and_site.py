"""`robot-trials plan` and `site`: what they print, write and book, and what they refuse."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from icalendar import Calendar

from robot_trials.cli import site
from robot_trials.cli.site import load_site
from robot_trials.config.files.search import FOLDER_VARIABLE
from robot_trials.exceptions import ConfigError, TrialFault

ROOT = Path(__file__).resolve().parents[2]


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "robot_trials.cli", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.relay
def test_plan_prints_a_timetable_and_writes_picture_and_calendar(tmp_path: Path) -> None:
    wanted = ("--days", "2", "--html", "plan.html", "--ics", "plan.ics")
    result = call(tmp_path, "plan", "shenzhen_demo", *wanted)
    assert result.returncode == 0, result.stderr
    assert "Sun 2025-11-02 (Asia/Shanghai)" in result.stdout
    assert "8 of 8 trials planned, optimal" in result.stdout
    events = Calendar.from_ical((tmp_path / "plan.ics").read_bytes()).walk("VEVENT")
    assert len(events) == 8 and {str(event["SUMMARY"]) for event in events} >= {"Torch relay, lane 1"}
    assert "Relay lane 1" in (tmp_path / "plan.html").read_text()
    assert not (tmp_path / "output").exists()  # nothing was booked


@pytest.mark.relay
def test_plan_is_booked_once_and_by_somebody(tmp_path: Path) -> None:
    booked = ("plan", "shenzhen_demo", "--days", "1", "--book", "--records", "sqlite:///records.sqlite")
    nameless = call(tmp_path, *booked)
    assert (nameless.returncode, nameless.stderr.strip()) == (2, "command line: --who: must say who books the plan")
    assert "4 bookings are new" in call(tmp_path, *booked, "--who", "Lin Hai").stdout
    assert "0 bookings are new" in call(tmp_path, *booked, "--who", "Lin Hai").stdout
    status = call(tmp_path, "status", "--records", "sqlite:///records.sqlite").stdout
    assert "planned relay_1_20251102T0900" in status and "robot kuavo_3: in service" in status


@pytest.mark.relay
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("atlantis",), "programmes: atlantis: no such programme; there are shenzhen_demo"),
        (("shenzhen_demo", "--from", "sunday"), "--from: sunday: must be a date such as 2025-11-02"),
    ],
)
def test_plan_refuses_bad_input(tmp_path: Path, arguments: tuple[str, ...], expected: str) -> None:
    result = call(tmp_path, "plan", *arguments)
    assert result.returncode == 2 and expected in result.stderr


@pytest.mark.relay
def test_site_needs_robots_that_the_programme_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(ROOT / "config", tmp_path / "config"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    programme, fleet = load_site("shenzhen_demo")
    assert [member.name for member in fleet.members] == list(programme.fleet.value.robots)
    file = folder / "fleets" / "shenzhen_demo.yaml"
    file.write_text(file.read_text().replace("name: kuavo_3", "name: kuavo_4"))
    with pytest.raises(
        ConfigError, match=r"robots.yaml:\d+: robots: kuavo_4: must be there: .*shenzhen_demo.yaml has them"
    ):
        load_site("shenzhen_demo")


class _DeadCoordinators:
    """A host whose coordinators die at once."""

    interrupted = False

    def __init__(self) -> None:
        self.trials_run = True
        self.starts = 0

    def start_node(self, name: str, parameters: object) -> SimpleNamespace:
        self.starts += 1
        return SimpleNamespace(has_ended=True, failure="coordinator_node ended with exit code 1")


def test_coordinator_that_keeps_dying_ends_no_trial_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, told = [0.0], []
    monkeypatch.setattr(site.time, "monotonic", lambda: clock[0])
    host = _DeadCoordinators()
    coordinator = site._Coordinator(host, {}, told.append)
    for _ in range(2000):
        clock[0] += 0.5
        coordinator.look()
    assert host.starts > site.RESTARTS
    assert set(told) == {"the coordinator has ended and is started again"}
    host.trials_run = False
    with pytest.raises(TrialFault, match="coordinator_node ended with exit code 1"):
        coordinator.look()
