"""Local times stay right, and unmistakable, over midnight and changes of the clocks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from plans import HOUR, MINUTE, assign, make_booking, make_option, make_plan, make_problem
from rich.console import Console

from robot_trials.schedule.output.gantt import make_gantt_page
from robot_trials.schedule.output.local_time import localize_detail, tell_day, tell_time
from robot_trials.schedule.output.timetable import make_timetable
from robot_trials.schedule.problem.statement import Interval, Marshal, Problem
from robot_trials.schedule.search.cp_sat import solve

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def instant(*civil: int, zone: ZoneInfo, fold: int = 0) -> int:
    return int(datetime(*civil, tzinfo=zone, fold=fold).timestamp())  # type: ignore[arg-type]


def make_night(start: int, end: int) -> Problem:
    window = (Interval(start, end),)
    return make_problem(
        make_booking("vigil", make_option(windows=window, duration=2 * HOUR)),
        marshals=(Marshal("ada", (Interval(start - HOUR, end + HOUR),)),),
    )


def tell(problem: Problem, plan, zone: ZoneInfo) -> str:
    console = Console(width=160, record=True, file=open("/dev/null", "w"))
    console.print(make_timetable(problem, plan, zone))
    return console.export_text()


def test_the_repeated_hour_is_told_apart() -> None:
    first = instant(2026, 10, 25, 2, 30, zone=BERLIN)
    assert tell_time(first, BERLIN) == "02:30 (UTC+2)"
    assert tell_time(first + HOUR, BERLIN) == "02:30 (UTC+1)"
    assert tell_time(first + 2 * HOUR, BERLIN) == "03:30"


def test_midnight_and_seconds_are_told() -> None:
    evening = instant(2026, 6, 15, 23, 0, zone=BERLIN)
    assert tell_day(evening, BERLIN) == "Mon 2026-06-15"
    assert tell_time(evening + 90 * MINUTE, BERLIN, since=evening) == "00:30 +1 d"
    assert tell_time(evening + 59, BERLIN) == "23:00:59"


def test_details_are_told_in_local_time() -> None:
    detail = "square busy with relay from 2026-10-25T00:30:00Z to 2026-10-25T01:30:00Z"
    assert localize_detail(detail, BERLIN).endswith("from 2026-10-25 02:30 (UTC+2) to 02:30 (UTC+1)")
    assert localize_detail(detail, NEW_YORK).endswith("from 2026-10-24 20:30 to 21:30")


@pytest.mark.parametrize(
    ("zone", "start", "shown"),
    [
        (BERLIN, (2026, 10, 25, 1, 30), "01:30 – 02:30 (UTC+1)"),  # the clock goes back at 3
        (NEW_YORK, (2026, 3, 8, 1, 30), "01:30 – 04:30"),  # the clock goes forward at 2
        (BERLIN, (2026, 6, 15, 23, 0), "23:00 – 01:00 +1 d"),
    ],
)
def test_two_hours_are_two_hours(zone: ZoneInfo, start: tuple[int, ...], shown: str) -> None:
    begin = instant(*start, zone=zone)
    problem = make_night(begin, begin + 2 * HOUR)  # the window fits to the second
    plan = solve(problem, time_limit=5.0)
    assert [(a.start, a.end) for a in plan.assignments] == [(begin, begin + 2 * HOUR)]
    assert shown in tell(problem, plan, zone)
    assert shown in make_gantt_page(problem, plan, zone)


def test_a_window_of_local_hours_has_the_length_of_that_night() -> None:
    longer = make_night(instant(2026, 10, 25, 1, zone=BERLIN), instant(2026, 10, 25, 3, zone=BERLIN))
    shorter = make_night(instant(2026, 3, 8, 1, zone=NEW_YORK), instant(2026, 3, 8, 3, zone=NEW_YORK))
    assert len(solve(longer, time_limit=5.0).assignments) == 1  # 3 h by the sun
    assert solve(shorter, time_limit=5.0).left_out["vigil"].constraint == "window"  # 1 h


def test_the_page_shows_both_hours_of_a_repeated_one() -> None:
    begin = instant(2026, 10, 25, 1, zone=BERLIN)
    problem = make_night(begin, begin + 5 * HOUR)
    page = make_gantt_page(problem, make_plan(problem, assign("vigil", begin, duration=2 * HOUR)), BERLIN)
    assert page.index(">02:00 UTC+2<") < page.index(">02:00 UTC+1<") < page.index(">03:00<")
    spring = instant(2026, 3, 8, 1, zone=NEW_YORK)
    problem = make_night(spring, spring + 5 * HOUR)
    page = make_gantt_page(problem, make_plan(problem, assign("vigil", spring, duration=2 * HOUR)), NEW_YORK)
    assert ">01:00<" in page and ">03:00<" in page and ">02:00<" not in page
