"""The life of a booking: which state may follow which, and the history that every change leaves."""

from __future__ import annotations

from sqlalchemy.orm import Session

from robot_trials.exceptions import RobotTrialsError
from robot_trials.records.bookings import log_event
from robot_trials.records.models import Booking, BookingState

S = BookingState
TRANSITIONS: dict[BookingState, frozenset[BookingState]] = {
    S.PLANNED: frozenset({S.DUE, S.HELD, S.REFUSED, S.EXPIRED, S.CANCELLED}),
    S.DUE: frozenset({S.STARTING, S.PLANNED, S.HELD, S.REFUSED, S.EXPIRED, S.CANCELLED}),
    S.HELD: frozenset({S.PLANNED, S.DUE, S.EXPIRED, S.CANCELLED}),
    S.STARTING: frozenset({S.RUNNING, S.LOST, S.PASSED, S.FAILED, S.ABORTED, S.EXPIRED, S.CANCELLED}),
    S.RUNNING: frozenset({S.LOST, S.PASSED, S.FAILED, S.ABORTED}),
    S.LOST: frozenset({S.RUNNING, S.PASSED, S.FAILED, S.ABORTED, S.EXPIRED, S.CANCELLED}),
    S.REFUSED: frozenset({S.PLANNED, S.DUE, S.CANCELLED}),
    S.EXPIRED: frozenset({S.PLANNED, S.DUE, S.CANCELLED}),
    S.PASSED: frozenset(),
    S.FAILED: frozenset(),
    S.ABORTED: frozenset(),
    S.CANCELLED: frozenset(),
}
"""From each state, those that may follow. Refused and expired ones come back by a new plan or by a person."""

WAITING = (S.PLANNED, S.DUE, S.HELD)
"""Not yet sent."""
SENT = (S.STARTING, S.RUNNING, S.LOST)
"""The robot may have it: it is asked until the end is known."""


class TransitionError(RobotTrialsError):
    """A booking cannot go from its state to the wanted one; nothing was written."""


def change_state(session: Session, booking: Booking, state: BookingState, cause: str, at: float) -> None:
    """Move a booking on and write down when and why.

    Args:
        booking: in the session's transaction.
        state: the next one.
        cause: for the history.
        at: when [s since 1970].

    Raises:
        TransitionError: the state may not follow.
    """
    previous = booking.state
    if state not in TRANSITIONS[previous]:
        raise TransitionError(f"booking {booking.name}: cannot go from {previous} to {state}")
    booking.state = state
    log_event(session, booking, previous.value, cause, at)
