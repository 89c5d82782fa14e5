"""Derivatives against central differences, with tolerances that follow from the step.

A central difference misses by C h² + round-off / h. A derivative is taken for true if the miss shrinks with h² from
step to step until round-off is left: one that is wrong by δ stops shrinking at δ, whatever the size of C.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

REFINEMENTS = 3
"""How often the step is divided."""
RATIO = 4.0
"""By what."""
SLACK = 2.0
"""Factor by which a miss may exceed what its order promises: terms of higher order are there, too."""
ROUND_OFF = 100.0 * np.finfo(float).eps
"""Of a function's values, relative to their size: some dozens of joints are summed up."""


def check_derivative(
    function: Callable[[float], np.ndarray | float],
    derivative: np.ndarray | float,
    step: float = 1e-2,
    scale: float = 1.0,
) -> None:
    """Assert that a derivative is that of a function at 0, in value and in order.

    Args:
        function: of time or of any other number; any shape.
        derivative: claimed at 0, same shape.
        step: first and longest one; the function is smooth within it.
        scale: size of what is added up within the function, where it is larger than its values.
    """
    expected = np.asarray(derivative, dtype=float)

    def miss(h: float) -> float:
        ahead, behind = np.array(function(h), dtype=float), np.array(function(-h), dtype=float)
        assert ahead.shape == expected.shape
        return float(np.abs((ahead - behind) / (2.0 * h) - expected).max())

    size = max(scale, float(np.abs(np.asarray(function(0.0), dtype=float)).max()), float(np.abs(expected).max()))
    check_order(miss, step, 2, lambda h: ROUND_OFF * size / min(h, 1.0))


def check_jacobian(
    function: Callable[[np.ndarray], np.ndarray],
    jacobian: np.ndarray,
    step: float = 1e-2,
    scale: float = 1.0,
) -> None:
    """Assert that a matrix holds a function's derivatives at 0, a column for each of its arguments.

    Args:
        function: from arguments of shape (n,) to values of shape (m,).
        jacobian: claimed, shape (m, n).
        step, scale: as for `check_derivative`.
    """
    axes = np.eye(jacobian.shape[1])
    check_derivative(lambda t: np.column_stack([function(t * axis) for axis in axes]), jacobian, step, scale)


def check_order(
    miss: Callable[[float], float], step: float, order: int, round_off: Callable[[float], float] = lambda _: 0.0
) -> None:
    """Assert that an error shrinks with a power of the step, down to round-off.

    Args:
        miss: the error for a step.
        step: first and longest one.
        order: the power.
        round_off: what may be left for a step.
    """
    before = miss(step)
    assert np.isfinite(before)
    for _ in range(REFINEMENTS):
        step /= RATIO
        now, allowed = miss(step), SLACK * before / RATIO**order + round_off(step)
        assert now <= allowed, f"off by {now:.3g} at step {step:.3g}, order {order} allows {allowed:.3g}"
        before = now
