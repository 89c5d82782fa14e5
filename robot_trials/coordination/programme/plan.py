"""A programme's plans in the records: made, booked, and made anew when something has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from robot_trials.config.programme import Programme, reread_trials
from robot_trials.coordination.replanning import NewPlan, Placement, Situation, apply_plan, is_movable
from robot_trials.coordination.states import SENT
from robot_trials.records.bookings import NewBooking, add_booking, list_bookings, list_events
from robot_trials.records.models import Booking, BookingState, OnMissed
from robot_trials.records.permits import list_permits, record_permit
from robot_trials.records.robots import add_robots, list_robots
from robot_trials.schedule.problem.expand import BookingSource, Circumstances, expand, find_source
from robot_trials.schedule.problem.statement import Assignment, Plan, Problem
from robot_trials.schedule.search.cp_sat import Progress, solve

REPLAN_LIMIT_S = 5.0
"""Longest search for a new plan while trials run [s]."""
HORIZON = timedelta(days=7)
"""Planned ahead when something has changed."""
MEASURED = (BookingState.PASSED, BookingState.FAILED)
"""Ends from which a duration is learned."""


@dataclass(frozen=True)
class PlannedSpan:
    """A plan with what it was made from; `programme` as its trials' files were then."""

    programme: Programme
    problem: Problem
    sources: Mapping[str, BookingSource]
    plan: Plan


def plan_span(
    programme: Programme,
    start: datetime,
    end: datetime,
    bookings: Sequence[Booking] = (),
    circumstances: Circumstances | None = None,
    time_limit: float = 30.0,
    gap_limit: float = 0.0,
    on_progress: Callable[[Progress], None] | None = None,
) -> PlannedSpan:
    """Plan a span of time around what is booked already.

    Args:
        programme: a site's.
        start, end: the span, with zones.
        bookings: of the records: what may not move keeps its time, the rest is planned again.
        circumstances: what else is known.
        time_limit, gap_limit, on_progress: as of `solve`.
    """
    programme = reread_trials(programme)
    stay = [booking for booking in bookings if not is_movable(booking)]
    fixed = [_to_assignment(booking) for booking in stay if _occupies(booking, start.timestamp())]
    promised = frozenset(assignment.booking for assignment in fixed)
    known = replace(
        circumstances or Circumstances(),
        promised=promised,
        done=frozenset(booking.name for booking in stay) - promised,
    )
    problem, sources = expand(programme, start, end, known)
    plan = solve(problem, time_limit=time_limit, gap_limit=gap_limit, fixed=fixed, on_progress=on_progress)
    return PlannedSpan(programme, problem, sources, plan)


def read_circumstances(session: Session, programme: Programme) -> Circumstances:
    """What the records know beside the bookings: durations, permits refused or revoked, robots out of service."""
    numbers = {permit.value.number: name for name, permit in programme.permits.items()}
    refused = {
        numbers[permit.number]: f"{permit.number} is {permit.state}"
        for permit in list_permits(session)
        if permit.number in numbers and permit.state in ("refused", "revoked")
    }
    robots = programme.fleet.value.robots
    out = {each.name: each.why for each in list_robots(session) if not each.in_service and each.name in robots}
    durations: dict[str, list[float]] = {}
    for booking in list_bookings(session, MEASURED):
        times = {event.state: event.at for event in list_events(session, booking.name)}
        if "running" in times:
            request = find_source(programme, booking.name).request
            durations.setdefault(request, []).append(times[booking.state.value] - times["running"])
    return Circumstances(durations=durations, refused_permits=refused, out_of_service=out)


def book_plan(session: Session, programme: Programme, planned: PlannedSpan, who: str, now: float) -> list[str]:
    """Record permits, robots and bookings of a plan; what is booked already moves where it still may.

    Returns:
        Names of the bookings that are new or changed.
    """
    add_robots(session, list(programme.fleet.value.robots), now)
    for permit in programme.permits.values():
        document = permit.file.read_text(encoding="utf-8")
        record_permit(session, permit.value.number, document, permit.value.operator, who, now)
    cause, new = f"planned by {who}", []
    for assignment in planned.plan.assignments:
        source = planned.sources[assignment.booking]
        booking = session.get(Booking, source.name)
        if booking is None:
            add_booking(session, _to_booking(planned, source, assignment), now, cause)
            new.append(source.name)
        elif is_movable(booking):  # what it runs is what is planned now
            wanted = planned.programme.wanted[source.request, assignment.place]
            booking.trial, booking.overrides = wanted.trial, list(wanted.overrides)
    return new + apply_plan(
        session, NewPlan([_to_placement(planned, each) for each in planned.plan.assignments]), now, cause
    )


@dataclass(frozen=True)
class ProgrammeReplan:
    """Plans a programme anew for its coordinator.

    Attributes:
        programme: the site's.
        read: opens a view of the records.
    """

    programme: Programme
    read: Callable[[], AbstractContextManager[Session]]

    def __call__(self, situation: Situation) -> NewPlan:
        """Where the movable bookings have their place now."""
        start = datetime.fromtimestamp(situation.now, self.programme.timezone)
        with self.read() as session:
            known = read_circumstances(session, self.programme)
        bookings = [*situation.fixed, *situation.movable]
        try:
            planned = plan_span(self.programme, start, start + HORIZON, bookings, known, time_limit=REPLAN_LIMIT_S)
        except ValueError:  # what runs has overrun what is due: that will wait or expire by itself
            return NewPlan()
        movable = {booking.name for booking in situation.movable}
        return NewPlan(
            placements=[_to_placement(planned, each) for each in planned.plan.assignments if each.booking in movable],
            left_out={
                name: f"{why.constraint}: {why.detail}"
                for name, why in planned.plan.left_out.items()
                if name in movable
            },
        )


def _occupies(booking: Booking, now: float) -> bool:
    """Whether a booking that may not move still needs its robot and place."""
    if booking.state in SENT:
        return True
    return booking.state in (BookingState.DUE, BookingState.HELD) and booking.planned_end > now


def _to_assignment(booking: Booking) -> Assignment:
    start, end = round(booking.planned_start), round(booking.planned_end)
    return Assignment(booking.name, booking.robot, booking.place, start, end, tuple(booking.marshals))


def _to_placement(planned: PlannedSpan, assignment: Assignment) -> Placement:
    return Placement(
        booking=assignment.booking,
        robot=assignment.robot,
        place=assignment.place,
        zones=(assignment.place,),
        planned_start=assignment.start,
        planned_end=assignment.end,
        latest_start=planned.sources[assignment.booking].latest_start.timestamp(),
        marshals=assignment.marshals,
    )


def _to_booking(planned: PlannedSpan, source: BookingSource, assignment: Assignment) -> NewBooking:
    spec, programme = source.spec, planned.programme
    wanted = programme.wanted[source.request, assignment.place]
    return NewBooking(
        name=source.name,
        trial=wanted.trial,
        overrides=wanted.overrides,
        robot=assignment.robot,
        place=assignment.place,
        zones=(assignment.place,),
        planned_start=assignment.start,
        planned_end=assignment.end,
        latest_start=source.latest_start.timestamp(),
        latest_finish=source.latest_finish.timestamp(),
        title=spec.title,
        priority=spec.priority,
        permit=programme.permits[spec.permit].value.number,
        on_missed=OnMissed(spec.on_missed),
        rehearsal=spec.rehearsal,
        marshals=assignment.marshals,
    )
