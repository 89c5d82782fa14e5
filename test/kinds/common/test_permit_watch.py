"""A robot that leaves its area, or whose permit's time is over, calls for a stop and says why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from leaf_bench import make_context, perceive

from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.permit_watch import DEVIATIONS, PermitWatch
from robot_trials.safety.stop_triggers import Trigger


@pytest.fixture
def context() -> TrialContext:
    """A robot that walks on the lane's middle and knows where it is."""
    made = make_context()
    made.phase = "walk_up"
    perceive(made, place_deviation=(0.05, 0.05))
    return made


def test_on_the_lane_and_in_time_nothing_is_asked(context: TrialContext) -> None:
    watch = PermitWatch(context)
    for x in (-3.0, 0.0, 3.0, 7.0):
        context.status.base_position[0] = x
        assert watch.update() == Trigger.NONE
    assert not context.events


@pytest.mark.parametrize("place", [(2.0, 1.51), (2.0, -1.6), (-5.1, 0.0), (11.0, 0.0)])
def test_outside_the_lane(context: TrialContext, place: tuple[float, float]) -> None:
    context.status.base_position[:2] = place
    watch = PermitWatch(context)
    assert watch.update() == watch.update() == Trigger.GEOFENCE
    assert [event.severity for event in context.events] == ["error"], "said once"
    assert "outside the area of the trial on greeting_corner" in context.events[0].text


def test_a_place_that_may_be_outside_counts_as_outside(context: TrialContext) -> None:
    context.status.base_position[1] = 1.5 - DEVIATIONS * 0.05 - 0.01
    watch = PermitWatch(context)
    assert watch.update() == Trigger.NONE
    perceive(context, place_deviation=(0.05, 0.06))
    assert watch.update() == Trigger.GEOFENCE


def test_the_map_is_where_the_area_lies(context: TrialContext) -> None:
    perceive(context, map_to_odom=(0.0, 1.7, 0.0))
    assert PermitWatch(context).update() == Trigger.GEOFENCE


def test_a_robot_that_has_not_moved_yet_need_not_know_its_place(context: TrialContext) -> None:
    context.phase = "preflight"
    perceive(context, place_deviation=(float("inf"), float("inf")))
    watch = PermitWatch(context)
    assert watch.update() == Trigger.NONE
    context.phase = "walk_up"
    assert watch.update() == Trigger.GEOFENCE, "one that walks must"


def test_the_end_of_the_permits_time(context: TrialContext) -> None:
    permit = context.setup.permit
    left = permit.ends - context.setup.start_time
    watch = PermitWatch(context)
    context.time_ns = round((left - timedelta(seconds=1)).total_seconds() * 1e9)
    assert watch.update() == Trigger.NONE
    context.time_ns = round(left.total_seconds() * 1e9)
    assert watch.update() == Trigger.WINDOW
    assert "the permit ended at" in context.events[0].text
