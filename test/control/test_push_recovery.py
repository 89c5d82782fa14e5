"""What the walk does about a push, on a body that does exactly what it is told."""

from __future__ import annotations

import math

import pytest
from test_walking_phases import GAINS, IdealBody

from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.walking.gait import Phase
from robot_trials_control.walking.phases import TRANSFER_MIN

STEPS_TO_RECOVER = 4


def walk(stance: int) -> IdealBody:
    """At a lift-off in the midst of a walk, on the given foot."""
    body = IdealBody()
    body.go(20.0, speed=0.55)
    body.run(3.0)
    body.lift_off(stance)
    return body


def outward(stance: int) -> float:
    """Sign of y away from the other foot."""
    return 1.0 if stance == LEFT else -1.0


def measure_double_support(body: IdealBody) -> float:
    """Duration of the next one, as planned when it begins [s]."""
    while body.walking.phase is not Phase.DOUBLE:
        body.tick()
    return float(body.walking.gait.duration)


def test_an_undisturbed_double_support_lasts_as_planned() -> None:
    assert measure_double_support(walk(LEFT)) == pytest.approx(GAINS.double_support)


@pytest.mark.parametrize("stance", [LEFT, RIGHT])
@pytest.mark.parametrize("speed", [0.15, 0.25, 0.35])
def test_pushed_over_its_stance_foot_it_steps_soon_near_and_then_wide(stance: int, speed: float) -> None:
    body = walk(stance)
    limits, gait = body.walking.plan.limits, body.walking.gait
    body.velocity[1] += speed * outward(stance)
    start = float(gait.elapsed)
    transfer = measure_double_support(body)
    feet = body.feet
    landed = feet[1 - stance].position - feet[stance].position
    assert -outward(stance) * landed[1] >= limits.inner - 0.01
    if speed > 0.2:
        assert TRANSFER_MIN <= transfer < GAINS.double_support
        assert float(gait.elapsed) - start < GAINS.single_support
    body.lift_off(1 - stance)
    measure_double_support(body)
    wide = feet[stance].position - feet[1 - stance].position
    assert GAINS.foot_spread - 0.05 < outward(stance) * wide[1] <= limits.outer + 0.01


@pytest.mark.parametrize("stance", [LEFT, RIGHT])
@pytest.mark.parametrize("direction", range(0, 360, 45))
def test_a_push_is_forgotten_after_four_steps(stance: int, direction: int) -> None:
    body = walk(stance)
    body.velocity[0] += 0.25 * math.cos(math.radians(direction))
    body.velocity[1] += 0.25 * math.sin(math.radians(direction))
    steps = body.walking.steps
    while body.walking.steps < steps + STEPS_TO_RECOVER:
        body.tick()
    body.run(1.0)
    error = body.walking.gait.dcm - body.walking.gait.dcm_reference
    assert math.hypot(*error) < 0.01
    apart = abs(body.feet[LEFT].position[1] - body.feet[RIGHT].position[1])
    assert apart == pytest.approx(GAINS.foot_spread, abs=0.03)
