"""The stop ladder's rungs: what each trigger calls for, stability between rungs, time bounds, how a stop ends."""

from __future__ import annotations

import pytest

from robot_trials.safety.stop_ladder import Body, Rung, StopLadder, make_responses
from robot_trials.safety.stop_limits import StopLimits
from robot_trials.safety.stop_triggers import MILD, Trigger

LIMITS = StopLimits()
DT = 0.01


class Bench:
    """A ladder and a body that does what it is asked after a while."""

    def __init__(self, stop_time: float = 1.0, lower_time: float = 3.0, can_lower: bool = True) -> None:
        self.ladder, self.now = StopLadder(LIMITS), 0.0
        self.body = Body(stands=False, lowered=False, can_lower=can_lower)
        self.stop_time, self.lower_time = stop_time, lower_time
        self.history: list[tuple[Rung, float]] = []
        self._rung_since = 0.0

    def run(self, seconds: float, active: Trigger) -> Rung:
        """Let time pass under active triggers."""
        for _ in range(round(seconds / DT)):
            self.now += DT
            before = self.ladder.rung
            rung = self.ladder.update(self.now, active, self.body)
            if rung != before:
                self.history.append((rung, self.now))
                self._rung_since = self.now
            asked = self.now - self._rung_since
            self.body.stands = rung in (Rung.STAND, Rung.PROTECTIVE) and asked >= self.stop_time
            self.body.lowered = rung >= Rung.LOWER and asked >= self.lower_time
        return self.ladder.rung

    @property
    def rungs(self) -> list[Rung]:
        return [rung for rung, _ in self.history]


def test_every_trigger_has_a_response_that_goes_down() -> None:
    responses = make_responses(LIMITS)
    assert set(responses) == set(Trigger) - {Trigger.NONE}
    for trigger, response in responses.items():
        assert response.first <= response.last
        assert (response.last == Rung.SLOW) == bool(trigger & MILD)
        assert response.first < Rung.LOWER or trigger == Trigger.FALLEN, "nobody lowers or cuts power from a walk"


def test_without_triggers_there_is_no_rung() -> None:
    bench = Bench()
    assert bench.run(5.0, Trigger.NONE) == Rung.NONE
    assert not bench.history


@pytest.mark.parametrize(
    ("trigger", "rungs"),
    [
        (Trigger.WARM, [Rung.SLOW]),
        (Trigger.LATE, [Rung.STAND]),
        (Trigger.CAPTURE_POINT, [Rung.PROTECTIVE]),
        (Trigger.TILT, [Rung.PROTECTIVE]),
        (Trigger.HEARTBEAT, [Rung.STAND, Rung.LOWER]),
        (Trigger.INPUTS, [Rung.STAND, Rung.LOWER]),
        (Trigger.BUTTON, [Rung.STAND, Rung.LOWER]),
        (Trigger.SOURCES, [Rung.STAND]),
        (Trigger.GEOFENCE, [Rung.STAND]),
        (Trigger.OVERSPEED, [Rung.STAND]),
        (Trigger.WINDOW, [Rung.STAND]),
        (Trigger.STALE, [Rung.PROTECTIVE, Rung.LOWER]),
        (Trigger.TEMPERATURE, [Rung.STAND, Rung.LOWER, Rung.OFF]),
        (Trigger.E_STOP, [Rung.PROTECTIVE, Rung.LOWER, Rung.OFF]),
        (Trigger.FALLEN, [Rung.FALL]),
    ],
)
def test_the_rungs_of_a_trigger(trigger: Trigger, rungs: list[Rung]) -> None:
    bench = Bench()
    bench.run(20.0, trigger)
    assert bench.rungs == rungs


def test_a_rung_is_left_only_when_it_has_been_stable_for_a_while() -> None:
    bench = Bench(stop_time=1.0)
    bench.run(20.0, Trigger.E_STOP)
    times = dict(bench.history)
    assert times[Rung.LOWER] - times[Rung.PROTECTIVE] == pytest.approx(1.0 + LIMITS.settle_time, abs=3 * DT)
    assert times[Rung.OFF] - times[Rung.LOWER] == pytest.approx(3.0 + LIMITS.settle_time, abs=3 * DT)


def test_a_robot_that_never_stands_is_never_lowered_and_one_that_never_squats_keeps_its_power() -> None:
    unsteady = Bench(stop_time=1e9)
    assert unsteady.run(30.0, Trigger.E_STOP) == Rung.PROTECTIVE
    assert unsteady.ladder.overdue and not unsteady.ladder.is_settled
    stuck = Bench(lower_time=1e9)
    assert stuck.run(30.0, Trigger.E_STOP) == Rung.LOWER
    assert stuck.ladder.overdue


def test_a_walk_that_does_not_end_in_time_gets_a_protective_stop() -> None:
    bench = Bench(stop_time=LIMITS.stand_max + 0.5)
    bench.run(LIMITS.stand_max + 0.1, Trigger.LATE)
    assert bench.rungs == [Rung.STAND, Rung.PROTECTIVE]
    assert bench.history[1][1] == pytest.approx(LIMITS.stand_max, abs=3 * DT)


@pytest.mark.parametrize("second", [Trigger.SOURCES, Trigger.GEOFENCE, Trigger.HEARTBEAT])
def test_a_second_trigger_of_the_same_rung_does_not_begin_its_bound_anew(second: Trigger) -> None:
    bench = Bench(stop_time=1e9)
    bench.run(LIMITS.stand_max - 0.5, Trigger.LATE)
    bench.run(1.0, Trigger.LATE | second)
    assert bench.rungs == [Rung.STAND, Rung.PROTECTIVE]
    assert bench.history[1][1] == pytest.approx(LIMITS.stand_max, abs=3 * DT)


def test_a_second_trigger_of_the_same_rung_does_not_take_back_that_the_robot_stands() -> None:
    bench = Bench(stop_time=0.5)
    bench.run(2.0, Trigger.HEARTBEAT)
    assert bench.ladder.is_settled
    bench.run(DT, Trigger.HEARTBEAT | Trigger.INPUTS)
    assert bench.ladder.is_settled


def test_nobody_is_lowered_while_a_person_may_hold_the_load() -> None:
    bench = Bench()
    bench.body.shared = True
    assert bench.run(30.0, Trigger.E_STOP) == Rung.PROTECTIVE
    assert bench.ladder.waits and bench.ladder.is_over and bench.ladder.is_settled
    bench.body.shared = False
    bench.run(DT, Trigger.E_STOP)
    assert bench.ladder.rung == Rung.LOWER and not bench.ladder.waits and not bench.ladder.is_over


def test_a_robot_waits_only_once_it_stands_and_its_patience_is_over() -> None:
    bench = Bench(stop_time=1.0)
    bench.body.shared = True
    bench.run(1.0 + LIMITS.patience - 0.1, Trigger.HEARTBEAT)
    assert bench.ladder.is_settled and not bench.ladder.waits and not bench.ladder.is_over
    bench.run(0.3, Trigger.HEARTBEAT)
    assert bench.ladder.waits and bench.ladder.is_over


def test_a_stop_that_lowers_nobody_does_not_wait() -> None:
    bench = Bench()
    bench.body.shared = True
    bench.run(10.0, Trigger.GEOFENCE)
    assert bench.ladder.is_over and not bench.ladder.waits


def test_slowness_that_lasts_becomes_a_stand() -> None:
    bench = Bench()
    assert bench.run(LIMITS.slow_max - 0.1, Trigger.STRAINED) == Rung.SLOW
    assert bench.run(0.2, Trigger.STRAINED) == Rung.STAND


def test_slowness_ends_by_itself_and_a_stop_does_not() -> None:
    bench = Bench()
    bench.run(1.0, Trigger.WARM)
    assert bench.run(DT, Trigger.NONE) == Rung.NONE
    bench.run(DT, Trigger.CAPTURE_POINT)
    assert bench.run(10.0, Trigger.NONE) == Rung.PROTECTIVE and bench.ladder.is_latched


def test_a_graver_trigger_takes_over_and_both_are_remembered() -> None:
    bench = Bench()
    bench.run(0.5, Trigger.WARM)
    bench.run(0.5, Trigger.WARM | Trigger.HEARTBEAT)
    bench.run(20.0, Trigger.E_STOP)
    assert bench.rungs == [Rung.SLOW, Rung.STAND, Rung.PROTECTIVE, Rung.LOWER, Rung.OFF]
    assert bench.ladder.triggers == Trigger.WARM | Trigger.HEARTBEAT | Trigger.E_STOP
    assert bench.ladder.started == pytest.approx(DT)


def test_the_shortest_pause_of_several_triggers_counts() -> None:
    bench = Bench()
    bench.run(20.0, Trigger.HEARTBEAT | Trigger.E_STOP)
    times = dict(bench.history)
    assert times[Rung.LOWER] - times[Rung.PROTECTIVE] < 1.0 + LIMITS.patience


def test_a_supervisor_has_time_to_come_back_before_the_robot_sits_down() -> None:
    bench = Bench()
    bench.run(20.0, Trigger.HEARTBEAT)
    times = dict(bench.history)
    assert times[Rung.LOWER] - times[Rung.STAND] == pytest.approx(1.0 + LIMITS.patience, abs=3 * DT)


def test_without_joint_readings_nobody_is_lowered() -> None:
    bench = Bench(can_lower=False)
    assert bench.run(20.0, Trigger.STALE | Trigger.E_STOP) == Rung.PROTECTIVE
    assert bench.ladder.is_settled


def test_without_its_inertial_sensor_a_robot_squats_and_keeps_its_power() -> None:
    """It has not stepped its feet apart, and would tip over."""
    bench = Bench()
    bench.body.can_rest = False
    assert bench.run(30.0, Trigger.STALE | Trigger.E_STOP) == Rung.LOWER
    assert bench.ladder.is_over


def test_a_robot_that_sways_after_it_has_arrived_is_not_overdue() -> None:
    bench = Bench(stop_time=1.0)
    bench.run(5.0, Trigger.CAPTURE_POINT)
    bench.stop_time = 1e9
    bench.run(5.0, Trigger.CAPTURE_POINT)
    assert not bench.ladder.overdue and not bench.ladder.is_settled
