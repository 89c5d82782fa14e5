"""Which bookings that may not move still keep robot and place from others in a new plan."""

import pytest

from robot_trials.coordination.programme.plan import _occupies
from robot_trials.records import BookingState
from robot_trials.records.models import Booking

END = 1_800_000_000.0
"""Planned end of the booking [s since 1970]."""


@pytest.mark.parametrize(
    ("state", "before", "after"),
    [
        (BookingState.STARTING, True, True),
        (BookingState.RUNNING, True, True),  # it has overrun
        (BookingState.LOST, True, True),  # nobody knows where it is
        (BookingState.DUE, True, False),
        (BookingState.HELD, True, False),
        (BookingState.PASSED, False, False),
        (BookingState.CANCELLED, False, False),
    ],
)
def test_what_was_sent_keeps_its_place_and_what_waits_only_until_its_planned_end(state, before, after):
    booking = Booking(name="first", state=state, planned_end=END)
    assert (_occupies(booking, END - 1.0), _occupies(booking, END)) == (before, after)
