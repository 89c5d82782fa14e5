"""How long nested attempts take at most."""

from __future__ import annotations

import pytest

from robot_trials.config import PhaseSpec
from robot_trials.kinds.common.longest import (
    REST_PATIENCE,
    TICK,
    Longest,
    in_turn,
    limit,
    limit_phase,
    tried_again,
    under_guard,
)


def test_phase_takes_each_of_its_attempts() -> None:
    assert limit_phase(PhaseSpec(timeout=20.0, retries=2)).success == pytest.approx(60.0, abs=0.1)
    assert limit_phase(PhaseSpec(timeout=20.0, retries=2), retries=0).failure == pytest.approx(20.0, abs=0.1)


def test_parts_in_turn_fail_as_late_as_the_latest_of_them() -> None:
    found = in_turn(Longest(10.0, 10.0), Longest(1.0, 50.0), Longest(2.0, 3.0))
    assert found == (13.0, 60.0)


def test_attempts_multiply_what_is_tried_again_inside() -> None:
    inside = in_turn(limit_phase(PhaseSpec(timeout=20.0, retries=2)), limit_phase(PhaseSpec(timeout=20.0)))
    whole = tried_again(inside, limit(5.0), retries=2)
    assert whole.success == pytest.approx(3 * 80.0 + 2 * 5.0, abs=0.5)
    assert whole.failure == pytest.approx(3 * 85.0, abs=0.5)


def test_safe_end_counts_where_failing_takes_longer() -> None:
    assert under_guard(Longest(100.0, 90.0)) == pytest.approx(90.0 + 2 * (REST_PATIENCE + TICK))
    assert under_guard(Longest(200.0, 90.0)) == 200.0
