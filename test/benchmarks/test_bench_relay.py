"""What the relay benchmark makes of its runs."""

from __future__ import annotations

import argparse

import pytest

from benchmarks import relay
from benchmarks.harness import Figure

pytestmark = pytest.mark.relay

GOOD = {
    "distance": 100.4,
    "mean_speed": 0.75,
    "falls": 0.0,
    "qp_failures": 0.0,
    "unwanted_contacts": 0.0,
    "torch_tilt_p99_deg": 3.0,
    "torch_tilt_max_deg": 6.0,
    "giver_force_max": 12.0,
    "receiver_force_max": 15.0,
    "lateral_offset_max": 0.1,
    "odometry_drift": 0.8,
    "simulated_time": 160.0,
}


def run(group: str = "urdf", seed: int = 0, passed: bool = True, **changes: float) -> relay.Run:
    return relay.Run(group, seed, passed, "", {**GOOD, **changes}, wall_time=40.0, cpu_time=32.0)


def by_name(runs: list[relay.Run]) -> dict[str, Figure]:
    return {figure.name: figure for figure in relay.gather_figures(runs, 100.0)}


def test_good_runs_meet_every_target() -> None:
    figures = by_name([run(), run("peak", mean_speed=0.5), run("rendered")])
    assert all(figure.is_met for figure in figures.values())
    assert figures["simulated_to_wall_time"].value == pytest.approx(4.0)
    assert figures["human_force_max"].value == 15.0
    assert figures["odometry_drift"].target is None


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("falls", {"falls": 1.0}),
        ("qp_failures", {"qp_failures": 1.0}),
        ("unwanted_contacts", {"unwanted_contacts": 2.0}),
        ("distance_min", {"distance": 99.9}),
        ("mean_speed_min", {"mean_speed": 0.69}),
        ("torch_tilt_p99", {"torch_tilt_p99_deg": 5.1}),
        ("torch_tilt_max", {"torch_tilt_max_deg": 10.1}),
        ("human_force_max", {"receiver_force_max": 20.1}),
        ("lateral_offset_max", {"lateral_offset_max": 0.31}),
        ("lateral_offset_max", {"lateral_offset_max": float("nan")}),
    ],
)
def test_one_bad_seed_is_enough(name: str, changes: dict[str, float]) -> None:
    figures = by_name([run(), run(seed=1, **changes)])
    assert [figure.name for figure in figures.values() if not figure.is_met] == [name]


def test_a_run_that_broke_off_meets_nothing() -> None:
    broken = relay.Run("urdf", 1, False, "simulator died", {}, 1.0, 1.0)
    figures = by_name([run(), broken])
    assert figures["passes"].value == 1 and not figures["passes"].is_met
    assert not any(figures[name].is_met for name in ("falls", "distance_min", "torch_tilt_max", "human_force_max"))


def test_peak_torque_runs_are_judged_by_their_own_speed() -> None:
    assert by_name([run("peak", mean_speed=0.45)])["peak_torque_mean_speed_min"].is_met
    assert not by_name([run("peak", mean_speed=0.39)])["peak_torque_mean_speed_min"].is_met


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    relay.add_options(parser)
    return parser.parse_args(arguments)


def test_the_full_plan_has_20_seeds_of_each_set_and_one_rendered() -> None:
    jobs = relay.plan_jobs(options(), 100.0)
    assert [sum(job.group == group for job in jobs) for group in ("urdf", "peak", "rendered")] == [20, 20, 1]
    assert sorted(job.arguments["seed"] for job in jobs if job.group == "peak") == list(range(20))
    assert all(job.arguments["length"] == 100.0 for job in jobs)


def test_quick_is_short() -> None:
    jobs = relay.plan_jobs(options("--quick"), 20.0)
    assert [job.group for job in jobs] == ["urdf", "urdf"]
