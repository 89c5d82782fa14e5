"""The bench of stops: which cases make up a job, and what its figures say."""

from __future__ import annotations

import argparse
from dataclasses import replace

import pytest

from benchmarks import stops
from benchmarks.motion_stops.outcome import Outcome, compute_bound, find_last
from benchmarks.motion_stops.triggers import LOWERING, QUICK, TRIGGERS
from robot_trials.safety.stop_ladder import Rung, make_responses
from robot_trials.safety.stop_limits import StopLimits
from robot_trials.safety.stop_triggers import MILD, Trigger

pytestmark = pytest.mark.relay

LIMITS = StopLimits()
CASE = Outcome("take_over", 0, "e_stop", 16.0, 0.3, "PROTECTIVE", fell=False, waits=True, with_person=True, excess=3.0)


def parse(*arguments: str, quick: bool = False) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    stops.add_options(parser)
    options = parser.parse_args(arguments)
    options.quick = quick
    return options


def figures(*outcomes: Outcome) -> dict[str, bool]:
    return {figure.name: figure.is_met for figure in stops.gather_figures(outcomes)}


def test_every_trigger_of_the_ladder_is_tried_but_mild_ones_and_the_fall() -> None:
    tried = {Trigger[case.flag] for case in TRIGGERS.values()}
    assert tried == set(Trigger) - {Trigger.NONE, Trigger.FALLEN} - set(MILD)


def test_beside_people_every_way_down_to_a_squat_is_tried() -> None:
    down = {trigger for trigger, response in make_responses(LIMITS).items() if Rung.LOWER <= response.last < Rung.FALL}
    assert {Trigger[TRIGGERS[name].flag] for name in LOWERING} == down
    assert set(QUICK) < set(LOWERING)


def test_a_relay_a_seed_and_a_drill_for_each_situation() -> None:
    jobs = stops.list_jobs(parse("--situations", "walking", "reach", "given", "--triggers", "e_stop", "late"), range(2))
    assert jobs == [
        (("reach", "given"), 0, ("e_stop",)),
        (("reach", "given"), 1, ("e_stop",)),
        (("walking",), 0, ("e_stop", "late")),
        (("walking",), 1, ("e_stop", "late")),
    ]


def test_bounds_are_those_of_all_rungs_on_the_way() -> None:
    assert compute_bound("geofence", LIMITS) == pytest.approx(0.1 + LIMITS.stand_max + LIMITS.settle_time)
    down = LIMITS.protective_max + LIMITS.lower_max + LIMITS.off_max + 2.0 * LIMITS.settle_time
    assert compute_bound("e_stop", LIMITS) == pytest.approx(0.1 + down)
    assert find_last("joints_nan", LIMITS) == Rung.PROTECTIVE


@pytest.mark.parametrize(
    ("change", "short"),
    [
        ({"excess": 12.1}, {"take_over_force_max"}),
        ({"moved": 0.031}, {"hand_moved_max"}),
        ({"contacts": 1}, {"unwanted_contacts"}),
        ({"fell": True}, {"falls", "e_stop_falls"}),
        ({"time": 16.1}, {"late", "e_stop_max"}),
        ({"overdue": True}, {"late"}),
    ],
)
def test_one_bad_case_misses_its_target(change: dict[str, float], short: set[str]) -> None:
    assert all(figures(CASE, CASE).values())
    found = figures(CASE, replace(CASE, **change))
    assert {name for name, met in found.items() if not met} == short
