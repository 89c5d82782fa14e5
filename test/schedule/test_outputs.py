"""What is written about a plan: tables, calendar, page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from icalendar import Calendar
from plans import BERLIN, HOUR, NINE, assign, make_booking, make_plan, make_problem
from rich.console import Console

from robot_trials.schedule.output.calendar_file import make_calendar, write_calendar
from robot_trials.schedule.output.gantt import make_gantt_page, write_gantt_page
from robot_trials.schedule.output.timetable import print_timetable
from robot_trials.schedule.problem.statement import Refusal

PROBLEM = make_problem(
    make_booking("relay", priority=2), replace(make_booking("parade"), title="Parade <& dance>"), make_booking("show")
)
PLAN = replace(
    make_plan(PROBLEM, assign("relay", NINE), assign("parade", NINE + 3 * HOUR, marshals=["ada", "ben"])),
    left_out={"show": Refusal("place", "square busy with relay from 2026-06-15T06:50:00Z to 2026-06-15T08:05:00Z")},
    bound=6,
    optimal=False,
)


def read_events(data: bytes) -> list:
    return list(Calendar.from_ical(data).walk("VEVENT"))


class TestTimetable:
    def test_it_tells_all(self, tmp_path: Path) -> None:
        with (tmp_path / "table.txt").open("w") as file:
            print_timetable(PROBLEM, PLAN, BERLIN, Console(file=file, width=140))
        text = (tmp_path / "table.txt").read_text()
        assert "Mon 2026-06-15 (Europe/Berlin)" in text
        row = next(line for line in text.splitlines() if "Parade <& dance>" in line)
        assert [cell.strip() for cell in row.strip("│").split("│")] == [
            "12:00 – 13:00", "Parade <& dance>", "Market square", "kuavo-1", "ada, ben", "1",
        ]  # fmt: skip
        assert "from 2026-06-15 08:50 to 10:05" in text
        assert "2 of 3 trials planned, gap 16.7 % (objective 5, bound 6)" in text


class TestCalendar:
    def test_events_tell_where_when_and_who(self, tmp_path: Path) -> None:
        relay, parade = read_events(write_calendar(tmp_path / "plan.ics", PROBLEM, PLAN).read_bytes())
        assert relay.decoded("dtstart") == datetime.fromtimestamp(NINE, UTC)
        assert relay.decoded("dtend") - relay.decoded("dtstart") == timedelta(hours=1)
        assert (str(relay["summary"]), str(relay["location"])) == ("Relay", "Market square")
        assert "Marshals: ada, ben" in str(parade["description"]) and "Robot: kuavo-1" in str(parade["description"])
        assert str(parade["summary"]) == "Parade <& dance>"

    def test_identities_stay_when_a_trial_moves(self) -> None:
        moved = make_plan(PROBLEM, assign("relay", NINE + 5 * HOUR, "kuavo-2"))
        before, after = (read_events(make_calendar(PROBLEM, plan).to_ical()) for plan in (PLAN, moved))
        assert before[0]["uid"] == after[0]["uid"] != before[1]["uid"]
        other = read_events(make_calendar(PROBLEM, PLAN, name="Other city").to_ical())
        assert other[0]["uid"] != before[0]["uid"]

    def test_the_same_plan_gives_the_same_bytes(self) -> None:
        assert make_calendar(PROBLEM, PLAN).to_ical() == make_calendar(PROBLEM, PLAN).to_ical()

    def test_alarms_are_asked_for(self) -> None:
        assert b"VALARM" not in make_calendar(PROBLEM, PLAN).to_ical()
        event = read_events(make_calendar(PROBLEM, PLAN, alarm_before=timedelta(minutes=30)).to_ical())[0]
        (alarm,) = event.walk("VALARM")
        assert alarm.decoded("trigger") == timedelta(minutes=-30)


class TestPage:
    def test_it_stands_alone(self, tmp_path: Path) -> None:
        page = write_gantt_page(tmp_path / "plan.html", PROBLEM, PLAN, BERLIN).read_text()
        assert "default-src 'none'" in page
        assert "http:" not in page and "https:" not in page and "<script" not in page

    def test_texts_are_escaped(self) -> None:
        page = make_gantt_page(PROBLEM, PLAN, BERLIN, title="<b>")
        assert "<& dance>" not in page and "Parade &lt;&amp; dance&gt;" in page and "<title>&lt;b&gt;</title>" in page

    def test_reasons_are_told_in_local_time(self) -> None:
        assert "square busy with relay from 2026-06-15 08:50 to 10:05" in make_gantt_page(PROBLEM, PLAN, BERLIN)

    def test_nothing_planned_and_nothing_left_out(self) -> None:
        empty = make_problem()
        page = make_gantt_page(empty, make_plan(empty), BERLIN)
        assert "Nothing is planned." in page and "Every trial has its place." in page
