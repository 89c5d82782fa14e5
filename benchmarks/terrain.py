"""Where it can walk: slopes, boards, ice, mats, bends and a long way, torch in hand, all noise on.

Each case is walked with many seeds, each in a process of its own: robot and controller alone, without trial and ROS.
The controller knows nothing of the ground. Falls and feet are judged on the simulator's truth.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.harness import BenchmarkError, Figure, at_least, at_most, printed, progress_bar, run_in_processes

SEEDS, QUICK_SEEDS = 20, 1
KM_LENGTH, QUICK_KM_LENGTH = 1000.0, 20.0
LONG = "km"
"""The long way, which is walked with the first seed only."""
HALF_LANE = 0.5
"""[m]"""


@dataclass(frozen=True)
class Job:
    """One case with one seed."""

    case: str
    seed: int
    km_length: float


@dataclass(frozen=True)
class Run:
    """What one job came to.

    Attributes:
        arrived: it did what it was asked, on its feet.
        speed: mean, over the true way [m/s].
        deviation: of the feet from their lane's middle, largest [m].
        wall_time: [s].
    """

    job: Job
    arrived: bool
    fell: bool
    qp_failures: int
    way: float
    speed: float
    tilt_max_deg: float
    deviation: float
    wall_time: float

    @property
    def passed(self) -> bool:
        """Whether it arrived, within its lane."""
        return self.arrived and not self.fell and self.deviation <= HALF_LANE

    def line(self) -> str:
        """One line a run."""
        word = "pass" if self.passed else "FELL" if self.fell else "FAIL"
        return (
            f"  {self.job.case:<13} seed {self.job.seed:<3} {word} {self.way:6.1f} m {self.speed:5.2f} m/s "
            f"tilt {self.tilt_max_deg:4.1f}° lane {self.deviation:4.2f} m qp {self.qp_failures} {self.wall_time:5.0f} s"
        )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help=f"seeds 0 to N-1 ({SEEDS})")
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="begin with another seed")
    parser.add_argument("--cases", nargs="+", default=None, metavar="NAME", help="some of the cases (all)")
    parser.add_argument("--km-length", type=float, default=None, metavar="M", help=f"long way ({KM_LENGTH:g} m)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at a time (1)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Walk every case and gather the figures."""
    jobs, runs = plan_jobs(options), []
    with progress_bar("terrain", len(jobs)) as advance:
        for finished in run_in_processes(run_job, jobs, options.jobs):
            print(finished.line(), file=sys.stderr, flush=True)
            runs.append(finished)
            advance(1)
    return gather_figures(runs)


def plan_jobs(options: argparse.Namespace) -> list[Job]:
    """Every job of the benchmark, the long way first."""
    from benchmarks.terrain_cases import make_cases

    km_length = options.km_length or (QUICK_KM_LENGTH if options.quick else KM_LENGTH)
    known = make_cases(km_length)
    names = options.cases or list(known)
    if unknown := [name for name in names if name not in known]:
        raise BenchmarkError(f"unknown cases {', '.join(unknown)}; known: {', '.join(known)}")
    seeds = options.seeds or (QUICK_SEEDS if options.quick else SEEDS)
    jobs = [
        Job(name, options.first_seed + seed, km_length)
        for name in names
        for seed in range(1 if name == LONG else seeds)
    ]
    return sorted(jobs, key=lambda job: job.case != LONG)


def run_job(job: Job) -> Run:
    """One case with one seed in this process."""
    from benchmarks.judges.terrain import LaneJudge, WayJudge
    from benchmarks.terrain_cases import make_cases
    from robot_trials.config import load_trial_setup
    from robot_trials.robots import SimOptions
    from robot_trials.runtime.drill import Drill, DrillOptions

    wall = time.perf_counter()
    case = make_cases(job.km_length)[job.case]
    lane_length = max(20.0, job.km_length if job.case == LONG else 0.0)
    longest = [f"trial.phases.carry.timeout={math.ceil(2.0 * lane_length) + 300}"]
    setup = load_trial_setup("torch_relay", seed=job.seed, length=lane_length, overrides=longest)
    sim = SimOptions(seed=job.seed, friction=case.friction)
    drill = Drill(setup, DrillOptions(ground=case.ground, sim=sim))
    way = WayJudge()
    lane = LaneJudge(case.path, 0.5 * drill.profile.sole.length, 0.5 * drill.profile.sole.width) if case.path else None
    try:
        settled = drill.settle()
        drill.watch(way.update)
        if lane is not None:
            drill.watch(lambda _: lane.update(drill.robot.sole_poses()))
        start = drill.time
        arrived = settled and case.script(drill)
        took = max(drill.time - start, drill.period)
        return Run(
            job,
            arrived,
            drill.falls.fell,
            int(drill.sample.status.qp_failures),
            way.way,
            way.way / took,
            float(drill.falls.tilt_max) * 57.3,
            lane.deviation_max if lane is not None else 0.0,
            time.perf_counter() - wall,
        )
    finally:
        drill.close()


def gather_figures(runs: Sequence[Run]) -> list[Figure]:
    """Figures of each case that was run, and of all together."""
    from benchmarks.terrain_cases import make_cases

    figures: list[Figure] = []
    for name, case in make_cases(KM_LENGTH).items():
        if not (group := [r for r in runs if r.job.case == name]):
            continue
        falls, passes = sum(r.fell for r in group), sum(r.passed for r in group)
        if case.required:
            figures += [at_least(f"{name}_passes", passes, "1", len(group)), at_most(f"{name}_falls", falls, "1", 0)]
        else:
            figures += [printed(f"{name}_passes", passes, "1"), printed(f"{name}_falls", falls, "1")]
        speed = min(r.speed for r in group)
        figures.append(
            at_least(f"{name}_speed_min", speed, "m/s", case.speed_min)
            if case.speed_min
            else printed(f"{name}_speed_min", speed, "m/s")
        )
        if case.path:
            figures.append(at_most(f"{name}_off_middle_max", max(r.deviation for r in group), "m", HALF_LANE))
    figures.append(at_most("qp_failures", sum(r.qp_failures for r in runs), "1", 0))
    return figures
