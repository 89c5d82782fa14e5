"""People's acts on a stop: what takes effect, what is refused and why, who may call for which trigger."""

from __future__ import annotations

import pytest
from stop_bench import SECOND, GuardBench

from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_requests import Refusal
from robot_trials.safety.stop_triggers import Trigger


@pytest.fixture
def bench() -> GuardBench:
    return GuardBench()


def act(bench: GuardBench, name: str) -> Refusal:
    """A person's act, and how it was answered in the next tick."""
    before = bench.guard.acts
    getattr(bench.guard.requests, name)[...] += 1
    bench.step()
    assert bench.guard.acts == before + 1
    return bench.guard.act_refused


def stop(bench: GuardBench, seconds: float = 6.0) -> None:
    bench.guard.requests.e_stop[...] = 1
    bench.step(round(seconds * SECOND))


@pytest.mark.parametrize("name", ["rearm", "lower"])
def test_an_act_without_a_stop_is_refused(bench: GuardBench, name: str) -> None:
    bench.step()
    assert act(bench, name) == Refusal.NO_STOP
    assert bench.guard.act_triggers == Trigger.NONE


def test_re_arming_while_the_reason_is_there_is_refused_and_never_takes_effect_later(bench: GuardBench) -> None:
    stop(bench)
    assert act(bench, "rearm") == Refusal.TRIGGER and bench.guard.act_triggers == Trigger.E_STOP
    bench.guard.requests.e_stop[...] = 0
    bench.step(2 * SECOND)
    assert bench.rung == Rung.OFF and bench.guard.act_refused == Refusal.TRIGGER


def test_re_arming_on_the_way_down_is_refused_with_both_reasons(bench: GuardBench) -> None:
    stop(bench, 0.01)
    assert act(bench, "rearm") == Refusal.TRIGGER | Refusal.UNSETTLED
    bench.guard.requests.e_stop[...] = 0
    bench.step()
    assert act(bench, "rearm") == Refusal.UNSETTLED
    bench.step(6 * SECOND)
    assert bench.rung == Rung.OFF, "and does not wait for its time"


def test_re_arming_that_takes_effect_has_no_reason_against_it(bench: GuardBench) -> None:
    stop(bench)
    bench.guard.requests.e_stop[...] = 0
    bench.step()
    assert act(bench, "rearm") == Refusal.NONE and bench.rung == Rung.NONE


def test_mild_triggers_do_not_keep_a_person_from_re_arming(bench: GuardBench) -> None:
    stop(bench)
    bench.guard.requests.e_stop[...] = 0
    bench.sample.state.joint_temperature[0] = bench.guard.limits.temperature_slow + 1.0
    bench.step()
    assert act(bench, "rearm") == Refusal.NONE and bench.guard.act_triggers == Trigger.WARM


def test_a_robot_that_lowers_itself_need_not_be_told_to(bench: GuardBench) -> None:
    stop(bench, 0.1)
    assert act(bench, "lower") == Refusal.NOT_WAITING


@pytest.mark.parametrize(
    ("trigger", "rung"),
    [
        (Trigger.SOURCES, Rung.STAND),
        (Trigger.BUTTON, Rung.LOWER),
        (Trigger.INPUTS, Rung.LOWER),
        (Trigger.HEARTBEAT, Rung.LOWER),
        (Trigger.GEOFENCE, Rung.STAND),
    ],
)
def test_whoever_watches_from_outside_calls_for_a_stop(bench: GuardBench, trigger: Trigger, rung: Rung) -> None:
    bench.guard.requests.asked[...] = trigger
    bench.step(8 * SECOND)
    assert bench.rung == rung and int(bench.sample.status.stop_triggers) == trigger


@pytest.mark.parametrize("trigger", [Trigger.FALLEN, Trigger.E_STOP, Trigger.TILT, Trigger.WARM])
def test_what_only_the_robot_can_know_is_not_taken_from_outside(bench: GuardBench, trigger: Trigger) -> None:
    bench.guard.requests.asked[...] = trigger
    bench.motion.stop_asked[...] = trigger
    bench.step(10)
    assert bench.rung == Rung.NONE


@pytest.mark.parametrize("trigger", [Trigger.GEOFENCE, Trigger.WINDOW])
def test_a_trial_calls_for_a_stop_and_it_stays(bench: GuardBench, trigger: Trigger) -> None:
    bench.motion.stop_asked[...] = trigger
    bench.step()
    assert bench.rung == Rung.STAND
    bench.motion.stop_asked[...] = 0
    bench.motion.sequence[...] += 1
    bench.step(SECOND)
    assert bench.rung == Rung.STAND and int(bench.sample.status.stop_triggers) == trigger


def test_a_trial_cannot_call_in_the_name_of_a_button(bench: GuardBench) -> None:
    bench.motion.stop_asked[...] = Trigger.BUTTON | Trigger.INPUTS | Trigger.HEARTBEAT
    bench.step(10)
    assert bench.rung == Rung.NONE
