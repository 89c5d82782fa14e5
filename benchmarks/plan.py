"""Plans of robot trials: how good, how soon, and right where everything can be tried.

Seeded random demand asks for 130 % of what the binding resource offers: the largest of robot-hours (trial, turnaround
and recharging), place-hours (with buffers) and marshal-hours. Every plan is verified by the independent checker; first
fit stands beside it. `flat` cases give all trials the same priority, which is the hardest for the gap. Small problems
are compared with the best of everything that can be tried.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.harness import Figure, at_most, printed, progress_bar

TINY, QUICK_TINY = 1000, 50


@dataclass(frozen=True)
class Size:
    """How much is asked for, and what is promised.

    Attributes:
        name: of the figures.
        seeds, flat_seeds: how many cases with mixed priorities, and with equal ones.
        time_limit: [s].
        gap: promised.
    """

    name: str
    bookings: int
    robots: int
    places: int
    days: int
    seeds: int
    flat_seeds: int
    time_limit: float
    gap: float


SIZES = (
    Size("small", bookings=50, robots=10, places=20, days=1, seeds=10, flat_seeds=3, time_limit=2.0, gap=0.05),
    Size("large", bookings=500, robots=50, places=60, days=2, seeds=3, flat_seeds=1, time_limit=60.0, gap=0.10),
)


@dataclass(frozen=True)
class Run:
    """What one case came to.

    Attributes:
        gap: (bound - objective) / bound.
        seconds, cpu_seconds: that planning took.
        greedy: objective of first fit over that of the plan.
        greedy_seconds: that first fit took.
        violations: that the checker found.
    """

    gap: float
    seconds: float
    cpu_seconds: float
    greedy: float
    greedy_seconds: float
    violations: int


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    names = [size.name for size in SIZES]
    parser.add_argument("--sizes", nargs="*", choices=names, default=names, metavar="SIZE", help="small, large (both)")
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help="seeds 0 to N-1 of each size")
    parser.add_argument("--tiny", type=int, default=None, metavar="N", help=f"problems tried out entirely ({TINY})")
    parser.add_argument("--cpu-time", action="store_true", help="limits count CPU time: for a machine that is busy")
    parser.add_argument("--full-time", action="store_true", help="search on when the promised gap is reached")


def run(options: argparse.Namespace) -> list[Figure]:
    """Plan every case and gather the figures."""
    figures: list[Figure] = []
    _warm_up(options)
    for size in SIZES:
        if size.name not in options.sizes or (options.quick and size.name == "large"):
            continue
        seeds = options.seeds or (2 if options.quick else size.seeds)
        runs = [_run_case(size, seed, False, options) for seed in range(seeds)]
        flat_seeds = 0 if options.quick else size.flat_seeds
        flat = [_run_case(size, seed, True, options) for seed in range(flat_seeds)]
        figures += _gather(size, runs, flat, options.cpu_time)
    tiny = options.tiny if options.tiny is not None else (QUICK_TINY if options.quick else TINY)
    return figures + (_compare_tiny(tiny) if tiny else [])


def _run_case(size: Size, seed: int, flat: bool, options: argparse.Namespace) -> Run:
    """One case, with a line about it."""
    from benchmarks.plan_cases import make_case
    from robot_trials.schedule.checker import check
    from robot_trials.schedule.problem.statement import reward
    from robot_trials.schedule.search.cp_sat import solve
    from robot_trials.schedule.search.greedy import plan_greedily

    case = make_case(seed, size.bookings, size.robots, size.places, size.days, flat)
    began = time.perf_counter()
    first_fit = {assignment.booking for assignment in plan_greedily(case.problem)}
    greedy_seconds = time.perf_counter() - began
    greedy = sum(reward(b.priority) for b in case.problem.bookings if b.name in first_fit)
    wall, cpu = time.perf_counter(), time.process_time()
    clock = time.process_time if options.cpu_time else time.monotonic
    gap_limit = 0.0 if options.full_time else size.gap
    plan = solve(case.problem, size.time_limit, gap_limit, seed=seed, clock=clock)
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    violations = check(case.problem, plan)
    loads = ", ".join(f"{name} {100 * load:.0f} %" for name, load in case.loads.items())
    print(
        f"  {size.name:<5} seed {seed:<2} {'flat' if flat else '    '} {len(plan.assignments):3} of {size.bookings} "
        f"objective {plan.objective:5} bound {plan.bound:5} gap {100 * plan.gap:4.1f} % {seconds:5.1f} s "
        f"(CPU {cpu_seconds:4.1f} s) first fit {greedy:5}  load: {loads}; {case.binding} bind",
        file=sys.stderr,
        flush=True,
    )
    for violation in violations:
        print(f"    {violation}", file=sys.stderr)
    return Run(plan.gap, seconds, cpu_seconds, greedy / plan.objective, greedy_seconds, len(violations))


def _warm_up(options: argparse.Namespace) -> None:
    """Compile and import ahead, which happens once on a machine."""
    tiny = Size("warm", bookings=20, robots=4, places=4, days=1, seeds=1, flat_seeds=0, time_limit=1.0, gap=0.0)
    _run_case(tiny, 0, False, options)


def _gather(size: Size, runs: Sequence[Run], flat: Sequence[Run], cpu_time: bool) -> list[Figure]:
    """Figures of one size."""
    name, counted = size.name, "cpu_time" if cpu_time else "time"

    def count(run: Run) -> float:
        return run.cpu_seconds if cpu_time else run.seconds

    figures = [
        at_most(f"{name}_gap_max", max(r.gap for r in runs), "1", size.gap),
        printed(f"{name}_gap_median", statistics.median(r.gap for r in runs), "1"),
        at_most(f"{name}_{counted}_max", max(count(r) for r in runs), "s", size.time_limit),
        printed(f"{name}_{counted}_median", statistics.median(count(r) for r in runs), "s"),
        printed(f"{name}_time_to_cpu_time", statistics.median(r.seconds / r.cpu_seconds for r in runs), "1"),
        printed(f"{name}_first_fit_to_plan", statistics.median(r.greedy for r in runs), "1"),
        printed(f"{name}_time_to_first_fit_time", statistics.median(r.seconds / r.greedy_seconds for r in runs), "1"),
        at_most(f"{name}_violations", sum(r.violations for r in (*runs, *flat)), "1", 0),
    ]
    if flat:
        figures.append(printed(f"{name}_flat_gap_max", max(r.gap for r in flat), "1"))
        figures.append(printed(f"{name}_flat_first_fit_to_plan", statistics.median(r.greedy for r in flat), "1"))
    return figures


def _compare_tiny(count: int) -> list[Figure]:
    """Plans of tiny problems beside the optimum."""
    from benchmarks.plan_small import STEP, draw_problem, find_optimum
    from robot_trials.schedule.checker import check
    from robot_trials.schedule.problem.statement import reward
    from robot_trials.schedule.search.bound import compute_bound
    from robot_trials.schedule.search.classes import group
    from robot_trials.schedule.search.cp_sat import solve
    from robot_trials.schedule.search.greedy import plan_greedily

    unequal = violations = wrong_bounds = greedy_short = 0
    with progress_bar("tiny", count) as advance:
        for seed in range(count):
            problem = draw_problem(seed)
            optimum = find_optimum(problem)
            plan = solve(problem, time_limit=30.0, seed=seed, step=STEP)
            unequal += plan.objective != optimum or not plan.optimal
            violations += len(check(problem, plan))
            wrong_bounds += compute_bound(group(problem, STEP), 5.0).value < optimum
            first_fit = {assignment.booking for assignment in plan_greedily(problem, STEP)}
            greedy_short += sum(reward(b.priority) for b in problem.bookings if b.name in first_fit) < optimum
            advance(1)
    return [
        printed("tiny_problems", count, "1"),
        at_most("tiny_unequal", unequal, "1", 0),
        at_most("tiny_violations", violations, "1", 0),
        at_most("tiny_wrong_bounds", wrong_bounds, "1", 0),
        printed("tiny_first_fit_short", greedy_short, "1"),
    ]
