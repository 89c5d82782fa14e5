"""Windows mean the clock on the wall: through midnight, and on the days on which clocks change."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from robot_trials.config.calendar import HoursSpec, list_starts, localise, read_time_of_day
from robot_trials.config.programme import LocalWindows

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def windows(
    zone: ZoneInfo, first_day: str, opens: str, closes: str, rule: str | None, days: int
) -> list[tuple[Any, Any]]:
    spec = {"first_day": datetime.fromisoformat(first_day).date(), "from": opens, "to": closes, "rule": rule}
    start = datetime.fromisoformat(first_day).replace(tzinfo=zone)
    return list(LocalWindows.model_validate(spec).occurrences(zone, start, start + timedelta(days=days)))


def test_same_wall_clock_on_both_sides_of_a_change() -> None:
    found = windows(BERLIN, "2026-10-24", "08:00", "18:00", "FREQ=DAILY", 3)
    assert [f"{start:%d %H:%M%z}" for start, _ in found] == ["24 08:00+0200", "25 08:00+0100", "26 08:00+0100"]
    assert all(end.timestamp() - start.timestamp() == 36_000 for start, end in found)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [(BERLIN, "2026-10-24", 9), (BERLIN, "2026-03-28", 7), (NEW_YORK, "2026-03-07", 7), (NEW_YORK, "2026-10-31", 9)],
)
def test_a_night_has_an_hour_more_or_less_when_clocks_change(zone: ZoneInfo, day: str, hours: int) -> None:
    ((start, end),) = windows(zone, day, "22:00", "06:00", None, 2)
    assert (end.timestamp() - start.timestamp()) / 3600 == hours
    assert end.date() - start.date() == timedelta(days=1)


def test_a_time_that_clocks_skip_is_the_hour_after() -> None:
    assert localise(datetime(2026, 3, 29, 2, 30), BERLIN).strftime("%H:%M%z") == "03:30+0200"


def test_a_time_that_comes_twice_is_the_first() -> None:
    assert localise(datetime(2026, 10, 25, 2, 30), BERLIN).strftime("%H:%M%z") == "02:30+0200"


def test_a_window_that_began_before_the_span_counts() -> None:
    spec = {"first_day": datetime(2026, 5, 1).date(), "from": "22:00", "to": "02:00", "rule": "FREQ=DAILY"}
    start = datetime(2026, 5, 5, 1, 0, tzinfo=BERLIN)
    found = list(LocalWindows.model_validate(spec).occurrences(BERLIN, start, start + timedelta(minutes=30)))
    assert [f"{each.start:%d %H:%M}" for each in found] == ["04 22:00"]


def test_full_day_from_midnight_to_midnight() -> None:
    ((start, end),) = windows(BERLIN, "2026-05-01", "00:00", "00:00", None, 3)
    assert end - start == timedelta(days=1)


def test_hours_of_weekdays() -> None:
    hours = HoursSpec.model_validate({"days": ["MO", "FR"], "from": "07:30", "to": "09:30"})
    start = datetime(2026, 10, 19, tzinfo=BERLIN)  # a Monday
    assert [f"{each.start:%a}" for each in hours.occurrences(BERLIN, start, start + timedelta(days=7))] == [
        "Mon",
        "Fri",
    ]


def test_recurrence_ends_at_its_count() -> None:
    first, start = datetime(2026, 10, 19, 9), datetime(2026, 10, 20, tzinfo=BERLIN)
    found = list(list_starts(first, "FREQ=DAILY;COUNT=3", BERLIN, start, start + timedelta(days=30)))
    assert [each.day for each in found] == [20, 21]


@pytest.mark.parametrize(("value", "expected"), [("08:30", time(8, 30)), (1080, time(18, 0)), ("00:05", time(0, 5))])
def test_times_of_day_as_yaml_gives_them(value: object, expected: time) -> None:
    assert read_time_of_day(value) == expected


@pytest.mark.parametrize("value", [8, True, "8", "24:30", 1440, 8.5, None])
def test_what_is_no_time_of_day(value: object) -> None:
    with pytest.raises(ValueError, match="must be a time of day"):
        read_time_of_day(value)
