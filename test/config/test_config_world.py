"""Numbers and distributions of a simulated world."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from robot_trials.config.world import Normal, Tolerance, Uniform, WorldSpec, draw_value

CHANCES = np.random.default_rng(0).random(20000)


@pytest.mark.parametrize(
    ("draw", "low", "high", "mean", "deviation"),
    [
        (Uniform(uniform=(0.4, 1.0)), 0.4, 1.0, 0.7, 0.6 / 12**0.5),
        (Uniform(uniform=(-0.05, 0.05)), -0.05, 0.05, 0.0, 0.1 / 12**0.5),
        (Tolerance(nominal=1.6, tolerance=0.1), 1.44, 1.76, 1.6, 0.32 / 12**0.5),
        (Normal.model_validate({"normal": {"mean": 5.0, "deviation": 1.0, "min": 0.0, "max": 10.0}}), 0, 10, 5.0, 1.0),
    ],
)
def test_draws_have_their_distribution(
    draw: Uniform | Tolerance | Normal, low: float, high: float, mean: float, deviation: float
) -> None:
    values = np.array([draw_value(draw, float(chance)) for chance in CHANCES])
    assert low <= values.min() and values.max() <= high
    assert draw.range == pytest.approx((low, high))
    assert values.mean() == pytest.approx(mean, abs=0.03 * deviation)
    assert values.std() == pytest.approx(deviation, rel=0.03)
    assert (np.diff(values[np.argsort(CHANCES)]) >= 0.0).all(), "a larger chance never gives a smaller number"


def test_a_bell_curve_is_cut_off_and_never_leaves_its_ends() -> None:
    draw = Normal.model_validate({"normal": {"mean": 1.6, "deviation": 0.1, "min": 1.55, "max": 2.4}})
    values = [draw.at(float(chance)) for chance in (0.0, *CHANCES[:1000], 1.0 - 1e-16)]
    assert min(values) == 1.55 and max(values) <= 2.4


def test_a_number_is_that_number_whatever_the_seed() -> None:
    assert {draw_value(2.4, float(chance)) for chance in CHANCES[:10]} == {2.4}
    assert WorldSpec.model_validate({"friction": 1}).friction == 1.0


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (3.0, "must lie in 0.05…2, draws 3"),
        ({"uniform": [0.5, 2.5]}, "must lie in 0.05…2, draws 0.5…2.5"),
        ({"uniform": [1.0, 0.5]}, r"uniform must be \[smaller, larger\], got \[1.0, 0.5\]"),
        ({"normal": {"mean": 1.0, "deviation": 0.1}}, "Field required"),
        ({"normal": {"mean": 9.0, "deviation": 0.1, "min": 0.5, "max": 1.0}}, "has something to draw"),
        ({"normal": {"mean": 1.0, "deviation": 0.1, "min": 1.0, "max": 0.5}}, "min must be < max"),
        ({"nominal": 1.0, "tolerance": 1.5}, "less than 1"),
        ({"uniforn": [0.5, 1.0]}, "not permitted"),
        ("slippery", "valid number"),
    ],
)
def test_what_cannot_be_drawn_is_refused(value: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        WorldSpec.model_validate({"friction": value})
