"""Pushes at the torso: the largest impulse that is stood and walked out, in every direction.

A constant force acts on the base for 0.1 s, with the torch in hand, sensor noise on and the estimator in the loop.
Tried are `--directions` directions, standing and at `--phases` moments of one step at 0.55 m/s, from the right foot's
touchdown to the left one's. Each try goes on from a copy of the same moment. The impulse grows by 8 N·s until a try
fails, then the gap between the last good and the first bad one is halved down to 0.5 N·s: below the figure every
impulse tried was good.

Standing is good when, for the 4 s that are watched, no foot steps, no sole moves by more than 20 mm, neither soles nor
base turn by more than 5°, the torch is held, and during the last 0.5 s the base is within 3° of upright and at rest:
how far the body bends on the way is free. Walking is good when nobody falls, no standing foot slides by more than 30
mm, the base tilts by less than 15°, the torch is held, and the mean velocity over the stride after the fourth
touchdown is within 0.1 m/s of the one before. Whether the robot touched itself on the way is printed, not judged.

Beside it stands what ankles alone could do at best: a linear inverted pendulum at rest whose ZMP jumps at once to
where soles and ankle torques allow it, F = m ω² d / (1 − e^(−ωT)).
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import BenchmarkError, Figure, progress_bar
from benchmarks.polar_picture import draw_polar
from benchmarks.push_figures import STANDING, Outcome, Place, curves, format_place, format_table, gather_figures
from robot_trials_control.robot.model_state import GRAVITY

if TYPE_CHECKING:
    from robot_trials.runtime.drill import Drill

DURATION = 0.1
"""Of a push [s]."""
IMPULSE_MAX, COARSE, FINE = 40.0, 8.0, 0.5
"""Largest impulse tried, first step and last step of the search [N·s]."""
SPEED, FRICTION = 0.55, 0.8
"""Walking speed [m/s] and sliding friction of the floor."""
STEPS_BEFORE = 8
"""Steps walked before the one with the push."""
STAND_WATCH, WALK_WATCH = 4.0, 5.0
"""Time that is watched; walking at most, until the judge has seen enough [s]."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--directions", type=int, default=None, metavar="N", help="over the full turn (12)")
    parser.add_argument("--phases", type=int, default=None, metavar="N", help="of the step (6); 0: standing only")
    parser.add_argument("--no-standing", action="store_true", help="walking only")
    parser.add_argument("--speed", type=float, default=SPEED, metavar="M/S", help=f"of walking ({SPEED})")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="draws noise, torch and floor (0)")
    parser.add_argument("--friction", type=float, default=FRICTION, metavar="MU", help=f"of the floor ({FRICTION})")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at a time (1)")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the impulses around the robot as SVG")


def run(options: argparse.Namespace) -> list[Figure]:
    """Search in every direction at every moment and gather the figures."""
    directions = options.directions or (4 if options.quick else 12)
    phases = options.phases if options.phases is not None else (2 if options.quick else 6)
    places = [] if options.no_standing else [Place(STANDING, phases)]
    places += [Place(index, phases) for index in range(phases)]
    angles = [2.0 * math.pi * index / directions for index in range(directions)]
    print(f"seed {options.seed}, friction {options.friction:g}, {options.speed:g} m/s", file=sys.stderr)
    outcomes: list[Outcome] = []
    bound: list[float] = []
    with progress_bar("push", len(places)) as advance:
        for found, limits in search_places(options, places, angles):
            outcomes, bound = outcomes + found, limits
            print(format_place(found), file=sys.stderr, flush=True)
            advance(1)
    print(format_table(outcomes, angles, bound), file=sys.stderr, flush=True)
    if options.picture is not None:
        options.picture.write_text(draw_polar("Impulses at the torso [N·s]", curves(outcomes, angles, bound)), "utf-8")
    return gather_figures(outcomes)


def search_places(
    options: argparse.Namespace, places: Sequence[Place], angles: Sequence[float]
) -> Iterator[tuple[list[Outcome], list[float]]]:
    """Search all places in fresh processes, each of which settles one robot; yields outcomes and the ankles' bound."""
    context = multiprocessing.get_context("spawn")
    settle = (options.seed, options.friction)
    with ProcessPoolExecutor(options.jobs, context, initializer=_settle, initargs=settle) as pool:
        for future in as_completed([pool.submit(_search_place, place, angles, options.speed) for place in places]):
            yield future.result()


_settled: list[Drill] = []
"""A worker's robot, standing with the torch in its hand."""


def _settle(seed: int, friction: float) -> None:
    _settled.append(make_drill(seed, friction))


def _search_place(place: Place, angles: Sequence[float], speed: float) -> tuple[list[Outcome], list[float]]:
    from benchmarks.branches import try_in_branch

    drill = _settled[0]
    return try_in_branch(lambda: search_directions(drill, place, angles, speed)), ankle_bound(drill, angles)


def make_drill(seed: int, friction: float) -> Drill:
    """A robot that stands with the torch in its hand.

    Raises:
        BenchmarkError: it fell before anybody pushed.
    """
    from robot_trials.config import load_trial_setup
    from robot_trials.robots import SimOptions
    from robot_trials.runtime.drill import Drill, DrillOptions

    setup = load_trial_setup("torch_relay", seed=seed, length=20.0)
    drill = Drill(setup, DrillOptions(sim=SimOptions(seed=seed, friction=friction)))
    if not drill.settle():
        raise BenchmarkError("the robot fell while it took the torch")
    return drill


def search_directions(drill: Drill, place: Place, angles: Sequence[float], speed: float) -> list[Outcome]:
    """Bring the robot to the moment, then search in each direction from there."""
    from benchmarks.branches import try_in_branch

    if place.phase != STANDING:
        walk_to_phase(drill, place, speed)
    found, standing = [], place.phase == STANDING
    for angle in angles:
        touches = [False]

        def attempt(impulse: float, angle: float = angle, touches: list[bool] = touches) -> str:
            reason, touched = try_in_branch(lambda: push_once(drill, impulse, angle, speed, standing))
            touches.append(touched and not reason)
            return reason

        impulse, reason = find_largest(attempt)
        found.append(Outcome(place, angle, impulse, reason, any(touches)))
    return found


def walk_to_phase(drill: Drill, place: Place, speed: float) -> None:
    """Walk until a share of the step has passed since the right foot touched down.

    Raises:
        BenchmarkError: it fell.
    """
    drill.walk(speed)
    touchdowns: list[float] = []

    def stepped_often(sample: object) -> bool:
        if int(drill.sample.status.steps) > len(touchdowns):
            touchdowns.append(drill.time)
        return len(touchdowns) >= STEPS_BEFORE

    walked = drill.run(30.0, until=stepped_often)
    period = 0.5 * (touchdowns[-1] - touchdowns[-3])
    if not walked or not drill.run(period * place.phase / place.phases):
        raise BenchmarkError("the robot fell before anybody pushed")


def push_once(drill: Drill, impulse: float, angle: float, speed: float, standing: bool) -> tuple[str, bool]:
    """Push and watch; returns what was wrong, empty for nothing, and whether the robot touched itself."""
    import numpy as np

    from benchmarks.judges.push import StandingJudge, WalkingJudge

    poses = drill.robot.sole_poses
    judge = StandingJudge(drill.sample, poses) if standing else WalkingJudge(drill.sample, poses, speed)
    drill.watch(judge.update)
    force = impulse / DURATION
    drill.robot.push(np.array((force * math.cos(angle), force * math.sin(angle), 0.0)), DURATION)
    drill.run(STAND_WATCH if standing else WALK_WATCH, until=lambda _: bool(judge.failure) or judge.is_over)
    return "fall" if drill.falls.fell else judge.finish(), judge.touches > 0


def find_largest(attempt: Callable[[float], str]) -> tuple[float, str]:
    """Largest impulse below which every one tried was good, and what was wrong with the next [N·s].

    Args:
        attempt: returns what is wrong with an impulse, empty for nothing.
    """
    good, bad, reason = 0.0, math.inf, ""
    while good < IMPULSE_MAX and math.isinf(bad):
        found = attempt(good + COARSE)
        if found:
            bad, reason = good + COARSE, found
        else:
            good += COARSE
    while bad - good > FINE and not math.isinf(bad):
        middle = 0.5 * (good + bad)
        found = attempt(middle)
        if found:
            bad, reason = middle, found
        else:
            good = middle
    return good, reason


def ankle_bound(drill: Drill, angles: Sequence[float]) -> list[float]:
    """Impulse that a pendulum at rest survives by moving its ZMP under the soles, in each direction [N·s]."""
    from robot_trials_control.robot.model import RobotModel

    model, status = RobotModel(drill.profile.to_parameters()), drill.sample.status
    one, both = model.sole_reach(0.0, 1.0), model.sole_reach(0.0, 2.0)  # with one ankle's torque and with two
    left, right = status.foot_pose[:, :2].tolist()
    rest = float(status.com[0]) - 0.5 * (left[0] + right[0])
    aside = 0.5 * (left[1] - right[1]) + one.y_max
    omega = math.sqrt(GRAVITY / float(status.com[2]))
    scale = (model.own_mass + float(status.payload_mass_applied)) * omega * omega * DURATION
    scale /= 1.0 - math.exp(-omega * DURATION)
    return [scale * distance_to_box(both.x_min - rest, both.x_max - rest, aside, angle) for angle in angles]


def distance_to_box(back: float, front: float, aside: float, angle: float) -> float:
    """Way from the origin to the edge of the box [back, front] × [−aside, aside] in a direction [m]."""
    x, y = math.cos(angle), math.sin(angle)
    along = math.inf if abs(x) < 1e-9 else (front if x > 0.0 else back) / x
    return min(along, math.inf if abs(y) < 1e-9 else aside / abs(y))
