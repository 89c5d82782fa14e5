"""Starts what is due: every clause is checked at that moment, zones and goal id are on disk before a robot hears."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from robot_trials.coordination.clauses import Clause, StartCheck
from robot_trials.coordination.desk import Desk, Work
from robot_trials.coordination.dispatcher import Dispatcher
from robot_trials.coordination.states import SENT, WAITING, change_state
from robot_trials.records.bookings import list_bookings, log_event
from robot_trials.records.leases import take_zones
from robot_trials.records.models import Booking, BookingState

LATE_GRACE_S = 2.0
"""A start this much after the latest one still counts as in time: a coordinator looks now and then [s]."""


class Starter:
    """Takes due bookings one by one, the higher priority first.

    Args:
        desk: transactions.
        dispatcher: says whether a robot can take a goal.
        checks: every one has to find nothing.
        send: sends a goal.
    """

    def __init__(
        self,
        desk: Desk,
        dispatcher: Dispatcher,
        checks: Sequence[StartCheck],
        send: Callable[[str, str, Booking], None],
    ) -> None:
        self._desk = desk
        self._dispatcher = dispatcher
        self._send = send
        self._checks = checks

    def start_due(self, now: float) -> None:
        """Start, refuse or expire what is due; the rest goes on waiting, with its reason.

        Raises:
            RecordsError: nothing was written, and nothing was sent.
        """
        due = select(Booking.name).where(Booking.state.in_(WAITING), Booking.planned_start <= now)
        with self._desk.read() as session:
            if session.scalars(due.limit(1)).first() is None:
                return
        with self._desk.write() as work:
            busy = {booking.robot: booking.name for booking in list_bookings(work.session, SENT)}
            waiting = [booking for booking in list_bookings(work.session, WAITING) if booking.planned_start <= now]
            for booking in sorted(waiting, key=lambda booking: -booking.priority):
                self._handle(work, booking, busy, now)

    def _handle(self, work: Work, booking: Booking, busy: dict[str, str], now: float) -> None:
        late, waited = now > booking.latest_start + LATE_GRACE_S, booking.state is not BookingState.PLANNED
        if booking.state is BookingState.HELD:
            if late:
                self._expire(work, booking, "held beyond its latest start", now)
            return
        if not waited:
            change_state(work.session, booking, BookingState.DUE, "its time has come", now)
        clauses = self._find_clauses(work, booking, now)
        final = next((clause for clause in clauses if not clause.may_pass), None)
        if final is not None or (late and waited and clauses):
            self._refuse(work, booking, final or clauses[0], now)
            return
        obstacle = self._find_obstacle(work, booking, busy, clauses)
        if late:
            waited_for = f", waited for {obstacle or booking.reason}" if obstacle or booking.reason else ""
            late_by = f"{now - booking.latest_start:.0f} s after its latest start"
            self._expire(work, booking, f"late: {late_by}{waited_for}", now)
        elif not obstacle and not (conflicts := take_zones(work.session, booking, now)):
            self._start(work, booking, now)
            busy[booking.robot] = booking.name
        else:
            taken = ", ".join(f"zone {lease.zone} has {lease.booking}" for lease in conflicts) if not obstacle else ""
            self._wait(work, booking, obstacle or taken, now)

    def _find_clauses(self, work: Work, booking: Booking, now: float) -> list[Clause]:
        """All that fails. A check that breaks fails, too: it keeps one booking from starting, not the others."""
        found: list[Clause] = []
        for check in self._checks:
            try:
                found += check(work.session, booking, now)
            except SQLAlchemyError:
                raise
            except Exception as error:
                found.append(Clause("check", f"{type(error).__name__}: {error}"))
        obstacle = self._dispatcher.find_obstacle(booking.robot)
        return [*found, Clause("preflight", obstacle)] if obstacle else found

    def _find_obstacle(self, work: Work, booking: Booking, busy: dict[str, str], clauses: Sequence[Clause]) -> str:
        """What a booking that may still start waits for, besides zones; empty when there is nothing."""
        site = self._desk.find_site(work.session)
        if site.held:
            return f"site: held by {site.who}: {site.why}"
        if booking.robot in busy:
            return f"robot: {booking.robot} has {busy[booking.robot]}"
        return str(clauses[0]) if clauses else ""

    def _start(self, work: Work, booking: Booking, now: float) -> None:
        booking.goal_id, booking.reason = uuid.uuid4().hex, ""
        booking.attempts += 1
        booking.taken = booking.missed = booking.held = booking.abort_asked = False
        change_state(work.session, booking, BookingState.STARTING, f"goal {booking.goal_id}", now)
        work.after.append(partial(self._send, booking.goal_id, booking.robot, booking))

    def _wait(self, work: Work, booking: Booking, reason: str, now: float) -> None:
        if booking.reason != reason:
            booking.reason = reason
            log_event(work.session, booking, booking.state.value, f"waits: {reason}", now)

    def _refuse(self, work: Work, booking: Booking, clause: Clause, now: float) -> None:
        booking.reason, booking.missed = str(clause), clause.may_pass
        change_state(work.session, booking, BookingState.REFUSED, booking.reason, now)

    def _expire(self, work: Work, booking: Booking, reason: str, now: float) -> None:
        booking.reason, booking.missed = reason, True
        change_state(work.session, booking, BookingState.EXPIRED, reason, now)
