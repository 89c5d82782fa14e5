"""Clocks and civil time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from robot_trials.clock import SimulatedClock, SteadyClock, epoch_ns

START = datetime(2025, 11, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def test_simulated_clock_counts_from_the_scenarios_date() -> None:
    clock = SimulatedClock(START)
    clock.advance_to(90_000_000_000)
    assert clock.now_ns() == 90_000_000_000
    assert clock.civil() == START + timedelta(seconds=90)


def test_simulated_time_never_goes_back() -> None:
    clock = SimulatedClock(START)
    clock.advance_to(10)
    with pytest.raises(ValueError, match="cannot go back from 10 ns to 9 ns"):
        clock.advance_to(9)


def test_steady_clock_moves_on() -> None:
    clock = SteadyClock(START)
    first = clock.now_ns()
    assert 0 <= first <= clock.now_ns()
    assert clock.civil() >= START


def test_epoch_is_exact_to_the_nanosecond() -> None:
    assert epoch_ns(datetime(2025, 11, 2, 1, 0, tzinfo=UTC), 7) == 1_762_045_200_000_000_007
    assert epoch_ns(START) == 1_762_045_200_000_000_000


def test_a_date_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        SimulatedClock(datetime(2025, 11, 2))
