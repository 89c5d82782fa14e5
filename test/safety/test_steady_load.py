"""A load that stays the same: for how long, and which."""

from __future__ import annotations

import math

import pytest

from robot_trials.safety.shared_load import SteadyLoad

PERIOD = 0.02


def feed(load: SteadyLoad, masses: list[float], start: float = 0.0) -> list[bool]:
    return [load.update(mass, start + PERIOD * index) for index, mass in enumerate(masses)]


def test_it_rests_after_its_time_and_gives_the_mean() -> None:
    load = SteadyLoad(steady=0.1, time=0.8)
    assert math.isnan(load.mean)
    said = feed(load, [1.6, 1.65] * 30)
    assert said.index(True) == 40 and all(said[40:])
    assert load.mean == pytest.approx(1.625)


def test_a_rise_begins_anew() -> None:
    load = SteadyLoad(steady=0.1, time=0.8)
    assert not any(feed(load, [1.0 + 0.006 * index for index in range(200)])), "0.3 kg/s"
    assert feed(load, [2.3] * 60)[-1] and load.mean == pytest.approx(2.3, abs=0.05)


def test_not_a_number_never_rests() -> None:
    load = SteadyLoad(steady=0.1, time=0.0)
    assert not any(feed(load, [math.nan] * 5))


def test_reset_forgets() -> None:
    load = SteadyLoad(steady=0.1, time=0.5)
    assert feed(load, [1.6] * 30)[-1]
    load.reset()
    assert not load.update(1.6, 0.6) and load.update(1.6, 1.2)
