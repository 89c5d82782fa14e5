"""Stops that a biped survives: every trigger of the stop ladder, standing, walking and carrying the torch.

A robot is brought into each situation; there every trigger is tried in a copy of the process. The time runs from the
fault, silence or request to the safe state in which the ladder ends for it (standing, lowered, or lowered and without
power). Afterwards the robot is watched for a while longer. A fall is judged on the simulator's truth: base tilted by
more than 45° or anything but the soles on the ground, and sinking below 60 % of the height unless the ladder lowers it.

Sensors really fall silent or read no numbers, requests and heartbeats are the real ones. Heat, torque-time and late
ticks are set; pushes reach the limits of tilt and capture point because these are lowered for the bench: with the
limits in force the robot balances such pushes and walks on.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.branches import try_in_branch
from benchmarks.harness import Figure, at_most, printed, progress_bar, run_in_processes

if TYPE_CHECKING:
    from robot_trials.runtime.drill import Drill
    from robot_trials_control.records import Record

SEEDS, QUICK_SEEDS = 20, 1
SITUATIONS = ("standing", "walking", "carrying")
SPEED = 0.5
"""[m/s]"""
WATCH_TIME = 3.0
"""After the safe state [s]."""
GIVE_UP = 5.0
"""Beyond the stated bound [s]."""
PUSH_TIME = 0.1
"""[s]"""
PUSHES = {"standing": 180.0, "walking": 200.0}
"""Force forwards that drives the capture point away from its plan; in some phases of a step the walk absorbs it, and
nothing needs to be stopped [N]."""
CAPTURE_LIMIT = 0.04
"""Limit of the capture point's error for this bench: pushes that are absorbed never reach the one in force [m]."""
TILT_PUSH, TILT_LIMIT = 140.0, 0.02
"""To the left [N]; a push that tilts the base beyond the real limit hardly leaves a robot to be stopped, so that the
limit is lowered [rad]."""


@dataclass(frozen=True)
class Outcome:
    """What became of one trigger.

    Attributes:
        bound: stated, of all rungs together [s].
        time: to the safe state; infinite when it was not reached [s].
        end: the rung it ended on; NONE when there was nothing to stop for.
    """

    situation: str
    seed: int
    trigger: str
    bound: float
    time: float
    end: str
    fell: bool

    def line(self) -> str:
        """One line a case."""
        word = "FELL" if self.fell else "ok"
        return (
            f"  {self.situation:<9} seed {self.seed:<3} {self.trigger:<14} {word:<5} {self.end:<11} "
            f"{self.time:5.2f} s (bound {self.bound:.1f} s)"
        )


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
    seeds = range(options.first_seed, options.first_seed + count)
    jobs = [(situation, seed, tuple(options.triggers)) for seed in seeds for situation in options.situations]
    outcomes: list[Outcome] = []
    with progress_bar("stops", len(jobs)) as advance:
        for found in run_in_processes(try_situation, jobs, options.jobs, jobs_each=1):
            for outcome in found:
                print(outcome.line(), file=sys.stderr, flush=True)
            outcomes += found
            advance(1)
    return gather_figures(outcomes)


def gather_figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    """Times and falls of each trigger, and all falls."""
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
    figures.append(at_most("falls", sum(outcome.fell for outcome in outcomes), "1", 0))
    return figures


def try_situation(job: tuple[str, int, tuple[str, ...]]) -> list[Outcome]:
    """Bring a robot into a situation with a seed, and try every one of some triggers there."""
    from robot_trials.config import load_trial_setup
    from robot_trials.robots import SimOptions
    from robot_trials.runtime.drill import Drill, DrillOptions

    situation, seed, triggers = job
    setup = load_trial_setup("torch_relay", seed=seed)
    drill = Drill(setup, DrillOptions(torch=situation == "carrying", sim=SimOptions(seed=seed)))
    try:
        drill.settle()
        drill.stop_requests.heartbeat_required[...] = 1
        drill.watch(partial(_beat, drill))
        if situation != "standing":
            drill.walk(SPEED)
        drill.run(3.0 + 0.05 * (seed % 10))  # another phase of the step for each seed
        return [try_in_branch(partial(try_trigger, drill, situation, seed, trigger)) for trigger in triggers]
    finally:
        drill.close()


def try_trigger(drill: Drill, situation: str, seed: int, trigger: str) -> Outcome:
    """Fire one trigger and go on to the safe state and a while beyond."""
    from robot_trials.safety.stop_ladder import Rung

    stops, start = drill.stops, drill.time
    flag, inject = TRIGGERS[trigger]
    last, bound = _find_end(drill, flag, trigger)
    drill.watch(partial(_allow_lowering, drill))
    inject(drill)

    def is_safe(_: Record) -> bool:
        return bool(stops.ladder.rung >= last and stops.ladder.is_settled)

    safe = drill.run(bound + GIVE_UP, until=is_safe)
    time = drill.time - start if safe else float("inf")
    drill.run(WATCH_TIME)
    return Outcome(situation, seed, trigger, bound, time, Rung(stops.ladder.rung).name, drill.falls.fell)


def _find_end(drill: Drill, flag: str, trigger: str) -> tuple[int, float]:
    """The rung on which a trigger ends, and the bounds of all rungs on the way together [s]."""
    from robot_trials.safety.stop_ladder import Rung, make_responses
    from robot_trials.safety.stop_triggers import Trigger

    limits = drill.stops.limits
    response = make_responses(limits)[Trigger[flag]]
    last = Rung.PROTECTIVE if trigger.startswith("joints") else response.last
    bound = DELAYS.get(trigger, 0.1) + limits.settle_time
    bound += limits.stand_max if response.first == Rung.STAND else limits.protective_max
    bound += response.pause + limits.lower_max + limits.settle_time if last >= Rung.LOWER else 0.0
    return last, bound + (limits.off_max if last >= Rung.OFF else 0.0)


def _beat(drill: Drill, _: Record) -> None:
    drill.stop_requests.heartbeat[...] += 1


def _allow_lowering(drill: Drill, _: Record) -> None:
    from robot_trials.safety.stop_ladder import Rung

    drill.falls.may_be_low = drill.falls.may_be_low or drill.stops.ladder.rung >= Rung.LOWER


def _request(drill: Drill) -> None:
    drill.stop_requests.e_stop[...] = 1


def _fall_silent(drill: Drill) -> None:
    """The supervisor's last beat has been."""
    drill.watch(lambda _: drill.stop_requests.heartbeat.__isub__(1))


def _push(drill: Drill) -> None:
    import numpy as np

    situation = "standing" if not drill.sample.status.walking else "walking"
    drill.stops.triggers.memory.capture_error[:] = CAPTURE_LIMIT
    drill.robot.push(np.array((PUSHES[situation], 0.0, 0.0)), PUSH_TIME)


def _tilt(drill: Drill) -> None:
    import numpy as np

    drill.stops.triggers.memory.tilt_cos[0] = np.cos(TILT_LIMIT)
    drill.robot.push(np.array((0.0, TILT_PUSH, 0.0)), PUSH_TIME)


def _heat(drill: Drill) -> None:
    drill.robot.heat(KNEE, drill.stops.limits.temperature_stop + 2.0)


def _strain(drill: Drill) -> None:
    knee = drill.robot.joint_names.index(KNEE)
    drill.stops.triggers.memory.strain[knee] = drill.stops.limits.strain_stop + 2.0


def _be_late(drill: Drill) -> None:
    drill.stops.triggers.watch_deadlines = True
    drill.watch(lambda sample: sample.timing.deadline_misses.__iadd__(1))


def _fail(group: str, failure: str, drill: Drill) -> None:
    drill.robot.fail_sensor(group, failure)  # type: ignore[arg-type]


KNEE = "leg_l4_joint"
DELAYS = {"heartbeat": 0.55, "late": 0.45}
"""From the injection to what the ladder calls a trigger [s]."""
TRIGGERS: dict[str, tuple[str, Callable[[Drill], None]]] = {
    "e_stop": ("E_STOP", _request),
    "heartbeat": ("HEARTBEAT", _fall_silent),
    "tilt": ("TILT", _tilt),
    "capture_point": ("CAPTURE_POINT", _push),
    "temperature": ("TEMPERATURE", _heat),
    "torque_time": ("STRAIN", _strain),
    "late": ("LATE", _be_late),
    **{
        f"{group}_{failure}": ("STALE" if failure == "silent" else "NOT_FINITE", partial(_fail, group, failure))
        for group in ("imu", "feet", "joints")
        for failure in ("silent", "nan")
    },
}
"""Name → the trigger that is to fire, and how it is brought about."""
