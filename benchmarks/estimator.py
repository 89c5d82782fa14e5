"""The base's estimate beside truth: drift over 100 m, errors, consistency, and moments without sensors.

Each seed walks straight ahead in a process of its own, torch in hand, all noise on, robot and controller alone and
without any correction from outside. Along the way the world is forked at moments spread over the gait; in each branch
one group of sensors falls silent, or reads no number, for 50 ms.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from benchmarks.harness import BenchmarkError, Figure, at_least, at_most, printed, progress_bar, run_in_processes

if TYPE_CHECKING:
    import numpy as np

    from robot_trials.robots.estimate_judge import EstimateErrors
    from robot_trials.runtime.drill import Drill
    from robot_trials_control.records import Record

SEEDS, LENGTH, QUICK_LENGTH = 5, 100.0, 10.0
SPEED = 0.8
"""Commanded [m/s]."""
DRIFT_MAX = 1.5
"""Of the way, without corrections [%]."""
DROPOUT = 0.05
"""Time without a group of sensors [s]."""
MOMENTS, QUICK_MOMENTS = 12, 3
STEADY_TIME = 5.0
"""Walked before the first dropout [s]."""
BETWEEN_MOMENTS = 0.542
"""From one dropout's moment to the next: a stride and a twelfth of one [s]."""
AFTER_DROPOUT = 2.0
"""For which a robot is watched [s]."""
Group = Literal["imu", "joints", "feet"]
Failure = Literal["silent", "nan"]
GROUPS: tuple[Group, ...] = ("imu", "joints", "feet")
FAILURES: tuple[Failure, ...] = ("silent", "nan")
NORMAL_95 = 1.96
MOTION_SIZE, POSITION_SIZE = 5, 2
"""Components of the errors whose consistency is judged."""


@dataclass(frozen=True)
class Job:
    """One seed: how far to walk, and at how many moments to drop sensors out."""

    seed: int
    length: float
    moments: int


@dataclass
class Run:
    """What a seed came to; errors in SI units.

    Attributes:
        drift: horizontal error at the end, of the way [%].
        errors: rms and p99 by name.
        motion_nees, position_nees: mean of velocity, roll and pitch; horizontal position at the end.
        dropout_falls: by group.
        dropout_error: largest error of the velocity after a dropout, by group [m/s].
        curves: way [m], error and deviation of x, y [m] and yaw [rad] for the picture, shape (n, 7).
    """

    seed: int
    way: float = 0.0
    fell: bool = False
    drift: float = math.inf
    yaw: float = math.nan
    errors: dict[str, float] = field(default_factory=dict)
    motion_nees: float = math.nan
    position_nees: float = math.nan
    slips: int = 0
    dropout_falls: dict[str, int] = field(default_factory=dict)
    dropout_error: dict[str, float] = field(default_factory=dict)
    curves: np.ndarray | None = None

    def line(self) -> str:
        """One line a seed."""
        return (
            f"  seed {self.seed:<3} {'FELL' if self.fell else 'walked'} {self.way:6.1f} m  drift {self.drift:5.2f} %  "
            f"yaw {math.degrees(self.yaw):6.2f}°  NEES {self.motion_nees:5.2f} {self.position_nees:5.2f}  "
            f"dropouts fell {sum(self.dropout_falls.values())}"
        )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help=f"seeds 0 to N-1 ({SEEDS})")
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="begin with another seed")
    parser.add_argument("--length", type=float, default=None, metavar="M", help=f"way of each seed ({LENGTH:g} m)")
    parser.add_argument("--moments", type=int, default=None, metavar="N", help=f"of dropouts, first seed ({MOMENTS})")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at a time (1)")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw errors with their 3σ bands (SVG)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Walk every seed and gather the figures."""
    runs = []
    with progress_bar("estimator", len(jobs := plan_jobs(options))) as advance:
        for finished in run_in_processes(run_job, jobs, options.jobs):
            print(finished.line(), file=sys.stderr, flush=True)
            runs.append(finished)
            advance(1)
    if options.picture is not None:
        from benchmarks.estimator_picture import draw_errors

        options.picture.write_text(draw_errors([r.curves for r in runs if r.curves is not None]), encoding="utf-8")
    return gather_figures(runs, jobs[0].length)


def plan_jobs(options: argparse.Namespace) -> list[Job]:
    """Every seed; the first also drops sensors out."""
    count = options.seeds or (1 if options.quick else SEEDS)
    length = options.length or (QUICK_LENGTH if options.quick else LENGTH)
    moments = options.moments if options.moments is not None else (QUICK_MOMENTS if options.quick else MOMENTS)
    return [Job(options.first_seed + i, length, moments if i == 0 else 0) for i in range(count)]


def run_job(job: Job) -> Run:
    """One seed in this process."""
    from robot_trials.config import load_trial_setup
    from robot_trials.robots import SimOptions
    from robot_trials.robots.estimate_judge import EstimateJudge
    from robot_trials.runtime.drill import Drill, DrillOptions

    setup = load_trial_setup("torch_relay", seed=job.seed, length=job.length)
    drill, result = Drill(setup, DrillOptions(sim=SimOptions(seed=job.seed))), Run(job.seed)
    if not drill.settle():
        raise BenchmarkError(f"seed {job.seed}: fell before it walked")
    estimate = filter_of(drill)
    judge = EstimateJudge(estimate.covariance)
    drill.watch(judge.update)
    drill.walk_to(job.length, 0.0, 0.0, SPEED)
    if job.moments:
        drill.run(STEADY_TIME)
        drop_out(drill, job.moments, result)
    stood = drill.run(2.0 * job.length / SPEED, until=lambda sample: bool(sample.status.at_target))
    result.fell, result.slips = not stood, int(estimate.slips.sum())
    drill.close()
    judge_errors(judge.errors(), result)
    return result


def filter_of(drill: Drill) -> Record:
    """The record of the base's filter in a drill's controller."""
    from robot_trials_control.controller import WholeBodyWalkingController

    controller = drill.controller
    assert isinstance(controller, WholeBodyWalkingController)
    return controller.estimator.estimate


def drop_out(drill: Drill, moments: int, result: Run) -> None:
    """Try every group of sensors silent and without numbers at moments of the walk, each in a branch."""
    from benchmarks.branches import try_in_branch

    result.dropout_falls, result.dropout_error = dict.fromkeys(GROUPS, 0), dict.fromkeys(GROUPS, 0.0)
    for _ in range(moments):
        for group in GROUPS:
            for failure in FAILURES:
                fell, error = try_in_branch(partial(survive, drill, group, failure))
                result.dropout_falls[group] += fell
                result.dropout_error[group] = max(result.dropout_error[group], error)
        drill.run(BETWEEN_MOMENTS)


def survive(drill: Drill, group: Group, failure: Failure) -> tuple[bool, float]:
    """Go on without a group of sensors for a moment.

    Returns:
        Whether it fell or gave up, and the largest error of the velocity [m/s].
    """
    import numpy as np

    from robot_trials.robots.estimate_judge import EstimateJudge

    judge = EstimateJudge(filter_of(drill).covariance)
    drill.watch(judge.update)
    drill.robot.fail_sensor(group, failure, DROPOUT)
    stood = drill.run(AFTER_DROPOUT)
    return not stood or int(drill.sample.status.fault) != 0, float(np.abs(judge.errors().velocity).max())


def judge_errors(errors: EstimateErrors, result: Run) -> None:
    """Turn a walk's errors into its numbers."""
    import numpy as np

    result.way, result.yaw = float(errors.way[-1]), float(errors.yaw[-1])
    result.drift = 100.0 * math.hypot(*errors.position[-1, :2]) / result.way
    climb = errors.position[50:, 2] - errors.position[:-50, 2]  # a second's
    measured = {"velocity": errors.velocity, "tilt": errors.tilt, "climb": climb}
    for name, values in measured.items():
        result.errors[f"{name}_rms"] = float(np.sqrt(np.mean(values**2)))
        result.errors[f"{name}_p99"] = float(np.percentile(np.abs(values), 99))
    result.errors["height_end"] = abs(float(errors.position[-1, 2]))
    result.motion_nees, result.position_nees = float(errors.motion_nees.mean()), float(errors.position_nees[-1])
    kept = slice(None, None, max(len(errors.way) // 400, 1))
    columns = (errors.way, *errors.position[:, :2].T, errors.yaw, *errors.position_deviation[:, :2].T)
    result.curves = np.column_stack((*columns, errors.yaw_deviation))[kept]


def gather_figures(runs: Sequence[Run], length: float) -> list[Figure]:
    """Worst of all seeds, and means beside what they should be."""
    low, high = chi_square_band(MOTION_SIZE * len(runs))
    motion = sum(r.motion_nees for r in runs) / len(runs)
    position = sum(r.position_nees for r in runs) / len(runs)
    position_high = chi_square_band(POSITION_SIZE * len(runs))[1] / len(runs)
    figures = [
        at_most("falls", sum(r.fell for r in runs), "1", 0),
        at_least("way_min", min(r.way for r in runs), "m", 0.97 * length),
        at_most("drift_max", max(r.drift for r in runs), "%", DRIFT_MAX),
        printed("drift_mean", sum(r.drift for r in runs) / len(runs), "%"),
        printed("yaw_error_max", math.degrees(max(abs(r.yaw) for r in runs)), "deg"),
        *(_worst(runs, *known) for known in ERROR_FIGURES),
        at_most("motion_nees", motion, "1", high / len(runs)),
        printed("motion_nees_low", low / len(runs), "1"),
        at_most("position_nees", position, "1", position_high),
        printed("slips", sum(r.slips for r in runs), "1"),
    ]
    for group in GROUPS:
        dropped = [r for r in runs if r.dropout_falls]
        if dropped:
            figures.append(at_most(f"dropout_{group}_falls", sum(r.dropout_falls[group] for r in dropped), "1", 0))
            error = max(r.dropout_error[group] for r in dropped)
            figures.append(printed(f"dropout_{group}_velocity_error", 1e3 * error, "mm/s"))
    return figures


ERROR_FIGURES = (
    ("velocity_rms", 1e3, "mm/s"),
    ("velocity_p99", 1e3, "mm/s"),
    ("tilt_rms", 1e3, "mrad"),
    ("tilt_p99", 1e3, "mrad"),
    ("climb_rms", 1e3, "mm/s"),
    ("climb_p99", 1e3, "mm/s"),
    ("height_end", 1e3, "mm"),
)
"""Names of `Run.errors`, factor and unit to print."""


def _worst(runs: Sequence[Run], name: str, factor: float, unit: str) -> Figure:
    return printed(name, factor * max(r.errors[name] for r in runs), unit)


def chi_square_band(freedom: int) -> tuple[float, float]:
    """Two-sided 95 % band of a chi-square distribution, by Wilson and Hilferty's cube root."""
    spread = 2.0 / (9.0 * freedom)
    low, high = (freedom * (1.0 - spread + z * math.sqrt(spread)) ** 3 for z in (-NORMAL_95, NORMAL_95))
    return low, high
