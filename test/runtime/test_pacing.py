"""Pacing against the wall clock."""

import time

import pytest

from robot_trials.runtime.control.pacing import LAG_MAX_NS, Pacer


def test_world_is_held_back_to_its_factor():
    pacer = Pacer(0.5)
    start = time.monotonic()
    for step in range(6):
        pacer.wait_until(step * 20_000_000)
    assert 0.195 <= time.monotonic() - start < 0.4


def test_world_that_fell_behind_does_not_catch_up():
    pacer = Pacer(1.0)
    pacer.wait_until(0)
    time.sleep(LAG_MAX_NS * 1e-9 + 0.05)
    pacer.wait_until(20_000_000)
    start = time.monotonic()
    pacer.wait_until(60_000_000)
    assert time.monotonic() - start >= 0.035


def test_what_a_world_got_ahead_unpaced_is_not_waited_for():
    pacer = Pacer(1.0)
    pacer.wait_until(0)
    pacer.forget()
    start = time.monotonic()
    pacer.wait_until(60_000_000_000)
    pacer.wait_until(60_020_000_000)
    assert 0.015 <= time.monotonic() - start < 1.0


@pytest.mark.parametrize("factor", [0.0, -1.0, 1.5, float("nan")])
def test_factor_out_of_range_is_refused(factor):
    with pytest.raises(ValueError, match="real_time_factor: .*: must be > 0 and ≤ 1"):
        Pacer(factor)
