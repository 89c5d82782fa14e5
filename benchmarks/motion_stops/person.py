"""A robot beside people: one relay a seed, stopped in copies of it in every situation of the exchange."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.branches import try_in_branch
from benchmarks.harness import BenchmarkError
from benchmarks.judges.person import PersonWatch
from benchmarks.motion_stops.outcome import Outcome, compute_bound, find_last, follow
from benchmarks.motion_stops.triggers import keep_alive
from robot_trials_control.records import RIGHT, PayloadMode

if TYPE_CHECKING:
    from robot_trials.trials.trial_drill import TrialDrill

LANE = 5.0
"""[m]"""
PHASE_MAX = 60.0
"""From one situation to the next at most [s]."""
WATCH_TIME = 6.0
"""After the safe state: people go on with what they were about to do [s]."""
PERMIT = ("geofence", "overspeed", "window")
"""Triggers of a permit, tried while the robot walks with the torch."""


def _load(relay: TrialDrill) -> float:
    return float(relay.sample.status.payload_mass)


def _in(phase: str, more: Callable[[TrialDrill], bool] = lambda _: True) -> Callable[[TrialDrill], bool]:
    return lambda relay: relay.trial.phase == phase and more(relay)


SITUATIONS: dict[str, Callable[[TrialDrill], bool]] = {
    # beside the giver, hands at the body
    "arrived": _in("reach"),
    # the open hand around the torch that the giver holds
    "reach": _in("reach", lambda relay: int(relay.trial.motion_command.payload_mode) == PayloadMode.TARE),
    # the hand shut, the load still the giver's
    "take_over": _in(
        "take_over", lambda relay: relay.trial.progress.time > relay.trial.phases[-1].start_ns * 1e-9 + 0.6
    ),
    # the load partly over
    "partly": _in("take_over", lambda relay: _load(relay) > 0.35),
    # the giver has just let go
    "released": _in("carry"),
    # on the way with the torch
    "walk": _in("carry", lambda relay: relay.trial.progress.figures["distance"].value > 2.0),
    # the torch on its way into the receiver's hand
    "offer": _in("reach_receiver", lambda relay: float(relay.sample.status.hand_error[RIGHT]) < 0.05),
    # lowered into the receiver's hand, who takes hold
    "hand_over": _in("hand_over"),
    # the receiver carries
    "given": _in("hand_over", lambda relay: _load(relay) < 0.6),
    # the robot's hand opens
    "let_go": _in("hand_over", lambda relay: not relay.trial.motion_command.hand_closed.any()),
}
"""By name, in the order of a relay: true from when a robot is in it."""


def try_beside_people(situations: Sequence[str], seed: int, triggers: Sequence[str]) -> list[Outcome]:
    """Run a relay with a seed, and try every one of some triggers in copies of it in each situation."""
    from robot_trials.config import load_trial_setup
    from robot_trials.trials.trial_drill import TrialDrill

    relay = TrialDrill(load_trial_setup("torch_relay", seed=seed, length=LANE, camera="model"))
    outcomes = []
    try:
        keep_alive(relay)
        for situation in (name for name in SITUATIONS if name in situations):
            there = partial(_is_there, relay, SITUATIONS[situation])
            if not relay.run(PHASE_MAX, until=there) or relay.trial.finished:
                raise BenchmarkError(f"seed {seed}: {situation} is not reached: {relay.trial.reason or 'too late'}")
            tried = PERMIT if situation == "walk" else triggers
            outcomes += [try_in_branch(partial(try_trigger, relay, situation, seed, trigger)) for trigger in tried]
    finally:
        relay.close()
    return outcomes


def _is_there(relay: TrialDrill, condition: Callable[[TrialDrill], bool], _: object) -> bool:
    return relay.trial.finished or condition(relay)


def try_trigger(relay: TrialDrill, situation: str, seed: int, trigger: str) -> Outcome:
    """Fire one trigger, and see what becomes of robot and people."""
    from robot_trials.safety.shared_load import LoadLimits
    from robot_trials.safety.stop_ladder import Rung

    judge = PersonWatch(relay.robot)
    relay.watch(judge.update)
    bound = compute_bound(trigger, relay.stops.limits)
    if find_last(trigger, relay.stops.limits) >= Rung.LOWER:
        bound += LoadLimits().time
    time, overdue = follow(relay, trigger, bound, WATCH_TIME)
    ladder = relay.stops.ladder
    return Outcome(
        situation,
        seed,
        trigger,
        bound,
        time,
        Rung(ladder.rung).name,
        relay.falls.fell,
        waits=ladder.waits,
        overdue=overdue,
        with_person=True,
        excess=round(judge.excess, 6),
        moved=judge.moved,
        contacts=judge.contacts,
    )
