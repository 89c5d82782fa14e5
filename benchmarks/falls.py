"""Who has fallen and who has not: relays over slopes that must pass, and relays that are made to fall.

Every relay goes up a slope of 8° and down one, at 0.5 m/s, on the sensor model of the camera. One set is left alone. In
the other something throws the robot down on its way: a strong push from one side, or legs that lose their torque. Both
are judged by the trial's own verdict on the simulator's truth; printed beside it is what the controller believes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.harness import Figure, at_least, at_most, printed, progress_bar, run_in_processes

if TYPE_CHECKING:
    from robot_trials.runtime.assembly import Assembly

SEEDS = 5
SPEED, LENGTH = 0.5, 16.0
"""Of the walk [m/s], of the lane [m]."""
SLOPE_DEG = 8.0
UP, DOWN = (2.0, 6.0), (9.0, 13.0)
"""Where the lane rises and where it falls again [m]."""
PUSH_FORCE, PUSH_TIME = 900.0, 0.2
"""Nobody stands a push of three times the robot's walking momentum out [N], [s]."""

Throw = Callable[[Any, Any], None]
"""Throws down a simulated robot, whose limbs are given."""


def push(forwards: float, aside: float) -> Throw:
    """A strong push at the base, in shares of `PUSH_FORCE`."""

    def throw(robot: Any, _: Any) -> None:
        import numpy as np

        robot.push(PUSH_FORCE * np.array((forwards, aside, 0.0)), PUSH_TIME)

    return throw


def drop_torque(sides: Sequence[int]) -> Throw:
    """Legs that give no torque any more."""

    def throw(robot: Any, limbs: Any) -> None:
        for side in sides:
            robot.drives.torque_limits[limbs.legs[side]] = 0.0
            robot.model.actuator_forcerange[limbs.legs[side]] = 0.0

    return throw


class Case(NamedTuple):
    """How a relay is made to fall, and at which x of the lane [m]."""

    name: str
    throw: Throw
    x: float


CASES = (
    Case("push_forwards_uphill", push(1.0, 0.0), 4.0),
    Case("push_back_on_the_level", push(-1.0, 0.0), 7.5),
    Case("push_aside_downhill", push(0.0, 1.0), 11.0),
    Case("legs_limp_uphill", drop_torque((0, 1)), 4.5),
    Case("leg_limp_downhill", drop_torque((0,)), 11.5),
)
QUICK_CASE = CASES[2]


@dataclass(frozen=True)
class Job:
    """One relay; `case` is the index of what throws the robot down, None when it is left alone."""

    seed: int
    case: int | None


@dataclass(frozen=True)
class Run:
    """What became of a relay.

    Attributes:
        falls: that the verdict counted.
        believed: whether the controller thought that it had fallen.
    """

    job: Job
    passed: bool
    reason: str
    falls: int
    believed: bool

    def line(self) -> str:
        """One line a relay."""
        name = "slopes" if self.job.case is None else CASES[self.job.case].name
        word = "pass" if self.passed else "FAIL"
        return f"  {name:<24} seed {self.job.seed:<3} {word} falls {self.falls}  {self.reason}"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help=f"relays that are left alone ({SEEDS})")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at a time (1)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Run both sets."""
    seeds = options.seeds or (1 if options.quick else SEEDS)
    cases = [CASES.index(QUICK_CASE)] if options.quick else range(len(CASES))
    jobs = [*(Job(seed, None) for seed in range(seeds)), *(Job(index, index) for index in cases)]
    runs = []
    with progress_bar("falls", len(jobs)) as advance:
        for finished in run_in_processes(run_job, jobs, options.jobs):
            print(finished.line(), file=sys.stderr, flush=True)
            runs.append(finished)
            advance(1)
    return gather_figures(runs)


def gather_figures(runs: Sequence[Run]) -> list[Figure]:
    """Counts of both sets."""
    alone, thrown = ([r for r in runs if (r.job.case is None) == left] for left in (True, False))
    return [
        at_least("slopes_passed", sum(r.passed for r in alone), "1", len(alone)),
        at_most("slopes_judged_fallen", sum(r.falls > 0 for r in alone), "1", 0),
        at_least("thrown_judged_fallen", sum(r.falls > 0 for r in thrown), "1", len(thrown)),
        at_most("thrown_passed", sum(r.passed for r in thrown), "1", 0),
        printed("slopes_believed_fallen", sum(r.believed for r in alone), "1"),
        printed("thrown_believed_fallen", sum(r.believed for r in thrown), "1"),
    ]


def run_job(job: Job) -> Run:
    """One relay in this process."""
    from robot_trials.config import load_trial_setup
    from robot_trials.runtime.assembly import assemble
    from robot_trials.trials.hosts.one_process import run_trial

    up, down = ({"x_min": a, "x_max": b, "slope_deg": s * SLOPE_DEG} for (a, b), s in ((UP, 1.0), (DOWN, -1.0)))
    overrides = [f"trial.walking_speed={SPEED}", f"site.ground.ramps={[up, down]}"]
    setup = load_trial_setup("torch_relay", length=LENGTH, seed=job.seed, camera="model", overrides=overrides)
    assembly = assemble(setup)
    watch = ThrowWatch(assembly, None if job.case is None else CASES[job.case])
    outcome = run_trial(setup, assembly=assembly)
    return Run(job, outcome.passed, outcome.reason, int(outcome.figures["falls"]), watch.believed)


class ThrowWatch:
    """Throws a robot down where it is due, and hears what its controller thinks of it.

    Attributes:
        believed: whether the controller thought that it had fallen.
    """

    def __init__(self, assembly: Assembly, case: Case | None) -> None:
        self.believed = False
        self._robot, self._case = assembly.robot, case
        self._limbs, self._step = assembly.controller.model.limbs, assembly.controller.step
        assembly.controller.step = self._watch

    def _watch(self, state: Any, motion: Any, command: Any, status: Any) -> None:
        from robot_trials_control.records import Fault

        robot: Any = self._robot
        if self._case is not None and float(robot.data.qpos[0]) > self._case.x:
            self._case.throw(robot, self._limbs)
            self._case = None
        self._step(state, motion, command, status)
        self.believed = self.believed or bool(int(status.fault) & Fault.FALLEN)
