"""What is approved is what runs: what a permit caps is held against the trial's own file at check, plan and start."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from robot_trials.config import TrialSetup, load_trial_setup
from robot_trials.config.files.search import FOLDER_VARIABLE
from robot_trials.config.programme import Programme, load_programme
from robot_trials.config.programme.covered import check_requests
from robot_trials.coordination.clauses import Clause
from robot_trials.coordination.programme import trial_files
from robot_trials.coordination.programme.checks import make_checks
from robot_trials.coordination.programme.plan import PlannedSpan, book_plan, plan_span
from robot_trials.records import Records
from robot_trials.records.bookings import find_booking
from robot_trials.records.gates import report_gate
from robot_trials.records.models import Booking

pytestmark = pytest.mark.relay

SHIPPED = Path(__file__).resolve().parents[2] / "config"
RELAY = "relay_1_20251102T0900"
TRIAL, PERMIT = "trials/torch_relay.yaml", "permits/shenzhen_demo_relay.yaml"
PROGRAMME = "programmes/shenzhen_demo"
Spoil = Callable[[str, str, str], None]


class Excess(NamedTuple):
    """A change of a file after which a trial takes more than its permit says."""

    file: str
    old: str
    new: str
    expected: str
    permit: tuple[str, str] = (
        "^number:",
        "number:",
    )  # what the permit says instead of the shipped text, from the start


LONG = ("carry: {timeout: 300.0}", "carry: {timeout: 3600.0}")
EXCESSES = {
    "speed": Excess(TRIAL, "walking_speed: 0.8", "walking_speed: 1.2", "caps.speed: 1: must be ≥ 1.2, the trial's"),
    "load": Excess(TRIAL, "mass: 1.6", "mass: 2.4", "caps.load: 2.5: must be ≥ 2.8, the heaviest load"),
    "tolerance": Excess(TRIAL, "tolerance: 0.4", "tolerance: 1.0", "caps.load: 2.5: must be ≥ 2.6, the heaviest load"),
    "window": Excess(TRIAL, *LONG, "window.end: ", ("  end: .*", "  end: 2025-11-02T09:40:00+08:00")),
    "expiry": Excess(TRIAL, *LONG, "expires: ", ("expires: .*", "expires: 2025-11-02T09:40:00+08:00")),
    "area": Excess("sites/shenzhen_demo.yaml", r"\[106.0, -2.5\]", "[111.0, -2.5]", "polygon: 3600 m²: must cover"),
}
each_cap = pytest.mark.parametrize("excess", EXCESSES.values(), ids=EXCESSES)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "config"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture
def spoil(config: Path) -> Spoil:
    def replace(file: str, pattern: str, text: str) -> None:
        changed, count = re.subn(pattern, text, (config / file).read_text(), count=1, flags=re.MULTILINE)
        assert count == 1, f"{pattern} is not in {file}"
        (config / file).write_text(changed)

    return replace


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path}/records.sqlite")
    yield opened
    opened.close()


def plan_day(programme: Programme) -> PlannedSpan:
    start = datetime(2025, 11, 2, tzinfo=programme.timezone)
    return plan_span(programme, start, start + timedelta(days=1), time_limit=5.0)


def book_day(programme: Programme, records: Records) -> None:
    with records.write() as session:
        book_plan(session, programme, plan_day(programme), "Lin Hai", 0.0)


def find_clauses(programme: Programme, records: Records) -> list[Clause]:
    with records.read() as session:
        booking = find_booking(session, RELAY)
        return [each for check in make_checks(programme) for each in check(session, booking, booking.planned_start)]


def load_sent(booking: Booking) -> TrialSetup:
    """What a robot has when it is sent a booking's goal."""
    return load_trial_setup(booking.trial, site="shenzhen_demo", zone=booking.place, overrides=booking.overrides)


def problems_of(programme: Programme) -> list[str]:
    """What check says of the relay on lane 1."""
    return [str(each) for each in check_requests(programme)[1] if "trials.relay_1." in str(each)]


@each_cap
def test_check_refuses_it(spoil: Spoil, excess: Excess) -> None:
    spoil(PERMIT, *excess.permit)
    assert problems_of(load_programme("shenzhen_demo")) == []
    spoil(excess.file, excess.old, excess.new)
    named = problems_of(load_programme("shenzhen_demo"))
    assert named and all(re.search(r"trials\.yaml:\d+: ", each) for each in named)
    assert any(excess.expected in each for each in named)


@each_cap
def test_planning_refuses_it(spoil: Spoil, excess: Excess) -> None:
    spoil(PERMIT, *excess.permit)
    checked = load_programme("shenzhen_demo")
    assert RELAY not in plan_day(checked).plan.left_out
    spoil(excess.file, excess.old, excess.new)
    planned = plan_day(load_programme("shenzhen_demo") if excess.file != TRIAL else checked)
    refusal = planned.plan.left_out[RELAY]
    assert refusal.constraint == "permit"
    assert excess.expected in refusal.detail or "SZ-DEMO-2025-001 is not valid then for 73 min" in refusal.detail


@each_cap
def test_its_start_is_refused(spoil: Spoil, records: Records, excess: Excess) -> None:
    spoil(PERMIT, *excess.permit)
    planned = load_programme("shenzhen_demo")
    book_day(planned, records)
    assert [each for each in find_clauses(planned, records) if not each.may_pass] == []
    spoil(excess.file, excess.old, excess.new)
    now = load_programme("shenzhen_demo") if excess.file != TRIAL else planned
    final = [str(each) for each in find_clauses(now, records) if not each.may_pass]
    assert any(each.startswith("permit: ") and excess.expected in each for each in final)


@pytest.mark.parametrize("excess", [each for each in EXCESSES.values() if each.file == TRIAL])
def test_the_robot_refuses_it(spoil: Spoil, records: Records, excess: Excess) -> None:
    """What is sent, with what the goal carries, on files that change while it is on its way."""
    spoil(PERMIT, *excess.permit)
    book_day(load_programme("shenzhen_demo"), records)
    with records.read() as session:
        booking = find_booking(session, RELAY)
    load_sent(booking)
    spoil(excess.file, excess.old, excess.new)
    with pytest.raises(Exception, match=re.escape(excess.expected)):
        load_sent(booking)


def test_too_many_people_hold_a_start(records: Records, spoil: Spoil) -> None:
    spoil(PERMIT, "crowd: 0.8", "crowd: 0.6")
    programme = load_programme("shenzhen_demo")
    book_day(programme, records)
    with records.write() as session:
        at = find_booking(session, RELAY).planned_start
        report_gate(session, "shenzhen_demo", "crowd_relay_lane_1", 0.7, at, "camera")
    crowd = [each for each in find_clauses(programme, records) if each.name == "crowd"]
    number = "SZ-DEMO-2025-001"
    expected = f"crowd: crowd_relay_lane_1: {number}: caps.crowd: 0.6: must be ≥ 0.7, the people counted there [1/m²]"
    assert [str(each) for each in crowd] == [expected] and crowd[0].may_pass


def test_a_slower_request_keeps_a_slower_permit_and_walks_slower(spoil: Spoil, records: Records) -> None:
    spoil(PERMIT, "speed: 1.0", "speed: 0.5")
    assert any("caps.speed: 0.5: must be ≥ 0.8" in each for each in problems_of(load_programme("shenzhen_demo")))
    spoil(f"{PROGRAMME}/trials.yaml", "    noise: 65.0", "    noise: 65.0\n    walking_speed: 0.4")
    programme = load_programme("shenzhen_demo")
    assert problems_of(programme) == []
    book_day(programme, records)
    with records.read() as session:
        booking = find_booking(session, RELAY)
    assert booking.overrides == ['trial.permit="shenzhen_demo_relay"', "trial.walking_speed=0.4"]
    setup = load_sent(booking)
    assert setup.demands.speed == 0.4 and setup.permit.number == "SZ-DEMO-2025-001"
    assert [each for each in find_clauses(programme, records) if not each.may_pass] == []
    spoil(f"{PROGRAMME}/trials.yaml", "walking_speed: 0.4", "walking_speed: 0.5")
    (final,) = [each for each in find_clauses(load_programme("shenzhen_demo"), records) if not each.may_pass]
    assert final.name == "trial" and "trial.walking_speed=0.4, the programme asks for torch_relay" in final.detail


def test_a_plan_made_anew_changes_what_is_sent(spoil: Spoil, records: Records) -> None:
    book_day(load_programme("shenzhen_demo"), records)
    spoil(f"{PROGRAMME}/trials.yaml", "    noise: 65.0", "    noise: 65.0\n    walking_speed: 0.6")
    programme = load_programme("shenzhen_demo")
    book_day(programme, records)
    with records.read() as session:
        assert "trial.walking_speed=0.6" in find_booking(session, RELAY).overrides


def test_files_that_have_not_changed_are_not_read_again(
    spoil: Spoil, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme, read = load_programme("shenzhen_demo"), []
    book_day(programme, records)
    checks = make_checks(programme)
    original = trial_files.load_request
    monkeypatch.setattr(trial_files, "load_request", lambda *args: read.append(args) or original(*args))

    def look() -> list[str]:
        with records.read() as session:
            booking = find_booking(session, RELAY)
            found = [each for check in checks for each in check(session, booking, booking.planned_start)]
        return [str(each) for each in found if not each.may_pass]

    assert look() == []
    first = len(read)
    assert look() == [] and len(read) == first
    spoil(TRIAL, "walking_speed: 0.8", "walking_speed: 1.2")
    assert any("caps.speed" in each for each in look()) and len(read) > first
    spoil(TRIAL, "walking_speed: 1.2", "walking_speed: 0.8")
    assert look() == []


def test_a_site_that_has_changed_is_planned_anew(spoil: Spoil, records: Records) -> None:
    """Zones, caps and opening hours are looked up in what the coordinator has read."""
    programme = load_programme("shenzhen_demo")
    book_day(programme, records)
    spoil("sites/shenzhen_demo.yaml", "speed: 1.0, crowd: 0.8", "speed: 0.5, crowd: 0.8")
    final = [each for each in find_clauses(programme, records) if not each.may_pass]
    assert any(each.name == "site" and "has changed since the coordinator was started" in each.detail for each in final)
