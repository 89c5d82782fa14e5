"""Bookings: what is planned enters here; what becomes of it, the coordinator decides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from robot_trials.records.errors import RefusedError
from robot_trials.records.models import Booking, BookingState, OnMissed, TrialEvent


@dataclass(frozen=True)
class NewBooking:
    """A trial as it is planned. Times in seconds since 1970.

    Attributes:
        name: of the occurrence; one name is booked once.
        priority: the higher goes first.
        zones: that the place takes.
        overrides: `trial.KEY=VALUE` that the goal carries beyond the trial's file.
    """

    name: str
    trial: str
    robot: str
    place: str
    zones: tuple[str, ...]
    planned_start: float
    planned_end: float
    latest_start: float
    latest_finish: float
    title: str = ""
    priority: int = 0
    permit: str = ""
    on_missed: OnMissed = OnMissed.SKIP
    rehearsal: bool = False
    marshals: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()


def add_booking(session: Session, new: NewBooking, at: float, cause: str = "planned") -> Booking:
    """Book a trial.

    Raises:
        RefusedError: the name is taken, or the times are not in order.
    """
    if session.get(Booking, new.name) is not None:
        raise RefusedError(f"booking {new.name}: there is one of this name")
    if not new.planned_start <= min(new.planned_end, new.latest_start):
        raise RefusedError(f"booking {new.name}: planned_start: must be ≤ planned_end and latest_start")
    values = {name: getattr(new, name) for name in new.__dataclass_fields__}
    values |= {name: list(getattr(new, name)) for name in ("zones", "marshals", "overrides")}
    booking = Booking(**values, state=BookingState.PLANNED)
    session.add(booking)
    session.flush()
    log_event(session, booking, "", cause, at)
    return booking


def find_booking(session: Session, name: str) -> Booking:
    """A booking by name, kept from other writers until the transaction ends.

    Raises:
        RefusedError: there is none.
    """
    booking = session.get(Booking, name, with_for_update=True)
    if booking is None:
        raise RefusedError(f"booking {name}: there is none")
    return booking


def list_bookings(session: Session, states: Collection[BookingState] | None = None) -> Sequence[Booking]:
    """Bookings in some states (all when None), by start and name."""
    query = select(Booking).order_by(Booking.planned_start, Booking.name)
    return session.scalars(query if states is None else query.where(Booking.state.in_(states))).all()


def list_events(session: Session, name: str) -> Sequence[TrialEvent]:
    """What happened to a booking, oldest first."""
    return session.scalars(select(TrialEvent).where(TrialEvent.booking == name).order_by(TrialEvent.id)).all()


def log_event(session: Session, booking: Booking, previous: str, cause: str, at: float) -> None:
    """Append to a booking's history."""
    session.add(TrialEvent(booking=booking.name, at=at, previous=previous, state=booking.state.value, cause=cause))
