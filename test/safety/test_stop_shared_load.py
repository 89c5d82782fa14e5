"""Nobody is lowered while a person may hold the load: when the robot waits, and what lets it go on."""

from __future__ import annotations

import math

import pytest
from stop_bench import MASS, SECOND, GuardBench

from robot_trials.safety.shared_load import WHOLE_SHARE, LoadLimits, LoadWatch
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_requests import Refusal
from robot_trials.safety.stop_triggers import Trigger
from robot_trials_control.records import MotionMode, PayloadMode, Sharing

LIMITS = LoadLimits(mass=MASS)
LOWERING = (Trigger.E_STOP, Trigger.HEARTBEAT, Trigger.INPUTS, Trigger.BUTTON, Trigger.TEMPERATURE, Trigger.STRAIN)
BLIND = (Trigger.STALE, Trigger.NOT_FINITE)


@pytest.fixture
def bench() -> GuardBench:
    """A robot that stands with the load in its shut hand, a person's hand on it too."""
    made = GuardBench()
    made.motion.mode[...], made.motion.shared_load[...] = MotionMode.STAND, Sharing.HELD
    made.motion.payload_hand[...] = 1
    made.sample.status.payload_mass[...] = 0.6
    made.step()
    return made


def fire(bench: GuardBench, trigger: Trigger) -> None:
    """Bring a trigger about, for as long as the test lasts."""
    requests, state = bench.guard.requests, bench.sample.state
    if trigger == Trigger.E_STOP:
        requests.e_stop[...] = 1
    elif trigger in (Trigger.HEARTBEAT, Trigger.INPUTS):
        name = "heartbeat" if trigger == Trigger.HEARTBEAT else "inputs"
        getattr(requests, f"{name}_required")[...], getattr(requests, name)[...] = 1, 1
    elif trigger == Trigger.BUTTON:
        requests.asked[...] = trigger
    elif trigger == Trigger.TEMPERATURE:
        state.joint_temperature[0] = bench.guard.limits.temperature_stop + 1.0
    elif trigger == Trigger.STRAIN:
        bench.guard.triggers.memory.strain[0] = 1e6
    elif trigger == Trigger.STALE:
        state.time_ns[...], state.imu_time_ns[...] = 10**9, 1
    elif trigger == Trigger.NOT_FINITE:
        state.imu_angular_velocity[0] = math.nan


@pytest.mark.parametrize("trigger", LOWERING + BLIND)
def test_no_trigger_lowers_a_robot_whose_load_is_shared(bench: GuardBench, trigger: Trigger) -> None:
    fire(bench, trigger)
    in_force = bench.step(20 * SECOND)
    status = bench.sample.status
    assert int(status.stop_triggers) & trigger and bench.rung in (Rung.STAND, Rung.PROTECTIVE)
    assert status.stop_waits and status.stop_over
    assert int(in_force.mode) == MotionMode.PROTECTIVE_STOP, "not even a hand goes on"
    assert in_force.shared_load and float(in_force.hand_closed[1]) == 1.0
    assert int(in_force.payload_mode) == (PayloadMode.HOLD if bench.sample.status.sensors_held else PayloadMode.TRACK)


@pytest.mark.parametrize("trigger", LOWERING)
def test_a_load_that_has_been_whole_and_steady_is_the_robots_alone(bench: GuardBench, trigger: Trigger) -> None:
    fire(bench, trigger)
    bench.step(8 * SECOND)
    bench.sample.status.payload_mass[...] = MASS
    bench.step(round((LIMITS.time - 0.1) * SECOND))
    assert bench.sample.status.stop_waits
    in_force = bench.step(round(0.3 * SECOND))
    assert bench.rung == Rung.LOWER and not bench.sample.status.stop_waits
    assert not in_force.shared_load and int(in_force.payload_mode) == PayloadMode.HOLD


@pytest.mark.parametrize("mass", [0.0, 0.5 * MASS, WHOLE_SHARE * MASS - 0.01])
def test_a_part_of_the_load_never_lowers(bench: GuardBench, mass: float) -> None:
    bench.sample.status.payload_mass[...] = mass
    fire(bench, Trigger.E_STOP)
    bench.step(60 * SECOND)
    assert bench.rung == Rung.PROTECTIVE and bench.sample.status.stop_waits


def test_where_a_hand_waits_no_load_says_that_it_will_not_take_hold(bench: GuardBench) -> None:
    bench.motion.shared_load[...] = Sharing.REACHED
    bench.sample.status.payload_mass[...] = MASS
    fire(bench, Trigger.E_STOP)
    bench.step(60 * SECOND)
    assert bench.rung == Rung.PROTECTIVE and bench.sample.status.stop_waits
    bench.guard.requests.lower[...] += 1
    bench.step(2)
    assert bench.rung == Rung.LOWER


def test_a_giver_who_takes_hold_again_begins_the_time_anew(bench: GuardBench) -> None:
    fire(bench, Trigger.E_STOP)
    for _ in range(5):
        bench.sample.status.payload_mass[...] = MASS
        bench.step(round((LIMITS.time - 0.1) * SECOND))
        bench.sample.status.payload_mass[...] = 0.7 * MASS
        bench.step(10)
    assert bench.rung == Rung.PROTECTIVE and bench.sample.status.stop_waits


def test_readings_that_are_replaced_tell_nothing_of_the_load(bench: GuardBench) -> None:
    """An estimate without them runs away, and would pull the load out of a person's hand."""
    bench.sample.status.payload_mass[...], bench.sample.status.sensors_held[...] = MASS, 2
    fire(bench, Trigger.NOT_FINITE)
    assert int(bench.step(20 * SECOND).payload_mode) == PayloadMode.HOLD
    assert bench.rung == Rung.PROTECTIVE and bench.sample.status.stop_waits


def test_an_open_hand_beside_a_person_waits_for_a_person(bench: GuardBench) -> None:
    """No load tells whether the person has gone."""
    bench.motion.hand_closed[:], bench.motion.payload_mode[...] = 0.0, PayloadMode.NONE
    bench.sample.status.payload_mass[...] = MASS
    bench.step()
    fire(bench, Trigger.E_STOP)
    in_force = bench.step(20 * SECOND)
    assert bench.rung == Rung.PROTECTIVE and bench.sample.status.stop_waits
    assert int(in_force.payload_mode) == PayloadMode.NONE and not in_force.hand_closed.any()


def test_a_trial_that_takes_its_word_back_or_dies_changes_nothing(bench: GuardBench) -> None:
    fire(bench, Trigger.E_STOP)
    bench.step(10)
    bench.motion.shared_load[...] = 0
    bench.motion.sequence[...] += 1
    bench.step(10 * SECOND)
    assert bench.rung == Rung.PROTECTIVE and bench.sample.status.stop_waits


def test_a_person_tells_a_robot_that_waits_to_go_down(bench: GuardBench) -> None:
    fire(bench, Trigger.E_STOP)
    bench.step(10)
    bench.guard.requests.lower[...] += 1  # too early: nothing waits yet, and the act is not kept
    bench.step(2 * SECOND)
    assert bench.guard.act_refused == Refusal.NOT_WAITING and bench.rung == Rung.PROTECTIVE
    bench.guard.requests.lower[...] += 1
    bench.step(6 * SECOND)
    assert bench.guard.act_refused == Refusal.NONE and bench.rung == Rung.OFF


def test_a_robot_that_waits_is_armed_again_like_any_other(bench: GuardBench) -> None:
    fire(bench, Trigger.E_STOP)
    bench.step(2 * SECOND)
    bench.guard.requests.e_stop[...] = 0
    bench.step()
    bench.guard.requests.rearm[...] += 1
    in_force = bench.step()
    assert bench.rung == Rung.NONE and not bench.sample.status.stop_waits
    assert int(in_force.mode) == MotionMode.PROTECTIVE_STOP, "gives way until a new command comes"
    bench.motion.sequence[...] += 1
    assert bench.step() is bench.motion


def test_a_load_that_creeps_is_not_steady() -> None:
    watch = LoadWatch(LIMITS)
    assert not any(watch.update(1.4 + 0.1 * t, 0.1 * i) for i in range(50) for t in [0.1 * i])
    assert not LoadWatch(LoadLimits()).update(100.0, 1e9), "without an announced mass no load is whole"
