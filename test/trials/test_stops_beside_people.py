"""An emergency stop with a person's hand on the torch: the robot stands, gives way, and goes down when it may."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.judges.person import PersonWatch
from robot_trials.config import load_trial_setup
from robot_trials.safety.stop_ladder import Rung
from robot_trials.trials.trial_drill import TrialDrill
from robot_trials_control.records import MotionMode

pytestmark = pytest.mark.simulation

FORCE_MAX, MOVED_MAX = 12.0, 0.030
"""On a person beyond the torch's weight [N]; by which the robot may move a person's hand [m]."""


@pytest.fixture
def relay() -> Iterator[TrialDrill]:
    made = TrialDrill(load_trial_setup("torch_relay", seed=0, length=5.0, camera="model"))
    yield made
    made.close()


def stop(relay: TrialDrill, seconds: float) -> PersonWatch:
    """An emergency stop, and what people feel of it."""
    judge = PersonWatch(relay.robot)
    relay.watch(judge.update)
    relay.stop_requests.e_stop[...] = 1
    assert relay.run(seconds)
    return judge


def assert_waits_gently(relay: TrialDrill, judge: PersonWatch) -> None:
    status = relay.sample.status
    assert int(status.stop_rung) == Rung.PROTECTIVE and status.stop_waits and status.stop_over
    assert float(status.lowered) == 0.0 and int(status.mode) == MotionMode.PROTECTIVE_STOP
    assert round(judge.excess, 6) <= FORCE_MAX and judge.moved <= MOVED_MAX and judge.contacts == 0


def test_in_the_take_over_the_robot_waits_and_a_person_lets_it_go_down(relay: TrialDrill) -> None:
    def is_partly_over(_: object) -> bool:
        return relay.trial.phase == "take_over" and float(relay.sample.status.payload_mass) > 0.3

    assert relay.run(60.0, until=is_partly_over)
    judge = stop(relay, 8.0)
    assert_waits_gently(relay, judge)
    assert relay.trial.finished and relay.trial.ended == "standing"
    assert "emergency stop" in relay.trial.reason
    assert any("may hold the load" in event.text for event in relay.trial.events)
    relay.stop_requests.lower[...] += 1
    limits = relay.stops.limits
    bound = limits.lower_max + limits.settle_time + limits.off_max
    assert relay.run(bound, until=lambda sample: int(sample.status.stop_rung) == Rung.OFF)


def test_in_the_hand_over_the_robot_waits_whoever_carries(relay: TrialDrill) -> None:
    assert relay.run(80.0, until=lambda _: relay.trial.phase == "hand_over")
    judge = stop(relay, 10.0)
    assert_waits_gently(relay, judge)
    assert float(relay.sample.command.hand_closed[1]) == 1.0, "what the hand holds it keeps"
