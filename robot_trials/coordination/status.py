"""How a site stands, for people: from the records alone, so that it can be asked for without a coordinator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from robot_trials.records.bookings import list_bookings
from robot_trials.records.leases import list_active
from robot_trials.records.models import Booking, BookingState, Lease, Robot, Site
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
    held: bool = False
    held_by: str = ""


def view_site(records: Records, site: str | None = None, with_ended: bool = True) -> SiteView:
    """Everything about a site (any site of these records when None).

    Raises:
        RecordsError: the records cannot be read.
    """
    states = None if with_ended else [state for state in BookingState if state not in OVER]
    with records.read() as session:
        query = select(Site).where(Site.held.is_(True))
        held = session.scalars(query if site is None else query.where(Site.name == site)).first()
        return SiteView(
            bookings=list_bookings(session, states),
            robots=list_robots(session),
            leases=list_active(session),
            held=held is not None,
            held_by=f"{held.who}: {held.why}" if held is not None else "",
        )
