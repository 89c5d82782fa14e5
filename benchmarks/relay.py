"""Torch relay over many seeds, all noise on: passes, falls, tilt, forces, speed.

Each seed is one trial in a process of its own, on one core, without ROS and without recording. A fall is judged on the
simulator's truth: any contact of the robot with the ground but the soles', base tilted by more than 45°, or base below
60 % of its nominal height.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.harness import Figure, at_least, at_most, printed, progress_bar, run_in_processes

SEEDS = 20
LENGTH = 100.0
QUICK_SEEDS, QUICK_LENGTH = 2, 20.0
PEAK_WALKING_SPEED = 0.6
"""Commanded speed where the drives stop at their peak torque [m/s]."""


@dataclass(frozen=True)
class Job:
    """One trial to run: keyword arguments of `load_trial_setup`, and the group it counts in."""

    group: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Run:
    """What one trial came to.

    Attributes:
        figures: the trial's own figures; empty when it broke off.
        wall_time, cpu_time: of the trial in its process [s].
    """

    group: str
    seed: int
    passed: bool
    reason: str
    figures: dict[str, float]
    wall_time: float
    cpu_time: float

    def line(self) -> str:
        """One line a seed."""
        f = self.figures
        numbers = (
            f"{f.get('distance', 0.0):6.1f} m {f.get('mean_speed', 0.0):5.2f} m/s "
            f"tilt {f.get('torch_tilt_max_deg', float('nan')):4.1f}° force {_largest_force(f):5.1f} N "
            f"off {f.get('lateral_offset_max', float('nan')):5.2f} m  {self.wall_time:5.0f} s"
        )
        return f"  {self.group} seed {self.seed:<3} {'pass' if self.passed else 'FAIL'} {numbers}  {self.reason}"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help=f"seeds 0 to N-1 ({SEEDS})")
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="begin with another seed")
    parser.add_argument("--length", type=float, default=None, metavar="M", help=f"length of the lane ({LENGTH:g} m)")
    parser.add_argument("--trial", default="torch_relay", help="trial by name or file")
    parser.add_argument(
        "--torque-limits", choices=("urdf", "peak", "both"), default="both", help="limits the drives obey (both)"
    )
    parser.add_argument("--rendered", type=int, default=None, metavar="N", help="seeds with the rendered camera (1)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at a time (1)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Run every trial and gather the figures."""
    length = options.length or (QUICK_LENGTH if options.quick else LENGTH)
    return gather_figures(run_jobs(plan_jobs(options, length), options.jobs), length)


def run_jobs(jobs: Sequence[Job], processes: int) -> list[Run]:
    """Run trials, so many at a time, with a line for each."""
    runs = []
    with progress_bar("relay", len(jobs)) as advance:
        for finished in run_in_processes(run_job, jobs, processes):
            print(finished.line(), file=sys.stderr, flush=True)
            runs.append(finished)
            advance(1)
    return runs


def plan_jobs(options: argparse.Namespace, length: float) -> list[Job]:
    """Every trial of the benchmark."""
    count = options.seeds or (QUICK_SEEDS if options.quick else SEEDS)
    rendered = options.rendered if options.rendered is not None else (0 if options.quick else 1)
    groups: list[tuple[str, int, dict[str, Any]]] = []
    if options.torque_limits in ("urdf", "both"):
        groups.append(("urdf", count, {"camera": "model"}))
        groups.append(("rendered", rendered, {"camera": "rendered"}))
    if options.torque_limits == "peak" or (options.torque_limits == "both" and not options.quick):
        overrides = ["trial.torque_limits=peak", f"trial.walking_speed={PEAK_WALKING_SPEED}"]
        groups.append(("peak", count, {"camera": "model", "overrides": overrides}))
    common = {"name": options.trial, "length": length}
    return [
        Job(group, {**common, **arguments, "seed": options.first_seed + i})
        for group, number, arguments in groups
        for i in range(number)
    ]


def run_job(job: Job) -> Run:
    """One trial in this process; an error of the project counts as a failed run and keeps its message."""
    from robot_trials.config import load_trial_setup
    from robot_trials.exceptions import ConfigError, RobotTrialsError
    from robot_trials.trials.hosts.one_process import run_trial

    seed = int(job.arguments["seed"])
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        outcome = run_trial(load_trial_setup(**job.arguments))
        passed, reason, figures = outcome.passed, outcome.reason, dict(outcome.figures)
    except ConfigError:
        raise
    except RobotTrialsError as error:
        passed, reason, figures = False, str(error), {}
    return Run(job.group, seed, passed, reason, figures, time.perf_counter() - wall, time.process_time() - cpu)


def gather_figures(runs: Sequence[Run], length: float) -> list[Figure]:
    """Figures of each group that was run."""
    figures: list[Figure] = []
    groups = {name: [r for r in runs if r.group == name] for name in ("urdf", "peak", "rendered")}
    if groups["urdf"]:
        figures += _group_figures("", groups["urdf"], length, speed_min=0.7)
        figures += [
            printed("odometry_drift", _worst(groups["urdf"], "odometry_drift"), "m"),
            at_least("simulated_to_wall_time", _time_ratio(groups["urdf"], "wall_time"), "1", 3.0),
            printed("simulated_to_cpu_time", _time_ratio(groups["urdf"], "cpu_time"), "1"),
        ]
    if groups["peak"]:
        figures += _group_figures("peak_torque_", groups["peak"], length, speed_min=0.4)
    if groups["rendered"]:
        passes = sum(r.passed for r in groups["rendered"])
        figures += [
            at_least("rendered_passes", passes, "1", len(groups["rendered"])),
            printed("rendered_simulated_to_wall_time", _time_ratio(groups["rendered"], "wall_time"), "1"),
        ]
    return figures


def _group_figures(prefix: str, runs: Sequence[Run], length: float, speed_min: float) -> list[Figure]:
    """What the promise says about one set of torque limits."""
    return [
        at_least(f"{prefix}passes", sum(r.passed for r in runs), "1", len(runs)),
        at_most(f"{prefix}falls", _total(runs, "falls"), "1", 0),
        at_most(f"{prefix}qp_failures", _total(runs, "qp_failures"), "1", 0),
        at_most(f"{prefix}unwanted_contacts", _total(runs, "unwanted_contacts"), "1", 0),
        at_least(f"{prefix}distance_min", _least(runs, "distance"), "m", length),
        at_least(f"{prefix}mean_speed_min", _least(runs, "mean_speed"), "m/s", speed_min),
        at_most(f"{prefix}torch_tilt_p99", _worst(runs, "torch_tilt_p99_deg"), "deg", 5.0),
        at_most(f"{prefix}torch_tilt_max", _worst(runs, "torch_tilt_max_deg"), "deg", 10.0),
        at_most(f"{prefix}human_force_max", max(_largest_force(r.figures) for r in runs), "N", 20.0),
        at_most(f"{prefix}lateral_offset_max", _worst(runs, "lateral_offset_max"), "m", 0.3),
    ]


def _largest_force(figures: dict[str, float]) -> float:
    """Larger of the peaks on giver and receiver [N]; infinite for a run that broke off."""
    return max(figures.get("giver_force_max", float("inf")), figures.get("receiver_force_max", float("inf")))


def _total(runs: Sequence[Run], name: str) -> float:
    """Sum over the runs; a run that broke off makes it infinite."""
    return sum(r.figures.get(name, float("inf")) for r in runs)


def _worst(runs: Sequence[Run], name: str) -> float:
    """Largest over the runs; a run that broke off, or has no such figure, makes it infinite."""
    return max(_number(r.figures.get(name), float("inf")) for r in runs)


def _least(runs: Sequence[Run], name: str) -> float:
    """Smallest over the runs; 0 for a run that broke off."""
    return min(_number(r.figures.get(name), 0.0) for r in runs)


def _number(value: float | None, otherwise: float) -> float:
    """The value, unless there is none or it is NaN."""
    return otherwise if value is None or value != value else value


def _time_ratio(runs: Sequence[Run], name: str) -> float:
    """Median over the runs of simulated time to the named time."""
    return statistics.median(r.figures.get("simulated_time", 0.0) / getattr(r, name) for r in runs)
