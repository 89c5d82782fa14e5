"""What persons do to bookings, robots and zones. Every act says who and why, in the history."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from robot_trials.coordination.desk import Desk, Work
from robot_trials.coordination.dispatcher import Dispatcher
from robot_trials.coordination.states import SENT, change_state
from robot_trials.records.bookings import find_booking, list_bookings, log_event
from robot_trials.records.errors import RefusedError
from robot_trials.records.leases import find_active
from robot_trials.records.models import Booking, BookingState
from robot_trials.records.robots import find_robot, set_service

S = BookingState
DISPATCHABLE = (S.PLANNED, S.DUE, S.HELD, S.REFUSED, S.EXPIRED)
"""States in which a person may make a booking due."""
PATIENCE_S = 600.0
"""Time that a booking dispatched by a person may wait for its clauses [s]."""


def release_zone(session: Session, zone: str, who: str, why: str, at: float) -> str:
    """Somebody has seen that a zone is empty.

    Raises:
        RefusedError: nobody has taken it, its trial runs, or nobody says who and why.
    """
    require_person(who, why)
    lease = find_active(session, zone)
    booking = find_booking(session, lease.booking)
    if booking.state in (S.STARTING, S.RUNNING):
        raise RefusedError(f"zone {zone}: {booking.name} is {booking.state} there: abort it first")
    lease.released_at, lease.released_by, lease.why = at, who, why
    log_event(session, booking, booking.state.value, f"zone {zone} released by {who}: {why}", at)
    return f"zone {zone} is free"


def require_person(who: str, why: str) -> None:
    """Raises `RefusedError` unless both are said."""
    if not who.strip() or not why.strip():
        raise RefusedError("who and why: must be said")


class Acts:
    """Acts on one booking, on a robot or on the whole site.

    Args:
        desk: transactions.
        dispatcher: to the robots.
    """

    def __init__(self, desk: Desk, dispatcher: Dispatcher) -> None:
        self._desk = desk
        self._dispatcher = dispatcher

    def hold(self, booking: str, robot: str, who: str, why: str, now: float) -> str:
        """Do not start, and stand where something runs. Both names empty: the whole site.

        A robot that is held is out of service, too.

        Raises:
            RefusedError: no such booking or robot, or it is over.
        """
        with self._desk.write() as work:
            for found in self._choose(work, booking, robot, who, why, now, stop=True):
                self._hold(work, found, f"held by {who}: {why}", now)
        return f"{_name(booking, robot)} is held"

    def resume(self, booking: str, robot: str, who: str, why: str, now: float) -> str:
        """Undo a hold.

        Raises:
            RefusedError: no such booking or robot, or it is not held.
        """
        with self._desk.write() as work:
            found = self._choose(work, booking, robot, who, why, now, stop=False)
            held = [one for one in found if one.held or one.state is S.HELD]
            if booking and not held:
                raise RefusedError(f"booking {booking}: is not held")
            for one in held:
                self._resume(work, one, f"resumed by {who}: {why}", now)
        return f"{_name(booking, robot)} goes on"

    def abort(self, booking: str, robot: str, who: str, why: str, now: float) -> str:
        """End what runs, safely; cancel a booking that waits. Of a robot or a site nothing starts until it is resumed.

        Raises:
            RefusedError: no such booking or robot, or it is over.
        """
        with self._desk.write() as work:
            for found in self._choose(work, booking, robot, who, why, now, stop=True):
                self._abort(work, found, f"aborted by {who}: {why}", now)
        return f"{_name(booking, robot)}: aborting"

    def dispatch(self, name: str, who: str, why: str, now: float) -> str:
        """Make a booking due now; every clause is checked as always.

        Raises:
            RefusedError: it was sent or is over, or would end too late.
        """
        require_person(who, why)
        with self._desk.write() as work:
            booking = find_booking(work.session, name)
            if booking.state not in DISPATCHABLE:
                raise RefusedError(f"booking {name}: is {booking.state}: cannot be dispatched")
            duration = booking.planned_end - booking.planned_start
            if now + duration > booking.latest_finish:
                over = now + duration - booking.latest_finish
                raise RefusedError(f"booking {name}: would end {over:.0f} s after its latest finish")
            latest = min(now + PATIENCE_S, booking.latest_finish - duration)
            booking.planned_start, booking.planned_end = now, now + duration
            booking.latest_start, booking.missed, booking.reason = max(booking.latest_start, latest), False, ""
            if booking.state is not S.DUE:
                change_state(work.session, booking, S.DUE, f"dispatched by {who}: {why}", now)
        return f"{name} is due"

    def ask_abort(self, name: str, cause: str, now: float) -> None:
        """End one booking's trial for a cause that is not a person's."""
        with self._desk.write() as work:
            booking = find_booking(work.session, name)
            if booking.state in (S.STARTING, S.RUNNING) and not booking.abort_asked:
                self._abort(work, booking, cause, now)

    def _choose(
        self, work: Work, name: str, robot: str, who: str, why: str, now: float, *, stop: bool
    ) -> Sequence[Booking]:
        """Bookings that an act is about; holds or releases robot and site themselves."""
        require_person(who, why)
        if name:
            return [find_booking(work.session, name)]
        sent = list_bookings(work.session, SENT)
        if robot:
            find_robot(work.session, robot)
            set_service(work.session, robot, not stop, who, why, now)
            return [booking for booking in sent if booking.robot == robot]
        site = self._desk.find_site(work.session)
        site.held, site.who, site.why = stop, who, why
        return sent

    def _hold(self, work: Work, booking: Booking, cause: str, now: float) -> None:
        if booking.state in (S.PLANNED, S.DUE):
            booking.reason = cause
            change_state(work.session, booking, S.HELD, cause, now)
        elif booking.state in SENT:
            booking.held = True
            log_event(work.session, booking, booking.state.value, cause, now)
            if booking.state is S.RUNNING:
                self._tell(work, "hold", booking)
        else:
            raise RefusedError(f"booking {booking.name}: is {booking.state}: cannot be held")

    def _resume(self, work: Work, booking: Booking, cause: str, now: float) -> None:
        if booking.state is S.HELD:
            booking.reason = ""
            change_state(work.session, booking, S.PLANNED, cause, now)
            return
        booking.held = False
        log_event(work.session, booking, booking.state.value, cause, now)
        self._tell(work, "resume", booking)

    def _abort(self, work: Work, booking: Booking, cause: str, now: float) -> None:
        if booking.state in (S.STARTING, S.RUNNING):
            booking.abort_asked, booking.reason = True, cause
            log_event(work.session, booking, booking.state.value, cause, now)
            if booking.state is S.RUNNING:
                self._tell(work, "cancel", booking)
            return
        if booking.state in (S.PASSED, S.FAILED, S.ABORTED, S.CANCELLED):
            raise RefusedError(f"booking {booking.name}: is {booking.state}")
        booking.reason = cause
        if booking.state is S.LOST:  # its zones stay taken until somebody has looked
            booking.abort_asked, booking.passed, booking.verdict = True, False, "aborted"
            self._tell(work, "cancel", booking)
            change_state(work.session, booking, S.ABORTED, cause, now)
        else:
            change_state(work.session, booking, S.CANCELLED, cause, now)

    def _tell(self, work: Work, what: str, booking: Booking) -> None:
        work.after.append(partial(getattr(self._dispatcher, what), booking.goal_id, booking.robot))


def _name(booking: str, robot: str) -> str:
    return booking or robot or "the site"
