"""What a programme becomes before it is planned: occurrences, windows, durations, energies, and what is refused why."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from robot_trials.config.files.search import find_config, find_programme
from robot_trials.config.programme import Programme, load_programme
from robot_trials.exceptions import ConfigError
from robot_trials.schedule.problem.expand import Circumstances, expand, find_source
from robot_trials.schedule.problem.statement import Booking

pytestmark = pytest.mark.relay

Change = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A programme whose site lies beside it, where it is looked for without being named."""
    folder = Path(shutil.copytree(find_programme("shenzhen_demo"), tmp_path / "shenzhen_demo"))
    site = find_config("sites", "shenzhen_demo")
    shutil.copy(site, folder / "site.yaml")
    shutil.copy(site.parent / "shenzhen_park.geojson", folder)
    file = folder / "trials.yaml"
    file.write_text(file.read_text().replace("site: shenzhen_demo", "", 1))
    return folder


def change(folder: Path, file: str, old: str, new: str) -> Programme:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return load_programme(f"{folder}/")


def bookings_of(
    programme: Programme, first: str = "2025-11-02", days: int = 7, circumstances: Circumstances | None = None
) -> dict[str, Booking]:
    start = datetime.fromisoformat(first).replace(tzinfo=programme.timezone)
    problem, sources = expand(programme, start, start + timedelta(days=days), circumstances)
    assert list(sources) == [booking.name for booking in problem.bookings]
    return {booking.name: booking for booking in problem.bookings}


def clock_times(booking: Booking, programme: Programme, option: int = 0) -> list[str]:
    zone = programme.timezone
    return [
        f"{datetime.fromtimestamp(window.start, zone):%d %H:%M} {datetime.fromtimestamp(window.end, zone):%d %H:%M}"
        for window in booking.options[option].windows
    ]


def reasons(booking: Booking) -> list[tuple[str, str]]:
    return [(refusal.constraint, refusal.detail) for refusal in booking.refusals]


def test_demonstration_week() -> None:
    programme = load_programme("shenzhen_demo")
    found = bookings_of(programme)
    assert len(found) == 23
    relay = found["relay_1_20251102T0900"]
    (option,) = relay.options
    assert (option.robot, option.place) == ("kuavo_1", "relay_lane_1")
    expected = 90.0 + 103.5 / 0.7
    assert 1.2 * expected <= option.duration < 1.2 * expected + 60.0 and option.duration % 60 == 0
    assert option.energy == pytest.approx(350.0 * option.duration / 3600.0 + 0.12 * 103.5)
    assert clock_times(relay, programme) == ["02 09:00 02 09:25"]  # latest start plus duration, before latest finish
    assert relay.buffer_before == 300 and relay.buffer_after == 303  # and 2.4 m to leave at 0.8 m/s


def test_a_window_over_midnight() -> None:
    programme = load_programme("shenzhen_demo")
    assert clock_times(bookings_of(programme)["night_market_20251107T2330"], programme) == ["07 23:30 08 00:44"]


def test_rush_hour_is_left_out(folder: Path) -> None:
    programme = change(folder, "trials.yaml", "base: 3600.0", "base: 1200.0")
    booking = bookings_of(programme)["screening_20251103T0700"]
    assert clock_times(booking, programme) == ["03 07:00 03 07:30", "03 09:30 03 15:52"]


def test_slow_hours_refuse_a_fast_trial(folder: Path) -> None:
    programme = change(folder, "site.yaml", "{speed: 1.2, crowd: 0.3", "{speed: 1.0, crowd: 0.3")
    refused = bookings_of(programme)["morning_run_20251103T0630"]
    assert refused.options == ()
    assert ("window", "park has lower caps of speed or noise then for 10 min") in reasons(refused)


def test_a_closed_zone_refuses(folder: Path) -> None:
    programme = change(folder, "site.yaml", 'from: "06:00", to: "09:00"', 'from: "10:00", to: "11:00"')
    assert reasons(bookings_of(programme)["morning_run_20251103T0630"]) == [("window", "park is not open for 10 min")]


def test_a_heavy_load_refuses(folder: Path) -> None:
    programme = change(folder, "robots.yaml", "payload_max: 2.5", "payload_max: 1.9")
    ((constraint, detail),) = reasons(bookings_of(programme)["relay_1_20251102T0900"])
    assert constraint == "payload" and "2 kg with tolerance is more than the 1.9 kg of kuavo_1" in detail


def test_a_small_battery_refuses(folder: Path) -> None:
    programme = change(folder, "robots.yaml", "capacity: 900.0", "capacity: 50.0")
    assert reasons(bookings_of(programme)["relay_1_20251102T0900"]) == [
        ("battery", "42 Wh is more than the 35 Wh that kuavo_1 may use")
    ]


def test_an_absent_robot_refuses() -> None:
    booking = bookings_of(load_programme("shenzhen_demo"))["rehearsal_20251104T0930"]  # a Tuesday
    assert {option.robot for option in booking.options} == {"kuavo_1", "kuavo_2"}
    assert reasons(booking) == [("availability", "kuavo_3 is not there for 5 min")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("speed: 1.0", "speed: 0.5", ": caps.speed: 0.5: must be ≥ 0.8, the trial's walking speed [m/s]"),
        ("load: 2.5", "load: 1.5", ": caps.load: 1.5: must be ≥ 2, the heaviest load that the trial accepts [kg]"),
        ("robot: kuavo", "robot: g1", ": robot: g1: must be kuavo, the trial's robot"),
        (
            "site: shenzhen_demo",
            "site: park",
            ": site: park: must be shenzhen_demo, the trial's site",
        ),
        ("trials: [torch_relay]", "trials: [patrol]", ": trials: patrol: must include torch_relay"),
        ("approver: Chen Yue", "approver: Lin Hai", ": approver: Lin Hai: must be someone else than the operator"),
        (
            "[110.0, -5.0]",
            "[90.0, -5.0]",
            ": polygon: 3300 m²: must cover the trial's area of 560 m²: 63.33 m² of it are outside, up to 11.93 m at "
            "(106.00, -2.50)",
        ),
        ("2025-11-09T02:00:00", "2025-11-02T09:12:00", " is not valid then for 18 min"),
        ("expires: 2025-11-30", "expires: 2025-11-01", " is not valid then for 18 min"),
    ],
)
def test_a_permit_refuses(folder: Path, tmp_path: Path, old: str, new: str, expected: str) -> None:
    shipped = load_programme("shenzhen_demo").permits["shenzhen_demo_relay"].file.read_text()
    assert old in shipped
    (tmp_path / "relay.yaml").write_text(shipped.replace(old, new))
    programme = change(folder, "trials.yaml", "permit: shenzhen_demo_relay", f"permit: {tmp_path}/relay.yaml")
    booking = bookings_of(programme)["relay_1_20251102T0900"]
    assert booking.options == ()
    assert reasons(booking) == [("permit", f"SZ-DEMO-2025-001{expected}")]


def test_what_has_happened_since() -> None:
    programme = load_programme("shenzhen_demo")
    known = Circumstances(
        durations={"relay_1": [200.0, 210.0, 700.0, 230.0, 240.0], "relay_2": [900.0] * 4},
        refused_permits={"shenzhen_demo_screening": "SZ-DEMO-2025-004 was revoked by Chen Yue"},
        out_of_service={"kuavo_3": "left knee"},
        done=frozenset({"morning_run_20251103T0630"}),
    )
    found = bookings_of(programme, circumstances=known)
    assert found["relay_1_20251102T0900"].options[0].duration == 720  # 95th percentile of five, in whole minutes
    assert found["relay_2_20251102T0900"].options[0].duration == 300  # four are too few
    assert reasons(found["relay_3_20251102T0900"]) == [("availability", "kuavo_3 is out of service: left knee")]
    assert reasons(found["screening_20251103T0700"])[0] == ("permit", "SZ-DEMO-2025-004 was revoked by Chen Yue")
    assert "morning_run_20251103T0630" not in found


def test_nothing_starts_before_the_span() -> None:
    programme = load_programme("shenzhen_demo")
    start = datetime(2025, 11, 3, 14, 0, tzinfo=programme.timezone)
    problem, _ = expand(programme, start, start + timedelta(days=1))
    starts = [window.start for each in problem.bookings for option in each.options for window in option.windows]
    assert starts and min(starts) == start.timestamp()


def test_a_promised_trial_stays_in_the_problem_after_it_has_begun() -> None:
    programme = load_programme("shenzhen_demo")
    known = Circumstances(promised=frozenset({"relay_1_20251102T0900"}))
    found = bookings_of(programme, "2025-11-03", circumstances=known)
    assert found["relay_1_20251102T0900"].options == ()
    assert found["relay_1_20251102T0900"].buffer_after == 303


@pytest.mark.parametrize(
    ("day", "start", "finish"),
    [
        ("20251025T0130", "2025-10-25T01:30:00+02:00", "2025-10-25T03:00:00+02:00"),
        ("20251026T0130", "2025-10-26T01:30:00+02:00", "2025-10-26T03:00:00+01:00"),  # clocks go back at 3
        ("20260329T0145", "2026-03-29T01:45:00+01:00", "2026-03-29T03:15:00+02:00"),  # and forward at 2
    ],
)
def test_times_of_an_occurrence_are_on_the_clock_also_when_it_changes(
    folder: Path, day: str, start: str, finish: str
) -> None:
    """What ends an hour and a half later by the clock takes an hour more, or less, in the nights of the change."""
    programme = change(folder, "site.yaml", "timezone: Asia/Shanghai", "timezone: Europe/Berlin")
    source = find_source(programme, f"night_market_{day}")
    assert (source.earliest_start.isoformat(), source.latest_finish.isoformat()) == (start, finish)


def test_a_booking_leads_back_to_its_occurrence() -> None:
    programme = load_programme("shenzhen_demo")
    source = find_source(programme, "night_market_20251107T2330")
    assert (source.request, source.latest_finish.isoformat()) == ("night_market", "2025-11-08T01:00:00+08:00")
    with pytest.raises(ConfigError, match="must be an occurrence of relay_1, "):
        find_source(programme, "flight_20251107T2330")
