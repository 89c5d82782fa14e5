"""Stops that a biped and the people beside it survive: every trigger, standing, walking, carrying, in the exchange.

A robot is brought into each situation; there every trigger is tried in a copy of the process. The time runs from the
fault, silence or request to the safe state in which the ladder ends for it (standing, lowered, or lowered and without
power, or standing and waiting for a person). Afterwards it is watched for a while longer. Falls, forces on people and
contacts are judged on the simulator's truth.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence

from benchmarks.harness import Figure, at_most, printed, progress_bar, run_in_processes
from benchmarks.motion_stops import alone, person
from benchmarks.motion_stops.outcome import Outcome
from benchmarks.motion_stops.triggers import LOWERING, QUICK, TRIGGERS

SEEDS, QUICK_SEEDS = 20, 1
FORCE_MAX = 12.0
"""On a person beyond the torch's weight [N]."""
MOVED_MAX = 0.030
"""By which the robot may move a person's hand [m]."""
SITUATIONS = (*alone.SITUATIONS, *person.SITUATIONS)

Job = tuple[tuple[str, ...], int, tuple[str, ...]]
"""Situations, seed and triggers: one of a drill, or some of a relay."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help=f"seeds 0 to N-1 ({SEEDS})")
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="begin with another seed")
    parser.add_argument("--situations", nargs="+", choices=SITUATIONS, default=SITUATIONS, help="all")
    parser.add_argument("--triggers", nargs="+", choices=sorted(TRIGGERS), default=list(TRIGGERS), help="all")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at a time (1)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Try every trigger in every situation and gather the figures."""
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
