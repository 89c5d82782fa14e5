"""How a site stands, for people: from the records alone, so that it can be asked for without a coordinator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from robot_trials.records.leases import list_active
from robot_trials.records.models import Booking, BookingState, Lease, Permit, Robot, Site
from robot_trials.records.permits import list_permits
from robot_trials.records.robots import list_robots
from robot_trials.records.store import Records

OVER = (BookingState.PASSED, BookingState.FAILED, BookingState.ABORTED, BookingState.CANCELLED)


@dataclass(frozen=True)
class SiteView:
    """A site at one moment.

    Attributes:
        held: nothing starts, as `held_by` wants: who and why.
        leases: active ones.
    """

    bookings: Sequence[Booking]
    robots: Sequence[Robot]
    leases: Sequence[Lease]
    permits: Sequence[Permit] = ()
    held: bool = False
    held_by: str = ""


def view_site(records: Records, site: str | None = None, ended_since: float | None = 0.0) -> SiteView:
    """Everything about a site.

    Args:
        records: opened database.
        site: its name; None: the one, or any, of these records.
        ended_since: planned end from which on bookings that are over are shown, too [s since 1970]; None: none of them.

    Raises:
        RecordsError: the records cannot be read.
    """
    shown: ColumnElement[bool] = Booking.state.not_in(OVER)
    if ended_since is not None:
        shown |= Booking.planned_end >= ended_since
    bookings = select(Booking).where(shown).order_by(Booking.planned_start, Booking.name)
    with records.read() as session:
        query = select(Site).where(Site.held.is_(True))
        held = session.scalars(query if site is None else query.where(Site.name == site)).first()
        return SiteView(
            bookings=session.scalars(bookings).all(),
            robots=list_robots(session),
            leases=list_active(session),
            permits=list_permits(session),
            held=held is not None,
            held_by=f"{held.who}: {held.why}" if held is not None else "",
        )
