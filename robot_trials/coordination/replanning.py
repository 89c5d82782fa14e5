"""A new plan after something has changed: what the planner is told, and what of its answer is taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.orm import Session

from robot_trials.coordination.states import change_state
from robot_trials.records.bookings import list_bookings, log_event
from robot_trials.records.models import Booking, BookingState, OnMissed
from robot_trials.records.robots import list_robots


@dataclass(frozen=True)
class Situation:
    """What a new plan starts from.

    Attributes:
        now: [s since 1970].
        fixed: bookings that the plan may not move: sent, held by a person, or over.
        movable: bookings that it places anew.
        robots_out: out of service.
        cause: why a plan is wanted.
    """

    now: float
    fixed: Sequence[Booking]
    movable: Sequence[Booking]
    robots_out: Sequence[str]
    cause: str


@dataclass(frozen=True)
class Placement:
    """Where and when the new plan has a booking. Times in seconds since 1970."""

    booking: str
    robot: str
    place: str
    zones: tuple[str, ...]
    planned_start: float
    planned_end: float
    latest_start: float
    marshals: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewPlan:
    """A planner's answer.

    Attributes:
        placements: for movable bookings.
        left_out: booking → why there is no room for it.
    """

    placements: Sequence[Placement] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)


class Replan(Protocol):
    """Makes new plans."""

    def __call__(self, situation: Situation) -> NewPlan | None:
        """The plan; None while it is being made: it is asked again, with the situation of that moment."""


def is_movable(booking: Booking) -> bool:
    """Whether a new plan may place a booking anew."""
    missed = booking.state in (BookingState.EXPIRED, BookingState.REFUSED) and booking.missed
    return booking.state is BookingState.PLANNED or (missed and booking.on_missed is OnMissed.NEXT_WINDOW)


def describe_situation(session: Session, now: float, cause: str) -> Situation:
    """How things stand at a moment."""
    bookings = list_bookings(session)
    return Situation(
        now=now,
        fixed=[booking for booking in bookings if not is_movable(booking)],
        movable=[booking for booking in bookings if is_movable(booking)],
        robots_out=[robot.name for robot in list_robots(session) if not robot.in_service],
        cause=cause,
    )


def apply_plan(session: Session, plan: NewPlan, now: float, cause: str) -> list[str]:
    """Move what still may be moved: a booking that has started meanwhile stays as it is.

    Returns:
        Names of the bookings that changed.
    """
    changed = []
    for placement in plan.placements:
        booking = session.get(Booking, placement.booking, with_for_update=True)
        if booking is not None and is_movable(booking) and _place(session, booking, placement, now, cause):
            changed.append(booking.name)
    for name, why in plan.left_out.items():
        booking = session.get(Booking, name, with_for_update=True)
        if booking is not None and booking.state is BookingState.PLANNED:
            booking.reason, booking.missed = f"no place in the new plan: {why}", True
            change_state(session, booking, BookingState.REFUSED, booking.reason, now)
            changed.append(name)
    return changed


def _place(session: Session, booking: Booking, placement: Placement, now: float, cause: str) -> bool:
    """Whether anything is different from before."""
    fields = ("robot", "place", "planned_start", "planned_end", "latest_start")
    wanted: dict[str, object] = {name: getattr(placement, name) for name in fields}
    wanted |= {"zones": list(placement.zones), "marshals": list(placement.marshals)}
    back = booking.state is not BookingState.PLANNED
    if back and placement.latest_start < now:
        return False
    if not back and all(getattr(booking, name) == value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(booking, name, value)
    booking.reason, booking.missed = "", False
    if back:
        change_state(session, booking, BookingState.PLANNED, f"planned anew: {cause}", now)
    else:
        log_event(session, booking, booking.state.value, f"moved: {cause}", now)
    return True
