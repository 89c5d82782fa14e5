"""Events about the control process and the machine's clock, without a graph."""

import numpy as np
import pytest

pytestmark = pytest.mark.ros


@pytest.fixture
def watched():
    """What is said, the counters, and the watch over them."""
    from robot_trials.nodes.stops.process_events import ProcessEvents
    from robot_trials.runtime.channel.layout import HEALTH_DTYPE
    from robot_trials.runtime.control.clock_watch import ClockWatch
    from robot_trials_control.records import Record

    said, wall, steady = [], [1000.0], [0.0]
    health = Record(np.zeros(1, HEALTH_DTYPE))
    events = ProcessEvents(lambda severity, text: said.append(text), ClockWatch(lambda: wall[0], lambda: steady[0]))
    events.update(health)
    return said, wall, health, events


def test_stepped_wall_clock_is_told_with_its_size(watched):
    said, wall, health, events = watched
    wall[0] += 10.0
    events.update(health)
    wall[0] -= 3.5
    events.update(health)
    events.update(health)
    assert said == ["the wall clock was stepped by +10.0 s", "the wall clock was stepped by -3.5 s"]


def test_pauses_lost_ticks_and_a_quiet_trial_are_told_once(watched):
    from robot_trials.runtime.channel.trial_link import Following

    said, _, health, events = watched
    health.pauses[...], health.pause_max[...] = 2, 1.25
    health.log_overruns[...] = 40
    health.following[...] = Following.SAFE_CONTINUATION
    for _ in range(3):
        events.update(health)
    assert said == [
        "the control process was held up, 2 times so far, for 1.25 s at most",
        "40 control ticks were lost to the recorder: it was too slow",
        "the trial is quiet: the control process lets the robot stand",
    ]
