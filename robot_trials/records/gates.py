"""What a start waits for besides permit and zones: readings of weather and crowd, and the marshals' checklist."""

from __future__ import annotations

import math

from sqlalchemy import select
from sqlalchemy.orm import Session

from robot_trials.records.errors import RefusedError
from robot_trials.records.models import Booking, Checklist, Gate


def report_gate(session: Session, site: str, kind: str, value: float, at: float, source: str) -> None:
    """Note a reading.

    Raises:
        RefusedError: it is no number, or nobody says from where it is.
    """
    if not kind or not math.isfinite(value) or not source.strip():
        raise RefusedError(f"gate {kind!r}: {value:g} from {source!r}: must have a kind, a finite value and a source")
    session.add(Gate(site=site, kind=kind, value=value, at=at, source=source))


def find_newest(session: Session, site: str, kind: str) -> Gate | None:
    """The newest reading of a kind on a site; None when there is none."""
    query = select(Gate).where(Gate.site == site, Gate.kind == kind)
    return session.scalars(query.order_by(Gate.at.desc(), Gate.id.desc()).limit(1)).one_or_none()


def confirm_checklist(session: Session, booking: str, who: str, note: str, at: float) -> None:
    """Note that the marshals of a booking are ready.

    Raises:
        RefusedError: no such booking, or nobody says who confirms.
    """
    if session.get(Booking, booking) is None:
        raise RefusedError(f"booking {booking}: there is none")
    if not who.strip():
        raise RefusedError(f"booking {booking}: who: must name the person who confirms")
    session.add(Checklist(booking=booking, who=who, at=at, note=note))


def find_checklist(session: Session, booking: str) -> Checklist | None:
    """The newest confirmation of a booking; None when there is none."""
    query = select(Checklist).where(Checklist.booking == booking).order_by(Checklist.id.desc())
    return session.scalars(query.limit(1)).one_or_none()
