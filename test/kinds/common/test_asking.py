"""What a kind says wrongly, or raises, is a problem of its trial, named with the kind, and passes no permit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from greeting import load_greeting

from robot_trials.exceptions import ConfigError
from robot_trials.kinds.contract import Demands, Load
from robot_trials.kinds.registry import find_kind

SQUARE = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))
CROSSED = (SQUARE[0], SQUARE[2], *SQUARE[1::2])
SOUND = Demands(0.5, timedelta(seconds=60), SQUARE)


@pytest.mark.parametrize("speed", [math.nan, math.inf, 0.0, -1.0])
def test_a_speed_that_no_cap_can_hold_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed .* must be > 0 m/s"):
        replace(SOUND, speed=speed)


@pytest.mark.parametrize(("mass", "tolerance"), [(math.nan, 0.1), (0.0, 0.1), (1.0, math.nan), (1.0, -0.1)])
def test_a_load_that_no_cap_can_hold_is_refused(mass: float, tolerance: float) -> None:
    with pytest.raises(ValueError, match="load"):
        Load(mass, tolerance, "right")


@pytest.mark.parametrize(
    "change",
    [{"area": ()}, {"area": ((0.0, 0.0), (1.0, math.nan), (1.0, 1.0))}, {"duration": timedelta()}, {"people": -1}],
)
def test_other_demands_that_say_nothing_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        replace(SOUND, **change)


def crash(*_: object) -> None:
    raise RuntimeError("no such thing")


@pytest.mark.parametrize(
    ("method", "wrong", "told"),
    [
        ("find_demands", crash, "kind greet: find_demands failed: RuntimeError: no such thing"),
        ("find_demands", lambda *_: Demands(math.nan, timedelta(1), SQUARE), "speed nan must be > 0 m/s"),
        (
            "find_demands",
            lambda *_: replace(SOUND, area=(SQUARE[0], SQUARE[2], *SQUARE[1::2])),
            "must not cross itself",
        ),
        ("find_demands", lambda *_: None, "find_demands must give a Demands, not None"),
        ("resolve_course", crash, "resolve_course failed"),
        ("check", lambda *_: None, "check must give a list, not None"),
        ("list_bounds", lambda *_: {"raised_time_min": math.nan}, "list_bounds: raised_time_min must be a number"),
    ],
)
def test_a_broken_kind_is_a_problem_of_its_trial(
    monkeypatch: pytest.MonkeyPatch, method: str, wrong: Callable[..., object], told: str
) -> None:
    load_greeting()
    monkeypatch.setattr(find_kind("greet"), method, wrong)
    with pytest.raises(ConfigError, match=told):
        load_greeting()
