"""What became of one trigger in one situation, and how a branch is followed to its safe state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.motion_stops.triggers import DELAYS, TRIGGERS

if TYPE_CHECKING:
    from robot_trials.runtime.drill import Drill
    from robot_trials.safety.stop_ladder import Response
    from robot_trials.safety.stop_limits import StopLimits
    from robot_trials.trials.trial_drill import TrialDrill

WATCH_TIME = 3.0
"""After the safe state [s]."""
GIVE_UP = 5.0
"""Beyond the stated bound [s]."""


@dataclass(frozen=True)
class Outcome:
    """What became of one trigger.

    Attributes:
        situation: where the robot was; a situation of a relay has a person in it.
        bound: stated, of all rungs together [s].
        time: to the safe state; infinite when it was not reached [s].
        end: the rung it ended on; NONE when there was nothing to stop for.
        waits: it stands and is not lowered, since a person may hold the load.
        overdue: a rung took longer than its own bound.
        excess: force on a person beyond the torch's weight [N].
        moved: by how much the robot moved a person's hand [m].
        contacts: control ticks with contacts that nobody wants.
    """

    situation: str
    seed: int
    trigger: str
    bound: float
    time: float
    end: str
    fell: bool
    waits: bool = False
    overdue: bool = False
    with_person: bool = False
    excess: float = 0.0
    moved: float = 0.0
    contacts: int = 0

    def line(self) -> str:
        """One line a case."""
        word = "FELL" if self.fell else "LATE" if self.overdue or self.time > self.bound else "ok"
        end = f"{self.end}{', waits' if self.waits else ''}"
        text = f"  {self.situation:<9} seed {self.seed:<3} {self.trigger:<14} {word:<5} {end:<17} "
        text += f"{self.time:5.2f} s (bound {self.bound:.1f} s)"
        if not self.with_person:
            return text
        return f"{text}  {self.excess:4.1f} N  {1e3 * self.moved:3.0f} mm  contacts {self.contacts}"


class LadderWatch:
    """Whether any rung took longer than its bound; looks at every tick."""

    def __init__(self, drill: Drill | TrialDrill) -> None:
        self.overdue = False
        self._ladder = drill.stops.ladder
        drill.watch(self._look)

    def _look(self, _: object) -> None:
        self.overdue = self.overdue or self._ladder.overdue


def follow(drill: Drill | TrialDrill, trigger: str, bound: float, watch_time: float = WATCH_TIME) -> tuple[float, bool]:
    """Fire a trigger and go on to the safe state and a while beyond [s].

    Returns:
        Time to the safe state, infinite when it was not reached [s]; whether a rung took too long.
    """
    ladder, start, watch = drill.stops.ladder, drill.time, LadderWatch(drill)
    last = find_last(trigger, drill.stops.limits)
    TRIGGERS[trigger].inject(drill)

    def is_safe(_: object) -> bool:
        return ladder.waits or bool(ladder.rung >= last and ladder.is_settled)

    safe = drill.run(bound + GIVE_UP, until=is_safe)
    time = drill.time - start if safe else float("inf")
    drill.run(watch_time)
    return time, watch.overdue


def find_last(trigger: str, limits: StopLimits) -> int:
    """The rung on which a trigger ends; without joint readings nobody is lowered."""
    from robot_trials.safety.stop_ladder import Rung

    return Rung.PROTECTIVE if trigger.startswith("joints") else find_response(trigger, limits).last


def find_response(trigger: str, limits: StopLimits) -> Response:
    """What the ladder does about a trigger."""
    from robot_trials.safety.stop_ladder import make_responses
    from robot_trials.safety.stop_triggers import Trigger

    return make_responses(limits)[Trigger[TRIGGERS[trigger].flag]]


def compute_bound(trigger: str, limits: StopLimits) -> float:
    """Bounds of all rungs on the way together [s]."""
    from robot_trials.safety.stop_ladder import Rung

    response, last = find_response(trigger, limits), find_last(trigger, limits)
    bound = DELAYS.get(trigger, 0.1) + limits.settle_time
    bound += limits.stand_max if response.first == Rung.STAND else limits.protective_max
    bound += response.pause + limits.lower_max + limits.settle_time if last >= Rung.LOWER else 0.0
    return bound + (limits.off_max if last >= Rung.OFF else 0.0)
