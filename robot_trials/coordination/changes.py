"""Sees what has changed since the last look, whoever wrote it, for which a new plan is wanted."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from robot_trials.coordination.replanning import is_movable
from robot_trials.records.bookings import list_bookings
from robot_trials.records.models import Booking, BookingState, Permit, PermitState, Robot

FREEING = (BookingState.EXPIRED, BookingState.ABORTED, BookingState.CANCELLED, BookingState.LOST)
"""States of one booking after which others may be planned better."""


class Changes:
    """Compares the records with the last look."""

    def __init__(self) -> None:
        self._seen: set[str] | None = None

    def look(self, session: Session) -> str:
        """The first thing that is new, in one sentence; empty when nothing is.

        The first look, after a start, finds only what a coordinator would have planned anew before it ended.
        """
        found = _describe(session)
        if self._seen is None:
            self._seen = found
            return "the coordinator has started" if _is_unsettled(session) else ""
        new = sorted(found - self._seen)
        self._seen = found
        return new[0] if new else ""


def list_revoked(session: Session) -> set[str]:
    """Numbers of the permits that were revoked."""
    return set(session.scalars(select(Permit.number).where(Permit.state == PermitState.REVOKED)))


def _describe(session: Session) -> set[str]:
    robots = session.execute(select(Robot.name, Robot.in_service))
    facts = {f"robot {name} is {'in' if in_service else 'out of'} service" for name, in_service in robots}
    facts |= {f"permit {number} is revoked" for number in list_revoked(session)}
    ended = session.execute(select(Booking.name, Booking.state).where(Booking.state.in_(FREEING)))
    return facts | {f"booking {name} is {state}" for name, state in ended}


def _is_unsettled(session: Session) -> bool:
    """Whether a missed booking waits for its next window, or one is planned for a robot out of service."""
    out = set(session.scalars(select(Robot.name).where(Robot.in_service.is_(False))))
    movable = [booking for booking in list_bookings(session) if is_movable(booking)]
    return any(booking.state is not BookingState.PLANNED or booking.robot in out for booking in movable)
