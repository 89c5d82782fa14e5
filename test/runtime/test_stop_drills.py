"""Stops of a simulated robot: it walks, a trigger fires, and it ends safe without falling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from robot_trials.config import load_trial_setup
from robot_trials.robots import SimOptions
from robot_trials.runtime.drill import Drill, DrillOptions
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import Trigger

pytestmark = pytest.mark.relay


@pytest.fixture
def drill() -> Iterator[Drill]:
    """A robot that walks at 0.5 m/s."""
    made = Drill(load_trial_setup("torch_relay", seed=0), DrillOptions(carrying=False, sim=SimOptions(seed=0)))
    made.settle()
    made.walk(0.5)
    assert made.run(2.5)
    yield made
    made.close()


def test_an_e_stop_in_mid_walk_ends_without_power_and_without_a_fall_and_the_robot_rises_again(drill: Drill) -> None:
    drill.stop_requests.e_stop[...] = 1
    limits = drill.stops.limits
    assert drill.run(limits.protective_max, until=lambda s: not s.status.walking)
    bound = limits.settle_time + limits.lower_max + limits.off_max
    assert drill.run(bound, until=lambda s: drill.stops.ladder.rung == Rung.OFF and drill.stops.ladder.is_settled)
    assert drill.run(3.0), "stays up"
    pitch = drill.controller.lowering.pitch_joints  # type: ignore[attr-defined]
    assert not drill.sample.torque_applied[pitch].any(), "hips, knees and ankles rest on their stops"
    assert float(abs(drill.sample.torque_applied).max()) < 15.0
    assert float(drill.sample.truth.base_position[2]) < 0.5
    drill.stop_requests.e_stop[...] = 0
    drill.run(0.1)
    drill.stop_requests.rearm[...] += 1
    assert drill.run(5.0)
    assert float(drill.sample.truth.base_position[2]) > 0.75 and int(drill.sample.status.stop_rung) == Rung.NONE


@pytest.mark.parametrize("group", ["imu", "joints"])
def test_a_walk_ends_on_its_feet_without_sensors(drill: Drill, group: str) -> None:
    drill.robot.fail_sensor(group, "nan")  # type: ignore[arg-type]
    stops = drill.stops
    assert drill.run(2.5, until=lambda _: stops.ladder.rung == Rung.PROTECTIVE and stops.ladder.is_settled)
    assert stops.ladder.triggers & Trigger.NOT_FINITE and not drill.falls.fell
    assert np.isfinite(drill.sample.command.torque).all()


def test_a_walk_beyond_the_permits_cap_is_stopped_within_about_a_second_whoever_drives(drill: Drill) -> None:
    """The cap falls below the walk once it has been checked."""
    drill.stops.triggers.memory.speed_cap[...] = 0.6
    assert drill.run(2.0) and drill.stops.ladder.rung == Rung.NONE
    drill.walk(0.9)
    assert drill.run(3.0, until=lambda s: float(np.hypot(*drill.stops.triggers.memory.velocity)) > 0.6)
    assert drill.run(1.0, until=lambda _: drill.stops.ladder.rung == Rung.STAND)
    assert drill.stops.ladder.triggers == Trigger.OVERSPEED
    limits = drill.stops.limits
    assert drill.run(limits.stand_max + limits.settle_time, until=lambda s: bool(s.status.stop_over))
