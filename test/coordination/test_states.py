"""Which state may follow which, all of them."""

import itertools

import pytest

from robot_trials.coordination.states import TRANSITIONS, TransitionError, change_state
from robot_trials.records import BookingState
from robot_trials.records.bookings import list_events
from robot_trials.records.models import Booking

OVER = {BookingState.PASSED, BookingState.FAILED, BookingState.ABORTED, BookingState.CANCELLED}


def test_every_state_has_its_followers_and_what_is_over_has_none():
    assert set(TRANSITIONS) == set(BookingState)
    assert {state for state, followers in TRANSITIONS.items() if not followers} == OVER
    assert set().union(*TRANSITIONS.values()) == set(BookingState)


def test_illegal_transitions_raise_and_leave_no_trace(bench):
    bench.book()
    for previous, state in itertools.product(BookingState, BookingState):
        if state in TRANSITIONS[previous]:
            continue
        with (
            pytest.raises(TransitionError, match=f"first: cannot go from {previous} to {state}"),
            bench.write() as work,
        ):
            booking = work.get(Booking, "first")
            booking.state = previous
            change_state(work, booking, state, "test", 0.0)
    with bench.records.read() as session:
        assert len(list_events(session, "first")) == 1


def test_change_leaves_a_line_with_time_and_cause(bench):
    bench.book()
    with bench.write() as session:
        change_state(session, session.get(Booking, "first"), BookingState.DUE, "its time has come", 7.0)
    with bench.records.read() as session:
        event = list_events(session, "first")[-1]
        assert (event.previous, event.state, event.cause, event.at) == ("planned", "due", "its time has come", 7.0)
