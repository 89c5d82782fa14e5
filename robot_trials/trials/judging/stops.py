"""What the stop ladder did in a trial: each stop with its triggers, rungs, times and way, as verdicts keep it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from robot_trials.kinds.common.events import TrialEvent
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_requests import ARMED, LOWERED, STOPPED
from robot_trials.safety.stop_triggers import Trigger, describe_triggers

STOP_NODE = "stop_node"
"""Source of the events that tell of people's acts on a stop."""
ACT_LEAD_NS = 500_000_000
"""An act may be told so long before the stop that it causes is seen [ns]."""


@dataclass(frozen=True)
class TriggerTime:
    """A trigger, and when it fired first."""

    trigger: Trigger
    time_ns: int


@dataclass(frozen=True)
class RungSpan:
    """A rung, and from when to when the robot was on it; the end is the newest time while it lasts."""

    rung: Rung
    start_ns: int
    end_ns: int


@dataclass(frozen=True)
class StopAct:
    """What somebody did about a stop, as the node that listens for stops told it."""

    time_ns: int
    text: str


@dataclass(frozen=True)
class Stop:
    """One stop, from its first trigger until the robot was free again.

    Attributes:
        start_ns: first trigger.
        end_ns: when the robot was free again; None while the stop is in force.
        triggers: in the order in which they fired.
        rungs: in the order in which they were taken.
        stopping_time: from the first rung on which the robot is to stand until it stands still [s]; NaN: never.
        stopping_distance: how far its base moved meanwhile, horizontally [m].
        over: the stop came as far as it goes.
        waited: it went no lower for a while because a person may have held the load.
        acts: what people did about it.
    """

    start_ns: int
    end_ns: int | None
    triggers: tuple[TriggerTime, ...]
    rungs: tuple[RungSpan, ...]
    stopping_time: float = math.nan
    stopping_distance: float = math.nan
    over: bool = False
    waited: bool = False
    acts: tuple[StopAct, ...] = ()

    @property
    def final_rung(self) -> Rung:
        """How far down it went."""
        return self.rungs[-1].rung if self.rungs else Rung.NONE

    @property
    def words(self) -> str:
        """Its triggers in words, in the order in which they fired."""
        return ", ".join(describe_triggers(int(entry.trigger)) for entry in self.triggers) or "no trigger told"

    @property
    def summary(self) -> str:
        """The stop in a sentence."""
        rungs = ", ".join(
            f"{span.rung.name} {span.start_ns * 1e-9:.2f}–{span.end_ns * 1e-9:.2f} s" for span in self.rungs
        )
        text = f"{self.words}: {rungs}"
        if math.isfinite(self.stopping_time):
            text += f"; stood still after {self.stopping_time:.2f} s and {self.stopping_distance:.2f} m"
        text += "; waited for a person" if self.waited else ""
        return "; ".join([text, *(f"{act.text} at {act.time_ns * 1e-9:.2f} s" for act in self.acts)])

    def to_json(self) -> dict[str, Any]:
        """As it stands in `verdict.json`; times in seconds since the trial's start, NaN as null."""
        return {
            "start_s": self.start_ns * 1e-9,
            "end_s": None if self.end_ns is None else self.end_ns * 1e-9,
            "triggers": [
                {
                    "trigger": entry.trigger.name,
                    "words": describe_triggers(int(entry.trigger)),
                    "time_s": entry.time_ns * 1e-9,
                }
                for entry in self.triggers
            ],
            "rungs": [
                {"rung": span.rung.name, "start_s": span.start_ns * 1e-9, "end_s": span.end_ns * 1e-9}
                for span in self.rungs
            ],
            "final_rung": self.final_rung.name,
            "stopping_time_s": _finite(self.stopping_time),
            "stopping_distance_m": _finite(self.stopping_distance),
            "over": self.over,
            "waited_for_person": self.waited,
            "acts": [{"time_s": act.time_ns * 1e-9, "text": act.text} for act in self.acts],
        }


def add_acts(stops: Sequence[Stop], events: Iterable[TrialEvent]) -> tuple[Stop, ...]:
    """The stops with what people did about each: an act counts for the newest stop that it does not come before."""
    acts: list[list[StopAct]] = [[] for _ in stops]
    for event in events:
        if event.source != STOP_NODE or not event.text.startswith((STOPPED, ARMED, LOWERED)):
            continue
        begun = [place for place, stop in enumerate(stops) if stop.start_ns - ACT_LEAD_NS <= event.time_ns]
        if begun:
            acts[begun[-1]].append(StopAct(event.time_ns, event.text))
    return tuple(replace(stop, acts=tuple(told)) for stop, told in zip(stops, acts, strict=True))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
