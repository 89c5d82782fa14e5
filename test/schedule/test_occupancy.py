"""What a trial that is planned leaves free before and after it, and at which places."""

from __future__ import annotations

import pytest
from plans import HOUR, MINUTE, NINE, assign, make_booking, make_option, make_problem

from robot_trials.schedule.problem.occupancy import Occupancy

BEFORE, AFTER = 10 * MINUTE, 5 * MINUTE
"""Buffers of every booking of `plans`."""


def find_start(promised_at: int, place: str = "square") -> int:
    """Earliest start of a free trial of an hour by another robot, at `place`, beside a promised one [s after nine]."""
    free = make_booking("free", make_option("kuavo-2", place))
    occupancy = Occupancy(make_problem(make_booking("promised"), free), MINUTE)
    occupancy.add(assign("promised", NINE + promised_at))
    slot = occupancy.find_earliest(occupancy.bookings["free"])
    assert slot is not None
    return slot.start - NINE


def test_a_trial_before_a_promised_one_leaves_room_for_both_buffers() -> None:
    assert find_start(HOUR + AFTER + BEFORE) == 0
    late = HOUR + AFTER + BEFORE - MINUTE
    assert find_start(late) == late + HOUR + AFTER + BEFORE, "a minute too little: only after it"


@pytest.mark.parametrize("promised_at", [0, 30 * MINUTE])
def test_a_trial_after_a_promised_one_leaves_room_for_both_buffers(promised_at: int) -> None:
    assert find_start(promised_at) == promised_at + HOUR + AFTER + BEFORE


def test_buffers_are_those_of_a_place() -> None:
    assert find_start(0, place="park") == 0


def test_a_robot_and_a_marshal_need_no_buffer_beyond_their_own() -> None:
    """By the same robot elsewhere: it has to turn around and charge, its place's buffers do not count."""
    problem = make_problem(make_booking("promised"), make_booking("free", make_option("kuavo-1", "park")))
    occupancy = Occupancy(problem, MINUTE)
    occupancy.add(assign("promised", NINE))
    slot = occupancy.find_earliest(occupancy.bookings["free"])
    assert slot is not None and slot.start == NINE + HOUR + 34 * MINUTE


def test_what_is_removed_is_free_again() -> None:
    occupancy = Occupancy(make_problem(make_booking("promised"), make_booking("free")), MINUTE)
    occupancy.add(assign("promised", NINE))
    before = occupancy.find_earliest(occupancy.bookings["free"])
    occupancy.remove("promised")
    after = occupancy.find_earliest(occupancy.bookings["free"])
    assert before is not None and before.start == NINE + HOUR + 34 * MINUTE
    assert after is not None and after.start == NINE and after.marshals == ("ada",)
