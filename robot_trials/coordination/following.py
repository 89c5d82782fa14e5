"""Follows what was sent until its end is known: asks, sends again what no robot knows, calls lost what is silent.

A goal's id is on disk before it is sent, and a robot takes an id at most once. So whatever broke in between, asking
and sending again leads to exactly one run.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from robot_trials.coordination.desk import Desk, Work
from robot_trials.coordination.dispatcher import Dispatcher, GoalState, Report
from robot_trials.coordination.starting import LATE_GRACE_S
from robot_trials.coordination.states import SENT, change_state
from robot_trials.records.bookings import find_booking, list_bookings, log_event
from robot_trials.records.leases import release_zones
from robot_trials.records.models import Booking, BookingState, Lease


@dataclass(frozen=True)
class FollowTimes:
    """Patience of a coordinator, on a steady clock [s].

    Attributes:
        query_period: between two questions about one goal.
        resend_period: between two sendings of one goal.
        lost_after: silence after which a person is needed.
    """

    query_period: float = 1.0
    resend_period: float = 2.0
    lost_after: float = 30.0


@dataclass
class Contact:
    """When a goal was last heard of, asked for and sent [s, steady]."""

    heard: float
    asked: float = -math.inf
    sent: float = -math.inf


class Follower:
    """Speaks with robots about goals.

    Args:
        desk: transactions.
        dispatcher: to the robots.
        times: patience.
        steady: steady time [s].
    """

    def __init__(self, desk: Desk, dispatcher: Dispatcher, times: FollowTimes, steady: Callable[[], float]) -> None:
        self._desk = desk
        self._dispatcher = dispatcher
        self._times = times
        self._steady = steady
        self._contacts: dict[str, Contact] = {}

    def send(self, goal_id: str, robot: str, booking: Booking) -> None:
        """Send a goal that is on disk."""
        steady = self._steady()
        contact = self._contacts.setdefault(goal_id, Contact(heard=steady))
        contact.sent = contact.asked = steady
        self._dispatcher.send(goal_id, robot, booking)

    def follow(self, now: float) -> None:
        """Ask about every goal whose end is not known. After a restart these are the ones that were left open.

        Raises:
            RecordsError: a change could not be written.
        """
        with self._desk.read() as session:
            bookings = list_open(session)
        goals = {booking.goal_id for booking in bookings}
        self._contacts = {goal: contact for goal, contact in self._contacts.items() if goal in goals}
        for booking in bookings:
            self._follow(booking, now)

    def _follow(self, booking: Booking, now: float) -> None:
        assert booking.goal_id is not None
        steady = self._steady()
        contact = self._contacts.setdefault(booking.goal_id, Contact(heard=steady))
        silence = steady - contact.heard
        if silence > self._times.lost_after and booking.state in (BookingState.STARTING, BookingState.RUNNING):
            self._lose(booking.name, f"silent for {silence:.0f} s: a person is needed", now)
        if steady - contact.asked < self._times.query_period:
            return
        contact.asked = steady
        self._dispatcher.query(booking.goal_id, booking.robot, must_withdraw(booking, now))
        if booking.abort_asked and booking.state is not BookingState.STARTING:
            self._dispatcher.cancel(booking.goal_id, booking.robot)

    def _lose(self, name: str, reason: str, now: float) -> None:
        """Its zones stay taken: nobody knows where the robot is."""
        with self._desk.write() as work:
            booking = find_booking(work.session, name)
            if booking.state in (BookingState.STARTING, BookingState.RUNNING):
                _set_lost(work, booking, reason, now)

    def take_report(self, report: Report, now: float) -> None:
        """What a robot says of a goal.

        Raises:
            RecordsError: it was not written; the robot will be asked again.
        """
        with self._desk.write() as work:
            query = select(Booking).where(Booking.goal_id == report.goal_id).with_for_update()
            booking = work.session.scalars(query).one_or_none()
            if booking is None or booking.state not in (*SENT, BookingState.ABORTED):
                return
            contact = self._contacts.setdefault(report.goal_id, Contact(heard=0.0))
            contact.heard = self._steady()
            self._take(work, booking, report, contact, now)

    def _take(self, work: Work, booking: Booking, report: Report, contact: Contact, now: float) -> None:
        if booking.state is BookingState.ABORTED:
            _close(work, booking, report, now)
        elif report.state is GoalState.ENDED:
            _end(work, booking, report, now)
        elif report.state is GoalState.RUNNING:
            self._take_running(work, booking, now)
        elif booking.taken:  # unknown to a robot that has taken it
            if booking.state is BookingState.RUNNING:
                _set_lost(work, booking, "its robot no longer knows the goal: a person is needed", now)
        elif report.state is GoalState.WITHDRAWN:
            _give_up(work, booking, now)
        elif report.state is GoalState.REJECTED:
            contact.sent, contact.asked = self._steady(), -math.inf
            self._note(work, booking, f"rejected: {report.reason}", now)
        elif contact.heard - contact.sent >= self._times.resend_period and not must_withdraw(booking, now):
            self._send_again(work, booking, contact, now)

    def _take_running(self, work: Work, booking: Booking, now: float) -> None:
        if booking.state is BookingState.RUNNING:
            return
        assert booking.goal_id is not None
        booking.taken, booking.reason = True, ""
        change_state(work.session, booking, BookingState.RUNNING, "taken by its robot", now)
        if booking.abort_asked:
            work.after.append(partial(self._dispatcher.cancel, booking.goal_id, booking.robot))
        elif booking.held:
            work.after.append(partial(self._dispatcher.hold, booking.goal_id, booking.robot))

    def _send_again(self, work: Work, booking: Booking, contact: Contact, now: float) -> None:
        assert booking.goal_id is not None
        contact.sent = contact.heard
        booking.attempts += 1
        cause = f"sent again (attempt {booking.attempts}): unknown to {booking.robot}"
        log_event(work.session, booking, booking.state.value, cause, now)
        work.after.append(partial(self.send, booking.goal_id, booking.robot, booking))

    def _note(self, work: Work, booking: Booking, reason: str, now: float) -> None:
        if booking.reason != reason:
            booking.reason = reason
            log_event(work.session, booking, booking.state.value, reason, now)


def list_open(session: Session) -> list[Booking]:
    """Bookings whose robot has to be asked: sent, or given up by a person while it was silent and still has zones."""
    holders = select(Lease.booking).where(Lease.released_at.is_(None))
    given_up = select(Booking).where(Booking.state == BookingState.ABORTED, Booking.name.in_(holders))
    return [*list_bookings(session, SENT), *session.scalars(given_up)]


def must_withdraw(booking: Booking, now: float) -> bool:
    """Whether a goal that its robot has not taken must not be taken any more."""
    if booking.taken:
        return False
    return (
        booking.state is not BookingState.STARTING or booking.abort_asked or now > booking.latest_start + LATE_GRACE_S
    )


def _set_lost(work: Work, booking: Booking, reason: str, now: float) -> None:
    booking.reason = reason
    change_state(work.session, booking, BookingState.LOST, reason, now)


def _end(work: Work, booking: Booking, report: Report, now: float) -> None:
    """The robot says that its trial has ended: result and zones."""
    booking.taken, booking.held = True, False
    booking.passed, booking.verdict, booking.reason = report.passed, report.verdict, report.reason
    booking.bag_path, booking.report_path = report.bag_path, report.report_path
    state = BookingState.ABORTED if report.verdict == "aborted" else BookingState.FAILED
    if report.passed:
        state = BookingState.PASSED
    change_state(work.session, booking, state, report.reason or report.verdict, now)
    release_zones(work.session, booking.name, booking.robot, f"trial {state}", now)


def _close(work: Work, booking: Booking, report: Report, now: float) -> None:
    """A robot that was silent speaks again, of a trial that a person has given up."""
    if report.state in (GoalState.ENDED, GoalState.WITHDRAWN):
        zones = release_zones(work.session, booking.name, booking.robot, "heard again", now)
        if zones:
            cause = f"its robot says that it is over: {', '.join(zones)} free"
            log_event(work.session, booking, booking.state.value, cause, now)


def _give_up(work: Work, booking: Booking, now: float) -> None:
    """The robot says that it never took the goal, and never will."""
    if booking.abort_asked:
        state, reason = BookingState.CANCELLED, booking.reason or "aborted before it began"
    else:
        waited = f" ({booking.reason})" if booking.reason else ""
        state, reason = BookingState.EXPIRED, f"late: its robot did not take it in time{waited}"
    booking.reason, booking.missed = reason, state is BookingState.EXPIRED
    change_state(work.session, booking, state, reason, now)
    release_zones(work.session, booking.name, booking.robot, "never taken", now)
