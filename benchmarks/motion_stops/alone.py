"""A robot alone in a world: standing, walking, and walking with the torch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.branches import try_in_branch
from benchmarks.motion_stops.outcome import Outcome, compute_bound, follow
from benchmarks.motion_stops.triggers import MAY_NOT_FIRE, keep_alive

if TYPE_CHECKING:
    from robot_trials.runtime.drill import Drill

SITUATIONS = ("standing", "walking", "carrying")
SPEED = 0.5
"""[m/s]"""


def try_alone(situation: str, seed: int, triggers: Sequence[str]) -> list[Outcome]:
    """Bring a robot into a situation with a seed, and try every one of some triggers there."""
    from robot_trials.config import load_trial_setup
    from robot_trials.robots import SimOptions
    from robot_trials.runtime.drill import Drill, DrillOptions

    setup = load_trial_setup("torch_relay", seed=seed)
    drill = Drill(setup, DrillOptions(carrying=situation == "carrying", sim=SimOptions(seed=seed)))
    try:
        drill.settle()
        keep_alive(drill)
        if situation != "standing":
            drill.walk(SPEED)
        drill.run(3.0 + 0.05 * (seed % 10))  # another phase of the step for each seed
        tried = [trigger for trigger in triggers if trigger != "overspeed" or situation != "standing"]
        return [try_in_branch(partial(try_trigger, drill, situation, seed, trigger)) for trigger in tried]
    finally:
        drill.close()


def try_trigger(drill: Drill, situation: str, seed: int, trigger: str) -> Outcome:
    """Fire one trigger and go on to the safe state and a while beyond."""
    from robot_trials.safety.stop_ladder import Rung

    ladder, bound = drill.stops.ladder, compute_bound(trigger, drill.stops.limits)
    time, overdue = follow(drill, trigger, bound)
    end = Rung(ladder.rung)
    if end == Rung.NONE and trigger in MAY_NOT_FIRE:
        time = 0.0
    return Outcome(situation, seed, trigger, bound, time, end.name, drill.falls.fell, overdue=overdue)
