"""Bounds on accelerations at the ends of a joint's range, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from robot_trials_control.whole_body.constraints import bound_joints, bound_torques


@pytest.mark.parametrize(
    ("angle", "speed", "low", "high"),
    [
        (0.0, 0.0, -1.0 / 0.0018, 1.0 / 0.0018),  # 1 rad within 0.06 s
        (0.97, 0.0, -1.97 / 0.0018, 0.03 / 0.0018),
        (0.97, 1.0, -2.03 / 0.0018, -0.03 / 0.0018),  # it will be 0.03 rad beyond
        (1.10, 0.0, -2.10 / 0.0018, -30.0),  # it is far beyond: no more than this is asked for
        (-0.97, 0.0, -0.03 / 0.0018, 1.97 / 0.0018),
        (-0.97, -1.0, 0.03 / 0.0018, 2.03 / 0.0018),
        (-1.10, 0.0, 30.0, 2.10 / 0.0018),
    ],
)
def test_a_joint_is_kept_within_its_range_but_never_forced_back(
    angle: float, speed: float, low: float, high: float
) -> None:
    lower, upper, v = np.zeros(3), np.zeros(3), np.zeros(7)
    v[6] = speed
    bound_joints(np.array([-1.0]), np.array([1.0]), np.array([angle]), v, lower, upper)
    assert (lower[0], upper[0]) == pytest.approx((low, high))
    assert not lower[1:].any() and not upper[1:].any()


def test_what_is_not_decided_takes_its_share_of_a_torque_limit() -> None:
    lower, upper = np.zeros(4), np.zeros(4)
    bound_torques(np.array([10.0, 20.0]), np.array([3.0, -4.0]), 1, lower, upper)
    np.testing.assert_array_equal(lower, (0.0, -13.0, -16.0, 0.0))
    np.testing.assert_array_equal(upper, (0.0, 7.0, 24.0, 0.0))
