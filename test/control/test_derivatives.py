"""The check of derivatives itself: it lets true ones pass and catches small mistakes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from derivatives import check_derivative, check_jacobian, check_order

HERE = 0.7


@pytest.mark.parametrize("step", [0.1, 1e-2, 1e-3])
def test_a_true_derivative_passes(step: float) -> None:
    check_derivative(lambda t: np.array((math.sin(HERE + t), math.exp(3 * t))), (math.cos(HERE), 3.0), step)
    check_derivative(lambda t: 5.0 * t, 5.0, step)
    check_derivative(lambda t: 1e6 + t * t, 0.0, step)


@pytest.mark.parametrize("wrong", [1e-6, -1e-3, 1.0])
def test_a_derivative_that_is_off_by_little_is_caught(wrong: float) -> None:
    with pytest.raises(AssertionError, match="off by"):
        check_derivative(lambda t: math.sin(HERE + t), math.cos(HERE) + wrong)


@pytest.mark.parametrize(
    "function", [lambda t: abs(t) * t + t, lambda t: t + abs(t), lambda t: math.floor(t)], ids=["curve", "kink", "jump"]
)
def test_what_is_not_smooth_is_caught(function: Callable[[float], float]) -> None:
    """A jump in the second, in the first derivative, in the value: the error falls more slowly or not at all."""
    with pytest.raises(AssertionError, match="off by"):
        check_derivative(lambda t: function(t + 1e-4), 1.0 + 2e-4)


def test_one_wrong_entry_of_a_jacobian_is_caught() -> None:
    matrix = np.random.default_rng(0).standard_normal((4, 3))
    check_jacobian(lambda x: np.sin(matrix @ x), matrix)
    matrix[2, 1] += 1e-5
    with pytest.raises(AssertionError, match="off by"):
        check_jacobian(lambda x: np.sin((matrix - 1e-5 * np.eye(4, 3)) @ x), matrix)


def test_an_order_too_low_is_caught() -> None:
    check_order(lambda h: 3.0 * h, 0.1, 1)
    with pytest.raises(AssertionError, match="order 2"):
        check_order(lambda h: 3.0 * h, 0.1, 2)
