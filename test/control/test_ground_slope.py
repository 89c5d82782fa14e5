"""Which slope is believed from what the soles feel."""

from __future__ import annotations

import numpy as np
import pytest

from robot_trials_control.numeric.rotations import rotation_on_slope
from robot_trials_control.walking.ground_slope import SLOPE_MAX, SlopeSense, slope_under


def sole(x: float, y: float = 0.0) -> np.ndarray:
    rotation = np.zeros((3, 3))
    rotation_on_slope(0.4, x, y, rotation)
    return rotation


def feel(sense: SlopeSense, *soles: tuple[float, float]) -> tuple[float, float]:
    """Soles at some x at the same height, each on its slope along x."""
    for x, slope in soles:
        sense.feel(np.array((x, 0.0, 0.0)), sole(slope))
    return sense.slope


def test_a_sole_shows_the_slope_it_lies_on() -> None:
    assert slope_under(sole(0.1, -0.05)) == pytest.approx((0.1, -0.05))


def test_two_soles_a_step_apart_are_believed_and_the_gentler_counts() -> None:
    sense = SlopeSense()
    assert feel(sense, (0.0, 0.0), (0.4, -0.14)) == (0.0, 0.0)
    assert feel(sense, (0.8, -0.12)) == pytest.approx((-0.12, 0.0))
    assert feel(sense, (1.2, 0.0))[0] == pytest.approx(0.0)


def test_one_sole_on_an_edge_is_not_believed() -> None:
    sense = SlopeSense()
    assert feel(sense, (0.0, 0.001), (0.4, 0.15))[0] <= 0.001
    assert feel(sense, (0.8, -0.001))[0] == 0.0


def test_two_soles_on_the_same_edge_are_not_believed() -> None:
    sense = SlopeSense()
    assert feel(sense, (0.0, 0.0), (0.2, 0.0), (0.4, 0.15), (0.45, 0.15))[0] == 0.0


def test_a_sole_that_stands_as_much_lower_as_it_tilts_is_believed_at_once() -> None:
    sense = SlopeSense()
    sense.feel(np.zeros(3), sole(0.0))
    sense.feel(np.array((0.25, -0.2, -0.14 * 0.25)), sole(-0.14))
    assert sense.slope == pytest.approx((-0.14, 0.0))


def test_a_sole_on_the_edge_of_a_board_is_believed_no_more_than_it_has_risen() -> None:
    sense = SlopeSense()
    sense.feel(np.zeros(3), sole(0.0))
    sense.feel(np.array((0.25, -0.2, 0.015)), sole(0.2))
    assert sense.slope == pytest.approx((0.06, 0.0))


def test_short_steps_confirm_nothing() -> None:
    sense = SlopeSense()
    sense.feel(np.zeros(3), sole(0.0))
    sense.feel(np.array((0.06, -0.2, 0.01)), sole(0.17))
    assert sense.slope[0] == 0.0


def test_no_steeper_than_the_steepest() -> None:
    assert feel(SlopeSense(), (0.0, 0.4), (0.5, 0.4))[0] == SLOPE_MAX
    assert feel(SlopeSense(), (0.0, -0.4), (0.5, -0.4))[0] == -SLOPE_MAX


def test_it_forgets() -> None:
    sense = SlopeSense()
    feel(sense, (0.0, 0.1), (0.5, 0.1))
    sense.reset()
    assert sense.slope == (0.0, 0.0) and feel(sense, (1.0, 0.1)) == (0.0, 0.0)
