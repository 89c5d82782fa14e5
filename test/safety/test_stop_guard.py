"""The stop guard: commands during a stop, how a stop is lifted, heartbeats in ticks and on a clock."""

from __future__ import annotations

import pytest
from stop_bench import SECOND, Clock
from stop_bench import GuardBench as Bench

from robot_trials.safety.stop_guard import StopGuard
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_limits import StopLimits
from robot_trials.safety.stop_triggers import Trigger
from robot_trials_control.records import MotionMode, PayloadMode

LIMITS = StopLimits()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_without_a_stop_the_command_goes_through_as_it_is(bench: Bench) -> None:
    assert bench.step(100) is bench.motion
    assert bench.rung == Rung.NONE and int(bench.sample.status.stop_triggers) == 0


def test_an_e_stop_goes_down_to_the_end_and_is_recorded(bench: Bench) -> None:
    bench.step(10)
    bench.guard.requests.e_stop[...] = 1
    in_force = bench.step()
    assert int(in_force.mode) == MotionMode.PROTECTIVE_STOP and bench.rung == Rung.PROTECTIVE
    in_force = bench.step(6 * SECOND)
    assert int(in_force.mode) == MotionMode.OFF
    status = bench.sample.status
    assert int(status.stop_triggers) == Trigger.E_STOP
    assert float(status.stop_time) == pytest.approx(6.0, abs=0.01)


def test_a_stop_keeps_what_the_hands_hold_and_drops_what_is_commanded_meanwhile(bench: Bench) -> None:
    bench.step()
    bench.guard.requests.e_stop[...] = 1
    bench.step()
    bench.motion.sequence[...], bench.motion.hand_closed[1] = 2, 0.0
    bench.motion.mode[...] = MotionMode.WALK_VELOCITY
    in_force = bench.step(100)
    assert float(in_force.hand_closed[1]) == 1.0 and int(in_force.payload_mode) == PayloadMode.HOLD
    assert int(in_force.mode) == MotionMode.PROTECTIVE_STOP


def release(bench: Bench) -> None:
    """Let go of the button, look, and re-arm."""
    bench.guard.requests.e_stop[...] = 0
    bench.step(10)
    bench.guard.requests.rearm[...] += 1
    bench.step()


def test_only_an_act_after_the_trigger_lifts_a_stop(bench: Bench) -> None:
    bench.step()
    bench.guard.requests.e_stop[...] = 1
    bench.step(6 * SECOND)
    bench.guard.requests.rearm[...] += 1  # while the button is held: counts for nothing, now and later
    bench.step(10)
    bench.guard.requests.e_stop[...] = 0
    bench.step(SECOND)
    assert bench.rung == Rung.OFF
    release(bench)
    assert bench.rung == Rung.NONE


def test_no_re_arming_on_the_way_down(bench: Bench) -> None:
    bench.step()
    bench.guard.requests.e_stop[...] = 1
    bench.step(2)
    release(bench)
    assert bench.rung == Rung.PROTECTIVE


def test_after_a_stop_only_a_new_command_counts(bench: Bench) -> None:
    bench.step()
    bench.guard.requests.e_stop[...] = 1
    bench.step()
    bench.motion.sequence[...] = 5  # queued during the stop
    bench.step(6 * SECOND)
    release(bench)
    assert int(bench.step(100).mode) == MotionMode.STAND
    bench.motion.sequence[...] = 6
    assert bench.step() is bench.motion


def test_an_act_before_any_stop_does_not_lift_the_next(bench: Bench) -> None:
    bench.guard.requests.rearm[...] = 3
    bench.step(10)
    bench.guard.requests.e_stop[...] = 1
    bench.step(6 * SECOND)
    bench.guard.requests.e_stop[...] = 0
    bench.step(SECOND)
    assert bench.rung == Rung.OFF


@pytest.mark.parametrize("clock", [None, Clock()], ids=["ticks", "clock"])
@pytest.mark.parametrize(("name", "trigger"), [("heartbeat", Trigger.HEARTBEAT), ("inputs", Trigger.INPUTS)])
def test_signs_of_life_that_stop(name: str, trigger: Trigger, clock: Clock | None) -> None:
    bench = Bench(clock)
    requests = bench.guard.requests
    getattr(requests, f"{name}_required")[...] = 1
    for _ in range(20):
        getattr(requests, name)[...] += 1
        bench.step(50)
    assert bench.rung == Rung.NONE
    bench.step(round(LIMITS.heartbeat_timeout * SECOND) - 52)
    assert bench.rung == Rung.NONE
    bench.step(55)
    assert bench.rung == Rung.STAND and int(bench.sample.status.stop_triggers) == trigger
    getattr(requests, name)[...] += 1
    bench.step(10)
    assert bench.rung == Rung.STAND, "a supervisor that comes back does not re-arm"


@pytest.mark.parametrize("count", ["heartbeat", "inputs"])
def test_a_process_that_was_held_up_does_not_take_its_own_pause_for_silence(count: str) -> None:
    """What was said during the pause may not have been read; who is really silent is found so half a second later."""
    clock = Clock()
    bench = Bench(clock)
    required = {"heartbeat": "heartbeat_required", "inputs": "inputs_required"}[count]
    getattr(bench.guard.requests, required)[...], getattr(bench.guard.requests, count)[...] = 1, 1
    bench.step(5)
    clock.now += 3_000_000_000
    bench.step(round(LIMITS.heartbeat_timeout * SECOND) - 10)
    assert bench.rung == Rung.NONE
    bench.step(15)
    assert bench.rung == Rung.STAND


def test_nobody_waits_for_a_supervisor_that_has_never_been(bench: Bench) -> None:
    bench.guard.requests.heartbeat_required[...] = 1
    bench.step(5 * SECOND)
    assert bench.rung == Rung.NONE


def test_warm_drives_cap_the_speed_until_they_cool(bench: Bench) -> None:
    bench.step()
    bench.sample.state.joint_temperature[0] = LIMITS.temperature_slow + 1.0
    in_force = bench.step(10)
    assert int(in_force.mode) == MotionMode.WALK_TO and float(in_force.walk_speed) == LIMITS.slow_speed
    bench.motion.mode[...], bench.motion.walk_velocity[:] = MotionMode.WALK_VELOCITY, (0.6, 0.8, 0.5)
    in_force = bench.step()
    assert in_force.walk_velocity == pytest.approx([0.18, 0.24, 0.15])
    bench.sample.state.joint_temperature[0] = LIMITS.temperature_slow - 1.0
    assert bench.step() is bench.motion


def test_a_robot_that_lies_damped_is_not_made_to_stand(bench: Bench) -> None:
    bench.motion.mode[...] = MotionMode.DAMPED
    bench.step(3)
    bench.guard.requests.e_stop[...] = 1
    assert int(bench.step(5).mode) == MotionMode.DAMPED


def test_a_guard_follows_the_permit_of_the_trial_that_runs(bench: Bench) -> None:
    bench.sample.status.com_velocity[0] = 0.7
    bench.step(SECOND)
    assert bench.rung == Rung.NONE
    bench.guard.set_trial_limits(0.5, 1.6)
    bench.step(SECOND)
    assert bench.rung >= Rung.STAND
    assert Trigger(int(bench.sample.status.stop_triggers)) & Trigger.OVERSPEED


def test_without_a_trial_the_cap_is_the_one_from_the_start() -> None:
    guard = StopGuard(3, 2_000_000, speed_cap=0.9)
    guard.set_trial_limits(0.5, 1.6)
    assert float(guard.triggers.memory.speed_cap) == 0.5
    guard.set_trial_limits(0.0, 0.0)
    assert float(guard.triggers.memory.speed_cap) == 0.9
