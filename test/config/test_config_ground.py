"""The ground of a site: heights add up, and what makes no sense is refused."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from robot_trials.config.site.ground import BoardSpec, GroundSpec, MatSpec, RampSpec

UP = RampSpec(x_min=2.0, x_max=6.0, slope_deg=8.0)
DOWN = RampSpec(x_min=7.0, x_max=9.0, slope_deg=-10.0)


def test_nothing_said_is_level() -> None:
    ground = GroundSpec()
    assert ground.height(-5.0) == ground.height(500.0) == ground.slope(3.0) == ground.lowest == 0.0


def test_heights_run_on_from_ramp_to_ramp() -> None:
    ground = GroundSpec(ramps=(DOWN, UP))
    top = 4.0 * math.tan(math.radians(8.0))
    assert ground.height(1.9) == 0.0
    assert ground.height(4.0) == pytest.approx(0.5 * top)
    assert ground.height(6.5) == pytest.approx(top)
    assert ground.height(20.0) == pytest.approx(top - 2.0 * math.tan(math.radians(10.0)))
    assert ground.slope(2.0) == pytest.approx(math.radians(8.0)) and ground.slope(8.0) == pytest.approx(
        -0.1745, abs=1e-4
    )
    assert ground.slope(6.0) == ground.slope(6.9) == ground.slope(9.0) == 0.0


def test_the_lowest_place_is_below_the_start_only_where_it_falls() -> None:
    assert GroundSpec(ramps=(UP,)).lowest == 0.0
    assert GroundSpec(ramps=(DOWN,)).lowest == pytest.approx(-2.0 * math.tan(math.radians(10.0)))
    assert GroundSpec(ramps=(UP, DOWN)).lowest == 0.0


@pytest.mark.parametrize("second", [(5.9, 8.0), (1.0, 2.1), (3.0, 4.0), (2.0, 6.0)])
def test_ramps_may_touch_but_not_overlap(second: tuple[float, float]) -> None:
    GroundSpec(ramps=(UP, RampSpec(x_min=6.0, x_max=7.0, slope_deg=1.0)))
    with pytest.raises(ValidationError, match="overlap"):
        GroundSpec(ramps=(UP, RampSpec(x_min=second[0], x_max=second[1], slope_deg=1.0)))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (RampSpec, {"x_min": 2.0, "x_max": 2.0, "slope_deg": 5.0}),
        (BoardSpec, {"x_min": 3.0, "x_max": 2.0, "height": 0.03}),
        (RampSpec, {"x_min": 0.0, "x_max": 1.0, "slope_deg": 15.1}),
        (BoardSpec, {"x_min": 0.0, "x_max": 1.0, "height": 0.0}),
        (BoardSpec, {"x_min": 0.0, "x_max": 1.0, "height": 0.11}),
        (MatSpec, {"x_min": 0.0, "x_max": 1.0, "sink": 0.06}),
        (MatSpec, {"x_min": 0.0, "x_max": math.nan, "sink": 0.01}),
    ],
)
def test_bad_order_and_size_are_refused(kind: type, values: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        kind(**values)
