"""A plan as an iCalendar file [RFC5545] that calendars subscribe to or import."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from icalendar import Alarm, Calendar, Event

from robot_trials.schedule.problem.statement import Assignment, Booking, Plan, Problem

UID_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://robot-trials.invalid/schedule")
"""Namespace of the events' identities."""


def make_calendar(
    problem: Problem, plan: Plan, name: str = "Robot trials", alarm_before: timedelta | None = None
) -> Calendar:
    """One event for each planned trial, in UTC, which every calendar shows in its own zone.

    An event keeps its identity as long as its booking keeps its name, so that a new plan moves it instead of doubling
    it. Buffers are no part of the event; the description tells them.

    Args:
        problem: titles and buffers.
        plan: what is written.
        name: of the calendar, and part of its events' identities.
        alarm_before: how long before the trial a calendar reminds; None for never.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//robot_trials//schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    bookings = {booking.name: booking for booking in problem.bookings}
    titles = {place.name: place.title or place.name for place in problem.places}
    for assignment in sorted(plan.assignments, key=lambda a: (a.start, a.booking)):
        event = _make_event(assignment, bookings[assignment.booking], titles[assignment.place], name)
        if alarm_before is not None:
            event.add_component(_make_alarm(str(event["summary"]), alarm_before))
        calendar.add_component(event)
    return calendar


def write_calendar(
    file: Path, problem: Problem, plan: Plan, name: str = "Robot trials", alarm_before: timedelta | None = None
) -> Path:
    """Write the calendar; the same plan gives the same bytes."""
    file.write_bytes(make_calendar(problem, plan, name, alarm_before).to_ical())
    return file


def _make_event(assignment: Assignment, booking: Booking, place: str, calendar: str) -> Event:
    """The event of one trial."""
    event = Event()
    event.add("uid", str(uuid.uuid5(UID_SPACE, f"{calendar}/{booking.name}")))
    event.add("dtstamp", _instant(assignment.start))
    event.add("dtstart", _instant(assignment.start))
    event.add("dtend", _instant(assignment.end))
    event.add("summary", booking.title or booking.name)
    event.add("location", place)
    event.add("description", _describe(assignment, booking))
    event.add("categories", [assignment.robot])
    event.add("status", "CONFIRMED")
    return event


def _describe(assignment: Assignment, booking: Booking) -> str:
    """Who comes, and how long the place is kept free."""
    lines = [
        f"Booking: {booking.name}",
        f"Robot: {assignment.robot}",
        f"Marshals: {', '.join(assignment.marshals) or 'none'}",
        f"Priority: {booking.priority}",
        f"Place kept free {booking.buffer_before / 60:g} min before and {booking.buffer_after / 60:g} min after",
    ]
    return "\n".join(lines)


def _make_alarm(summary: str, before: timedelta) -> Alarm:
    """A reminder on the screen."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -before)
    return alarm


def _instant(seconds: int) -> datetime:
    """In UTC."""
    return datetime.fromtimestamp(seconds, UTC)
