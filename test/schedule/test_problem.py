"""Nonsense is refused, with its name, value and bound."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plans import DAY, NINE, ROBOT, make_booking, make_option, make_problem

from robot_trials.schedule.problem.statement import Interval, Marshal, Place, Refusal, reward


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"robots": (replace(ROBOT, energy_capacity=0.0),)}, r"'kuavo-1': energy_capacity: 0.0: must be > 0 \[Wh\]"),
        ({"robots": (replace(ROBOT, energy_capacity=float("nan")),)}, "energy_capacity: nan: must be a finite number"),
        ({"robots": (replace(ROBOT, reserve=1.0),)}, "reserve: 1.0: must be ≥ 0 and < 1"),
        ({"robots": (replace(ROBOT, charge_power=-5.0),)}, r"charge_power: -5.0: must be > 0 \[W\]"),
        ({"robots": (replace(ROBOT, turnaround=-1),)}, "turnaround: -1: must be ≥ 0"),
        ({"robots": (ROBOT, ROBOT)}, "robot: name: kuavo-1: must appear only once"),
        ({"places": (Place(""),)}, "place: name: : must be a name"),
        ({"marshals": (Marshal("ada", (Interval(5, 5),)),)}, "'ada': shifts: end: 5: must be ≥ 6"),
        ({"marshals": (Marshal("ada", (Interval(5, 9), Interval(8, 12))),)}, "shifts: 8: must be ≥ 9"),
    ],
)
def test_resources_are_checked(changes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_problem(**changes)


@pytest.mark.parametrize(
    ("booking", "message"),
    [
        (make_booking("relay", priority=0), "'relay': priority: 0: must be ≥ 1"),
        (make_booking("relay", priority=11), "priority: 11: must be ≤ 10"),
        (make_booking("relay", priority=1.5), "priority: 1.5: must be an integer"),
        (make_booking("relay", marshals=-1), "marshals: -1: must be ≥ 0"),
        (make_booking("relay", buffer_before=-60), "buffer_before: -60: must be ≥ 0"),
        (make_booking("relay", make_option("g1")), "options: robot: g1: must be one of the problem's robots"),
        (make_booking("relay", make_option(place="moon")), "options: place: moon"),
        (make_booking("relay", make_option(duration=0)), "duration: 0: must be ≥ 1"),
        (make_booking("relay", make_option(energy=-1.0)), r"energy: -1.0: must be ≥ 0 \[Wh\]"),
        (make_booking("relay", make_option(windows=(Interval(9, 8),))), "windows: end: 8: must be ≥ 10"),
        (make_booking("relay", make_option(), make_option()), "kuavo-1 at square: must appear only once"),
        (make_booking("relay", refusals=(Refusal("mood", ""),)), "mood: must be one of trial, permit, window"),
    ],
)
def test_bookings_are_checked(booking, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_problem(booking)


def test_names_are_checked_across_bookings() -> None:
    with pytest.raises(ValueError, match="booking: name: relay: must appear only once"):
        make_problem(make_booking("relay"), make_booking("relay"))


def test_one_trial_outweighs_three_of_the_next_lower_priority() -> None:
    assert [reward(priority) for priority in (1, 2, 3)] == [1, 4, 16]
    assert all(reward(p + 1) > 3 * reward(p) for p in range(1, 10))


def test_recharging_takes_whole_seconds() -> None:
    assert ROBOT.blocked_after(200.0) == 600 + 1440
    assert ROBOT.blocked_after(0.1) == 600 + 1
    assert NINE % 3600 == 0 and DAY[0].start == NINE
