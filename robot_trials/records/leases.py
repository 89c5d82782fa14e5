"""Leases of zones. A lease has no end of its own: it is released by a trial's end or by a person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from robot_trials.records.errors import RefusedError
from robot_trials.records.models import Booking, Lease


def list_active(session: Session) -> Sequence[Lease]:
    """Every zone that is taken, by name."""
    return session.scalars(select(Lease).where(Lease.released_at.is_(None)).order_by(Lease.zone)).all()


def find_conflicts(session: Session, booking: Booking) -> Sequence[Lease]:
    """Active leases of others in the zones of a booking."""
    query = select(Lease).where(Lease.released_at.is_(None), Lease.zone.in_(booking.zones))
    return session.scalars(query.where(Lease.booking != booking.name).order_by(Lease.zone)).all()


def take_zones(session: Session, booking: Booking, at: float) -> Sequence[Lease]:
    """Take every zone of a booking, or none.

    Args:
        booking: whose zones; those that it has already stay as they are.
        at: when [s since 1970].

    Returns:
        The leases that stand against it; empty when all zones are taken.
    """
    conflicts = find_conflicts(session, booking)
    if conflicts:
        return conflicts
    own = {lease.zone for lease in list_active(session) if lease.booking == booking.name}
    for zone in dict.fromkeys(booking.zones):
        if zone not in own:
            session.add(Lease(zone=zone, booking=booking.name, robot=booking.robot, taken_at=at))
    session.flush()  # the unique index has the last word
    return []


def release_zones(session: Session, booking: str, who: str, why: str, at: float) -> list[str]:
    """Release every zone of a booking; their names."""
    query = select(Lease).where(Lease.released_at.is_(None), Lease.booking == booking).order_by(Lease.zone)
    leases = session.scalars(query).all()
    for lease in leases:
        lease.released_at, lease.released_by, lease.why = at, who, why
    return [lease.zone for lease in leases]


def find_active(session: Session, zone: str) -> Lease:
    """The active lease of a zone.

    Raises:
        RefusedError: nobody has it.
    """
    lease = session.scalars(select(Lease).where(Lease.released_at.is_(None), Lease.zone == zone)).one_or_none()
    if lease is None:
        raise RefusedError(f"zone {zone}: nobody has taken it")
    return lease
