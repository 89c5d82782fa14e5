"""`robot-trials plan`: a programme as a timetable, as pages, and in the records for its coordinator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from robot_trials.config.programme import Programme, load_programme
from robot_trials.coordination.programme.plan import PlannedSpan, book_plan, plan_span, read_circumstances
from robot_trials.exceptions import ConfigError, ConfigProblem
from robot_trials.records.bookings import list_bookings
from robot_trials.records.models import Booking
from robot_trials.records.store import Records
from robot_trials.schedule.output.calendar_file import write_calendar
from robot_trials.schedule.output.gantt import write_gantt_page
from robot_trials.schedule.output.timetable import print_timetable
from robot_trials.schedule.problem.expand import list_occurrences
from robot_trials.schedule.search.cp_sat import Progress as SearchProgress

LOOK_AHEAD = timedelta(days=92)
"""In which a trial is looked for before the programme counts as over."""


Span = tuple[datetime, datetime]
"""First instant of the first day, and of the day after the last."""


class SearchLimits(NamedTuple):
    """When a search ends: after so long [s], or this near to the best possible [-]."""

    time_limit: float
    gap_limit: float


class Booker(NamedTuple):
    """Who books a plan, and in which database; None: the default one."""

    who: str
    records: str | None


def plan_programme(
    name: str,
    first_day: str | None,
    days: int,
    limits: SearchLimits,
    booker: Booker | None,
    html: Path | None,
    ics: Path | None,
) -> None:
    """Plan, print, book if asked, write pages.

    Args:
        name: of the programme.
        first_day: local date; when None, today while anything is still to come, else the first of the programme.
        days: how many.
        limits: of the search.
        booker: None: nothing is booked, and nothing that is booked counts.
        html, ics: files to write.

    Raises:
        ConfigError: the programme or the day cannot be used.
        RecordsError: the database cannot be used.
    """
    programme = load_programme(name)
    start = datetime.combine(_choose_day(programme, first_day), time_of_day(), programme.timezone)
    span = (start, start + timedelta(days=days))
    planned = _book(programme, span, limits, booker) if booker else _search(programme, span, limits)
    print_timetable(planned.problem, planned.plan, programme.timezone)
    title = programme.site.value.title or programme.name
    if html is not None:
        print(f"picture: {write_gantt_page(html, planned.problem, planned.plan, programme.timezone, title)}")
    if ics is not None:
        print(f"calendar: {write_calendar(ics, planned.problem, planned.plan, title)}")


def _choose_day(programme: Programme, text: str | None) -> date:
    if text is not None:
        try:
            return date.fromisoformat(text)
        except ValueError:
            problem = ConfigProblem(None, None, "--from", text, "must be a date such as 2025-11-02")
            raise ConfigError([problem]) from None
    now = datetime.now(programme.timezone)
    if list_occurrences(programme, now, now + LOOK_AHEAD):
        return now.date()
    return min(spec.earliest_start for spec in programme.trials.value.trials.values()).date()


def _search(programme: Programme, span: Span, limits: SearchLimits, records: Records | None = None) -> PlannedSpan:
    """Plan behind a progress bar, around what the records know."""
    bookings: Sequence[Booking] = ()
    known = None
    if records is not None:
        with records.read() as session:
            bookings, known = list_bookings(session), read_circumstances(session, programme)
    with _show_progress(limits.time_limit) as on_progress:
        return plan_span(programme, *span, bookings, known, *limits, on_progress)


def _book(programme: Programme, span: Span, limits: SearchLimits, booker: Booker) -> PlannedSpan:
    """Plan around what is booked, and book it."""
    if not booker.who.strip():
        raise ConfigError([ConfigProblem(None, None, "--who", None, "must say who books the plan")])
    records = Records.open(booker.records)
    try:
        planned = _search(programme, span, limits, records)
        with records.write() as session:
            changed = book_plan(session, programme, planned, booker.who, time.time())
        print(f"{len(changed)} bookings are new or have moved in {records.place}")
        return planned
    finally:
        records.close()


@contextmanager
def _show_progress(time_limit: float) -> Iterator[Callable[[SearchProgress], None]]:
    """A bar of the time that the search may take; it leaves nothing behind."""
    columns = (TextColumn("planning"), BarColumn(), TextColumn("{task.fields[gap]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("planning", total=time_limit, gap="")

        def show(found: SearchProgress) -> None:
            gap = (found.bound - found.objective) / max(found.bound, 1)
            progress.update(task, completed=found.seconds, gap=f"gap {gap:.1%}")

        yield show
