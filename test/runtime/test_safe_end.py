"""When a robot counts as safe to switch off."""

import pytest

from robot_trials.runtime.control.safe_end import FAREWELL_TICKS, TICKS_PER_S, SafeEnd, count_give_up_ticks
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_limits import StopLimits
from robot_trials_control.records import Fault, MotionMode, controller_status_fields, make_record


@pytest.fixture
def status():
    record = make_record(controller_status_fields())
    record.mode[...] = MotionMode.STAND
    return record


def test_standing_must_last(status):
    end = SafeEnd(stand_ticks=30, give_up_ticks=1000)
    for _ in range(2):
        end.update(status, 10)
    assert not end.done
    end.update(status, 10)
    assert end.reached and not end.gave_up


def test_a_step_in_between_starts_the_count_again(status):
    end = SafeEnd(stand_ticks=30, give_up_ticks=1000)
    end.update(status, 20)
    status.walking[...] = 1
    end.update(status, 10)
    status.walking[...] = 0
    end.update(status, 20)
    assert not end.done


FALLEN = Fault.FALLEN | Fault.QP_FAILED


@pytest.mark.parametrize(("mode", "fault"), [(MotionMode.DAMPED, 0), (MotionMode.STAND, FALLEN)])
def test_a_fallen_or_damped_robot_is_as_safe_as_it_gets(status, mode, fault):
    status.mode[...], status.fault[...], status.walking[...] = mode, fault, 1
    end = SafeEnd()
    end.update(status, 10)
    assert end.reached


def test_a_protective_stop_ends_standing(status):
    status.mode[...] = MotionMode.PROTECTIVE_STOP
    end = SafeEnd(stand_ticks=30, give_up_ticks=1000)
    end.update(status, 40)
    assert end.reached


@pytest.mark.parametrize("mode", [MotionMode.LOWER, MotionMode.OFF])
def test_a_robot_that_squats_on_its_stops_is_safe_and_one_on_its_way_is_not(status, mode):
    status.mode[...], status.lowered[...] = mode, 0.9
    end = SafeEnd(stand_ticks=30, give_up_ticks=1000)
    end.update(status, 40)
    assert not end.reached
    status.lowered[...] = 1.0
    end.update(status, 10)
    assert end.reached


def test_it_does_not_wait_for_ever(status):
    status.walking[...] = 1
    end = SafeEnd(stand_ticks=30, give_up_ticks=100)
    for _ in range(10):
        end.update(status, 10)
    assert end.gave_up and not end.reached and end.done


def test_a_running_trial_gets_time_to_end_itself(status):
    end = SafeEnd(stand_ticks=30, give_up_ticks=1000)
    for _ in range(10):
        end.update(status, 10, trial_runs=True)
    assert not end.done
    end.update(status, 10, trial_runs=False)
    assert end.reached


def test_a_trial_that_never_ends_itself_does_not_hold_it(status):
    end = SafeEnd(stand_ticks=30, give_up_ticks=1000)
    for _ in range(FAREWELL_TICKS // 10 + 10):
        end.update(status, 10, trial_runs=True)
    assert end.reached and not end.gave_up


@pytest.mark.parametrize(
    ("rung", "mode", "lowered"),
    [
        (Rung.STAND, MotionMode.STAND, 0.0),
        (Rung.LOWER, MotionMode.LOWER, 1.0),
        (Rung.OFF, MotionMode.OFF, 1.0),
    ],
)
def test_a_stop_on_its_way_down_ends_only_when_it_is_over(status, rung, mode, lowered):
    status.stop_rung[...], status.mode[...], status.lowered[...] = rung, mode, lowered
    end = SafeEnd(stand_ticks=30, give_up_ticks=1000)
    for _ in range(20):
        end.update(status, 10)
    assert not end.done
    status.stop_over[...] = 1
    end.update(status, 10)
    assert end.reached


def test_a_robot_that_stands_and_waits_for_a_persons_hand_may_be_left(status):
    status.stop_rung[...], status.mode[...], status.stop_waits[...] = Rung.PROTECTIVE, MotionMode.PROTECTIVE_STOP, 1
    end = SafeEnd(stand_ticks=30, give_up_ticks=1000)
    end.update(status, 40)
    assert end.reached


def test_a_slow_robot_that_stands_is_safe(status):
    status.stop_rung[...] = Rung.SLOW
    end = SafeEnd(stand_ticks=30, give_up_ticks=1000)
    end.update(status, 40)
    assert end.reached


def test_it_gives_up_after_the_longest_stop_only():
    limits = StopLimits()
    stop = limits.stand_max + limits.protective_max + limits.patience + limits.lower_max + limits.off_max
    assert stop < count_give_up_ticks(limits) / TICKS_PER_S < 1.5 * stop
    slow = StopLimits(stand_max=10.0)
    assert count_give_up_ticks(slow) - count_give_up_ticks(limits) == 1.25 * 6.0 * TICKS_PER_S
