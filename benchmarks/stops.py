"""Stops that a biped and the people beside it survive: every trigger, standing, walking, carrying, in the exchange.

A robot is brought into each situation; there every trigger is tried in a copy of the process. The time runs from the
fault, silence or request to the safe state in which the ladder ends for it (standing, lowered, or lowered and without
power, or standing and waiting for a person). Afterwards it is watched for a while longer. Falls, forces on people and
contacts are judged on the simulator's truth.

Then whole graphs, each on a short lane: every process is killed, hosts are told to end, processes are paused, messages
forged, disk and shared memory filled, the clock stepped (`python -m benchmarks.process_stops --help`). Judged are the
robot, what is left behind, and whether verdict and report name the cause.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections.abc import Sequence

from benchmarks.harness import Figure, at_most, printed, progress_bar, run_in_processes
from benchmarks.motion_stops import alone, person
from benchmarks.motion_stops.outcome import Outcome
from benchmarks.motion_stops.triggers import LOWERING, QUICK, TRIGGERS
from benchmarks.process_stops.cases import CASES
from benchmarks.process_stops.cases import QUICK as QUICK_CASES
from benchmarks.process_stops.result import Result, run_case

SEEDS, QUICK_SEEDS = 20, 1
FORCE_MAX = 12.0
"""On a person beyond the torch's weight [N]."""
MOVED_MAX = 0.030
"""By which the robot may move a person's hand [m]."""
NOTICE_MAX = 0.5
"""From the loss of who listens for stops, or supervises, to the ladder [s]."""
PARTS = ("motion", "processes", "all")
SITUATIONS = (*alone.SITUATIONS, *person.SITUATIONS)

Job = tuple[tuple[str, ...], int, tuple[str, ...]]
"""Situations, seed and triggers: one of a drill, or some of a relay."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help=f"seeds 0 to N-1 ({SEEDS})")
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="begin with another seed")
    parser.add_argument("--situations", nargs="+", choices=SITUATIONS, default=SITUATIONS, help="all")
    parser.add_argument("--triggers", nargs="+", choices=sorted(TRIGGERS), default=list(TRIGGERS), help="all")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at a time, of simulations (1)")
    parser.add_argument("--part", choices=PARTS, default="all", help="simulated robots, graphs of processes, or all")
    parser.add_argument("--cases", nargs="+", choices=sorted(CASES), default=None, help="of processes (all)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Try every trigger in every situation, then every case of processes, and gather the figures."""
    figures = [] if options.part == "processes" else run_motion(options)
    return figures if options.part == "motion" else figures + run_processes(options)


def run_motion(options: argparse.Namespace) -> list[Figure]:
    """Robots alone and beside people."""
    count = options.seeds or (QUICK_SEEDS if options.quick else SEEDS)
    jobs = list_jobs(options, range(options.first_seed, options.first_seed + count))
    outcomes: list[Outcome] = []
    with progress_bar("stops", len(jobs)) as advance:
        for found in run_in_processes(try_situations, jobs, options.jobs, jobs_each=1):
            for outcome in found:
                print(outcome.line(), file=sys.stderr, flush=True)
            outcomes += found
            advance(1)
    return gather_figures(outcomes)


def run_processes(options: argparse.Namespace) -> list[Figure]:
    """Whole graphs, one after the other: they are paced by the clock."""
    names = options.cases or (QUICK_CASES if options.quick else CASES)
    results: list[Result] = []
    with progress_bar("processes", len(names)) as advance:
        for name in names:
            results.append(run_case(name))
            print(results[-1].line(), file=sys.stderr, flush=True)
            advance(1)
    return gather_process_figures(results)


def gather_process_figures(results: Sequence[Result]) -> list[Figure]:
    """What went wrong in all cases together, and the slowest stand and end."""
    ended = [result.wall_s for result in results]
    noticed = [r.stopped_after for r in results if r.notice_bound]
    stood = [result.stood_after for result in results if not math.isnan(result.bound)]
    return [
        printed("process_cases", len(results), "1"),
        at_most("stop_path_lost_noticed_max", max(noticed, default=0.0), "s", NOTICE_MAX),
        printed("process_stood_max", max(stood, default=math.nan), "s"),
        printed("process_ended_max", max(ended, default=math.nan), "s"),
        at_most("process_falls", sum(result.fell for result in results), "1", 0),
        at_most("process_late", sum(result.late for result in results), "1", 0),
        at_most("orphans", sum(result.orphans for result in results), "1", 0),
        at_most("segments_left", sum(result.segments for result in results), "1", 0),
        at_most("evidence_missing", sum(len(result.missing) for result in results), "1", 0),
        at_most("causes_unnamed", sum(len(result.unnamed) for result in results), "1", 0),
        at_most("process_troubles", sum(bool(result.trouble) for result in results), "1", 0),
    ]


def list_jobs(options: argparse.Namespace, seeds: Sequence[int]) -> list[Job]:
    """The longest first, so that processes end together."""
    beside = tuple(name for name in person.SITUATIONS if name in options.situations)
    lowering = tuple(name for name in options.triggers if name in (QUICK if options.quick else LOWERING))
    jobs: list[Job] = [(beside, seed, lowering) for seed in seeds] if beside else []
    triggers = tuple(options.triggers)
    alone_in = [name for name in alone.SITUATIONS if name in options.situations]
    return jobs + [((situation,), seed, triggers) for seed in seeds for situation in alone_in]


def try_situations(job: Job) -> list[Outcome]:
    """All cases of a job."""
    situations, seed, triggers = job
    if situations[0] in alone.SITUATIONS:
        return alone.try_alone(situations[0], seed, triggers)
    return person.try_beside_people(situations, seed, triggers)


def gather_figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    """Times and falls of each trigger, what people felt in each situation, and all falls."""
    figures = []
    for trigger in dict.fromkeys(outcome.trigger for outcome in outcomes):
        found = [outcome for outcome in outcomes if outcome.trigger == trigger]
        fired = [outcome for outcome in found if outcome.end != "NONE"] or found
        times, bound = [outcome.time for outcome in fired], max(outcome.bound for outcome in fired)
        figures += [
            printed(f"{trigger}_p50", statistics.median(times), "s"),
            at_most(f"{trigger}_max", max(times), "s", bound),
            printed(f"{trigger}_fired", sum(outcome.end != "NONE" for outcome in found), "1"),
            at_most(f"{trigger}_falls", sum(outcome.fell for outcome in found), "1", 0),
        ]
    figures += gather_person_figures([outcome for outcome in outcomes if outcome.with_person])
    figures.append(at_most("late", sum(o.time > o.bound or o.overdue for o in outcomes), "1", 0))
    figures.append(at_most("falls", sum(outcome.fell for outcome in outcomes), "1", 0))
    return figures


def gather_person_figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    """What people felt."""
    if not outcomes:
        return []
    figures = [printed("beside_people", len(outcomes), "1"), printed("waits", sum(o.waits for o in outcomes), "1")]
    for situation in dict.fromkeys(outcome.situation for outcome in outcomes):
        force = max(outcome.excess for outcome in outcomes if outcome.situation == situation)
        figures.append(at_most(f"{situation}_force_max", force, "N", FORCE_MAX))
    figures.append(at_most("hand_moved_max", max(outcome.moved for outcome in outcomes), "m", MOVED_MAX))
    figures.append(at_most("unwanted_contacts", sum(outcome.contacts > 0 for outcome in outcomes), "1", 0))
    return figures
