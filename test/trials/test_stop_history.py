"""Stops from synthetic samples: rungs, triggers, stopping time and way, and what people did."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot_trials.kinds.common.events import TrialEvent
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import Trigger
from robot_trials.trials.judging.stop_history import StopHistory
from robot_trials.trials.judging.stops import Stop, add_acts
from robot_trials_control.records import control_sample_dtype

PERIOD_NS = 2_000_000
START, STANDS, LOWER, OFF, FREE, END = 1000, 1600, 1750, 3000, 4000, 5000  # ticks


def make_samples() -> np.ndarray:
    """A walk at 0.5 m/s, an emergency stop at 2 s that slows down evenly within 1.2 s, and a person who arms again."""
    samples = np.zeros(END, dtype=control_sample_dtype(2))
    samples["state"]["time_ns"] = np.arange(END) * PERIOD_NS
    status = samples["status"]
    speed = np.interp(np.arange(END), [START, STANDS], [0.5, 0.0])
    status["com_velocity"][:, 0] = speed
    status["walking"] = speed > 0.0
    status["base_position"][:, 0] = samples["truth"]["base_position"][:, 0] = np.cumsum(speed) * PERIOD_NS * 1e-9
    for rung, first, last in (
        (Rung.PROTECTIVE, START, LOWER),
        (Rung.LOWER, LOWER, OFF),
        (Rung.OFF, OFF, FREE),
    ):
        status["stop_rung"][first:last] = rung
    status["stop_triggers"][START:FREE] = Trigger.E_STOP
    status["stop_triggers"][OFF:FREE] |= np.uint32(Trigger.HEARTBEAT)
    status["stop_over"][OFF + 500 : FREE] = 1
    return samples


def read_stops(samples: np.ndarray, block: int = 100) -> tuple[Stop, ...]:
    history = StopHistory()
    for first in range(0, len(samples), block):
        history.add(samples[first : first + block])
    return history.stops


@pytest.mark.parametrize("block", [1, 7, 100, END])
def test_every_rung_has_its_time(block: int) -> None:
    (stop,) = read_stops(make_samples(), block)
    assert (stop.start_ns, stop.end_ns) == (START * PERIOD_NS, FREE * PERIOD_NS)
    assert [(span.rung, span.start_ns // PERIOD_NS, span.end_ns // PERIOD_NS) for span in stop.rungs] == [
        (Rung.PROTECTIVE, START, LOWER),
        (Rung.LOWER, LOWER, OFF),
        (Rung.OFF, OFF, FREE),
    ]
    assert [(entry.trigger, entry.time_ns // PERIOD_NS) for entry in stop.triggers] == [
        (Trigger.E_STOP, START),
        (Trigger.HEARTBEAT, OFF),
    ]
    assert stop.final_rung is Rung.OFF and stop.over and not stop.waited
    assert stop.stopping_time == pytest.approx(1.2, abs=0.01)
    assert stop.stopping_distance == pytest.approx(0.3, abs=0.01)


def test_a_stop_in_force_has_no_end_and_says_so() -> None:
    samples = make_samples()[: OFF + 10]
    samples["status"]["stop_waits"][LOWER - 50 : LOWER] = 1
    (stop,) = read_stops(samples)
    assert stop.end_ns is None and stop.waited and not stop.over
    assert stop.to_json()["end_s"] is None and stop.to_json()["final_rung"] == "OFF"
    assert stop.rungs[-1].end_ns == (OFF + 9) * PERIOD_NS


def test_a_robot_that_never_stands_still_has_no_stopping_time() -> None:
    samples = make_samples()
    samples["status"]["walking"] = 1
    (stop,) = read_stops(samples)
    assert math.isnan(stop.stopping_time) and stop.to_json()["stopping_time_s"] is None


def test_without_truth_the_robots_own_way_counts() -> None:
    samples = make_samples()
    samples["truth"]["base_position"] = np.nan
    assert read_stops(samples)[0].stopping_distance == pytest.approx(0.3, abs=0.01)


def test_the_time_on_the_first_rung_is_no_stopping_time() -> None:
    samples = make_samples()
    samples["status"]["stop_rung"][:START], samples["status"]["stop_triggers"][:START] = Rung.SLOW, Trigger.WARM
    samples["status"]["stop_triggers"][START:FREE] |= np.uint32(Trigger.WARM)
    (stop,) = read_stops(samples)
    assert stop.start_ns == 0 and stop.rungs[0].rung is Rung.SLOW
    assert stop.stopping_time == pytest.approx(1.2, abs=0.01)
    assert stop.words == "drive warm, emergency stop, supervisor silent"


def test_two_stops_are_two_also_where_the_free_tick_was_not_seen() -> None:
    samples = make_samples()
    samples["status"]["stop_rung"][FREE:], samples["status"]["stop_triggers"][FREE:] = Rung.STAND, Trigger.TILT
    first, second = read_stops(samples[::5])
    assert first.end_ns == second.start_ns == FREE * PERIOD_NS
    assert second.words == "tilted" and second.final_rung is Rung.STAND


def test_acts_belong_to_the_stop_that_they_were_about() -> None:
    samples = np.concatenate([make_samples(), make_samples()])
    samples["state"]["time_ns"] = np.arange(2 * END) * PERIOD_NS
    told = [
        (1_900_000_000, "stop_node", "emergency stop by topic"),
        (7_900_000_000, "stop_node", "armed again by Chen Yue"),
        (9_000_000_000, "phase", "carry"),
        (17_900_000_000, "stop_node", "armed again by Li Na"),
    ]
    events = [TrialEvent(time_ns, "info", source, text) for time_ns, source, text in told]
    first, second = add_acts(read_stops(samples), events)
    assert [act.text for act in first.acts] == ["emergency stop by topic", "armed again by Chen Yue"]
    assert [act.text for act in second.acts] == ["armed again by Li Na"]
    assert first.summary == (
        "emergency stop, supervisor silent: PROTECTIVE 2.00–3.50 s, LOWER 3.50–6.00 s, OFF 6.00–8.00 s; "
        "stood still after 1.20 s and 0.30 m; emergency stop by topic at 1.90 s; armed again by Chen Yue at 7.90 s"
    )
