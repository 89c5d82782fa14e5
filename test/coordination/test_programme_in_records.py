"""A programme in the records: planned, booked, checked at its start, planned anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from robot_trials.config.files.search import FOLDER_VARIABLE
from robot_trials.config.programme import Programme, load_programme
from robot_trials.coordination.programme.checks import make_checks
from robot_trials.coordination.programme.plan import (
    PlannedSpan,
    ProgrammeReplan,
    book_plan,
    plan_span,
    read_circumstances,
)
from robot_trials.coordination.replanning import describe_situation
from robot_trials.coordination.states import change_state
from robot_trials.records import BookingState, Records
from robot_trials.records.bookings import find_booking, list_bookings
from robot_trials.records.gates import confirm_checklist, report_gate
from robot_trials.records.models import Booking
from robot_trials.records.permits import act_on_permit
from robot_trials.records.robots import find_robot, set_service

pytestmark = pytest.mark.relay

SHIPPED = Path(__file__).resolve().parents[2] / "config"
RELAY = "relay_1_20251102T0900"
PERMIT = "SZ-DEMO-2025-001"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the configuration that a test may change."""
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "config"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture
def programme(config: Path) -> Programme:
    return load_programme("shenzhen_demo")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path}/records.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def booked(programme: Programme, records: Records) -> float:
    """The first day, planned and booked; the moment at which it begins."""
    start = datetime(2025, 11, 2, tzinfo=programme.timezone)
    with records.write() as session:
        book_plan(session, programme, plan_day(programme, start), "Lin Hai", start.timestamp())
    return start.timestamp()


def plan_day(programme: Programme, start: datetime) -> PlannedSpan:
    return plan_span(programme, start, start + timedelta(days=1), time_limit=5.0)


def get_ready(records: Records, now: float) -> None:
    """Everything that people and instruments have to say before the relay."""
    with records.write() as session:
        act_on_permit(session, PERMIT, "approve", "Chen Yue", "seen at the rehearsal", now)
        find_robot(session, "kuavo_1").battery = 0.9
        confirm_checklist(session, RELAY, "chen", "all four points", now)
    report_all(records, now)


def report_all(records: Records, now: float) -> None:
    """What the instruments measure on a fair day."""
    with records.write() as session:
        for kind, value in (("wind_speed", 3.0), ("rain", 0.0), ("temperature", 21.0), ("crowd_relay_lane_1", 0.2)):
            report_gate(session, "shenzhen_demo", kind, value, now, "weather mast")


def failing(programme: Programme, records: Records, now: float | None = None) -> list[str]:
    with records.read() as session:
        booking = find_booking(session, RELAY)
        moment = booking.planned_start if now is None else now
        return [str(clause) for check in make_checks(programme) for clause in check(session, booking, moment)]


def test_a_plan_is_booked_once(programme: Programme, records: Records, booked: float) -> None:
    with records.write() as session:
        assert [booking.name for booking in list_bookings(session)] == [
            "relay_1_20251102T0900",
            "relay_2_20251102T0900",
            "relay_3_20251102T0900",
            "old_town_round_20251102T1030",
        ]
        relay = find_booking(session, RELAY)
        assert (relay.trial, relay.robot, relay.zones, relay.permit) == (
            "torch_relay",
            "kuavo_1",
            ["relay_lane_1"],
            PERMIT,
        )
        assert relay.planned_start == booked + 9 * 3600.0 and relay.latest_start == booked + 9 * 3600.0 + 1200.0
        again = plan_span(
            programme,
            datetime.fromtimestamp(booked, programme.timezone),
            datetime.fromtimestamp(booked + 86400.0, programme.timezone),
            list_bookings(session),
            read_circumstances(session, programme),
        )
        assert book_plan(session, programme, again, "Lin Hai", booked) == []


def test_every_clause_is_named(programme: Programme, records: Records, booked: float) -> None:
    assert failing(programme, records) == [
        f"permit: {PERMIT}: is pending: must be approved",
        "battery: kuavo_1: charge unknown: must be ≥ 0.346",
        "weather: wind_speed: no reading",
        "weather: rain: no reading",
        "weather: temperature: no reading",
        "crowd: crowd_relay_lane_1: no reading",
        "checklist: must be confirmed by the marshals",
    ]
    start = booked + 9 * 3600.0
    get_ready(records, start)
    assert failing(programme, records) == []


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("wind_speed", 9.0, "weather: wind_speed 9 m/s: must be ≤ 8"),
        ("temperature", -3.0, "weather: temperature -3 °C: must be ≥ 0"),
        ("crowd_relay_lane_1", 1.0, "crowd: crowd_relay_lane_1 1 1/m²: must be ≤ 0.8"),
    ],
)
def test_a_reading_out_of_bounds_holds(
    programme: Programme, records: Records, booked: float, kind: str, value: float, expected: str
) -> None:
    start = booked + 9 * 3600.0
    get_ready(records, start)
    with records.write() as session:
        report_gate(session, "shenzhen_demo", kind, value, start, "mast")
    assert failing(programme, records) == [expected]


def test_a_low_battery_holds(programme: Programme, records: Records, booked: float) -> None:
    get_ready(records, booked + 9 * 3600.0)
    with records.write() as session:
        find_robot(session, "kuavo_1").battery = 0.32
    assert failing(programme, records) == ["battery: kuavo_1: charge 0.32: must be ≥ 0.346"]


def test_outside_of_window_and_permit(programme: Programme, records: Records, booked: float) -> None:
    early = booked + 5 * 3600.0
    get_ready(records, early)
    told = failing(programme, records, early)
    assert "window: relay_lane_1 is not open until the trial's end" in told
    bound = "2025-11-02T06:00:00+08:00: must be ≤ 2025-11-02T05:00:00+08:00, the trial's start"
    assert f"permit: {PERMIT}: window.start: {bound}" in told


def test_a_late_start_must_end_before_the_zone_closes_and_the_permit_ends(
    programme: Programme, records: Records, booked: float
) -> None:
    """The time that the trial takes counts from now on, not from when it was planned."""
    with records.read() as session:
        relay = find_booking(session, RELAY)
        duration = relay.planned_end - relay.planned_start
    get_ready(records, booked)
    closing = booked + 18 * 3600.0
    for moment, told in ((closing - duration, []), (closing - duration + 60.0, ["window"])):
        report_all(records, moment)
        assert [clause.partition(":")[0] for clause in failing(programme, records, moment)] == told
    last = booked + (7 * 24 + 2) * 3600.0 - duration + 60.0  # where the permit's window ends
    assert any(clause.startswith(f"permit: {PERMIT}: window.end") for clause in failing(programme, records, last))


def test_a_permit_changed_since_is_not_the_approved_one(
    config: Path, programme: Programme, records: Records, booked: float
) -> None:
    get_ready(records, booked + 9 * 3600.0)
    file = config / "permits" / "shenzhen_demo_relay.yaml"
    file.write_text(file.read_text().replace("load: 2.5", "load: 9.5"))
    (told,) = failing(load_programme("shenzhen_demo"), records)
    assert told.startswith(f"permit: {PERMIT}: {file} has changed since it was recorded")


def test_other_software_than_approved(config: Path, records: Records) -> None:
    file = config / "permits" / "shenzhen_demo_relay.yaml"
    file.write_text(f"{file.read_text()}configuration_hash: {'a' * 64}\n")
    programme = load_programme("shenzhen_demo")
    start = datetime(2025, 11, 2, tzinfo=programme.timezone)
    with records.write() as session:
        book_plan(session, programme, plan_day(programme, start), "Lin Hai", start.timestamp())
    get_ready(records, start.timestamp() + 9 * 3600.0)
    (told,) = failing(programme, records)
    assert (
        told.startswith("preflight: ") and "configuration_hash: " in told and told.endswith("of what is about to run")
    )


def test_a_trial_without_software_is_refused_at_its_start(
    programme: Programme, records: Records, booked: float
) -> None:
    with records.read() as session:
        patrol = find_booking(session, "old_town_round_20251102T1030")
        told = [
            str(clause) for check in make_checks(programme) for clause in check(session, patrol, patrol.planned_start)
        ]
    assert "trial: nothing here can start a patrol" in told


def test_planned_anew_without_a_robot(programme: Programme, records: Records, booked: float) -> None:
    with records.write() as session:
        set_service(session, "kuavo_1", False, "Lin Hai", "left knee", booked)
        situation = describe_situation(session, booked, "kuavo_1 is out of service")
    plan = ProgrammeReplan(programme, records.read)(situation)
    assert plan.left_out[RELAY] == "availability: kuavo_1 is out of service: left knee"
    moved = {placement.booking: placement.robot for placement in plan.placements}
    assert moved["old_town_round_20251102T1030"] != "kuavo_1"


def test_what_runs_keeps_its_place_in_a_new_plan(programme: Programme, records: Records, booked: float) -> None:
    start = booked + 9 * 3600.0
    with records.write() as session:
        relay = find_booking(session, RELAY)
        for state in (BookingState.DUE, BookingState.STARTING, BookingState.RUNNING):
            change_state(session, relay, state, "test", start)
        set_service(session, "kuavo_2", False, "Lin Hai", "camera", start)
        situation = describe_situation(session, start + 120.0, "kuavo_2 is out of service")
    plan = ProgrammeReplan(programme, records.read)(situation)
    assert RELAY not in {placement.booking for placement in plan.placements} | set(plan.left_out)
    assert "relay_3_20251102T0900" in {placement.booking for placement in plan.placements}


def test_durations_are_learned(programme: Programme, records: Records, booked: float) -> None:
    with records.write() as session:
        relay = session.get_one(Booking, RELAY)
        steps = (BookingState.DUE, BookingState.STARTING, BookingState.RUNNING, BookingState.PASSED)
        for second, state in enumerate(steps):
            change_state(session, relay, state, "test", booked + 100.0 * second)
        assert read_circumstances(session, programme).durations == {"relay_1": [100.0]}
