"""The stop ladder: cutting a biped's power makes it fall, so it goes down by rungs, each from a stable one above.

slow → finish the step and stand → protective stop → lower to a squat → power off when low. A trigger names the rung to
begin with and the one to end on. A rung has a time bound; when it passes, the next one that can still be taken is.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

from robot_trials.safety.stop_limits import StopLimits
from robot_trials.safety.stop_triggers import MILD, Trigger


class Rung(enum.IntEnum):
    """How far down the ladder the robot is."""

    NONE = 0
    SLOW = 1  # walks on, no faster than a cap
    STAND = 2  # finishes its steps and stands
    PROTECTIVE = 3  # ends the walk with the fewest steps that keep balance, and stands; arms hold
    LOWER = 4  # squats until the legs rest on their stops
    OFF = 5  # damped, then without power
    FALL = 6  # has fallen: damped, arms tucked


class Response(NamedTuple):
    """What a trigger calls for: the rung to begin with, the one to end on, and the pause before lowering [s]."""

    first: Rung
    last: Rung
    pause: float = 0.0


def make_responses(limits: StopLimits) -> dict[Trigger, Response]:
    """Every trigger's response.

    Nobody is lowered for a stumble: a robot that balances stands on. A robot that can no longer trust its sensors or
    its supervisor sits down before something else fails; one that is told to, or whose drives must rest, loses power.
    """
    return {
        Trigger.WARM: Response(Rung.SLOW, Rung.SLOW),
        Trigger.STRAINED: Response(Rung.SLOW, Rung.SLOW),
        Trigger.SLUGGISH: Response(Rung.SLOW, Rung.SLOW),
        Trigger.LATE: Response(Rung.STAND, Rung.STAND),
        Trigger.HEARTBEAT: Response(Rung.STAND, Rung.LOWER, limits.patience),
        Trigger.INPUTS: Response(Rung.STAND, Rung.LOWER, limits.patience),
        Trigger.BUTTON: Response(Rung.STAND, Rung.LOWER, limits.patience),
        Trigger.SOURCES: Response(Rung.STAND, Rung.STAND),
        Trigger.GEOFENCE: Response(Rung.STAND, Rung.STAND),
        Trigger.OVERSPEED: Response(Rung.STAND, Rung.STAND),
        Trigger.WINDOW: Response(Rung.STAND, Rung.STAND),
        Trigger.STRAIN: Response(Rung.STAND, Rung.OFF),
        Trigger.TEMPERATURE: Response(Rung.STAND, Rung.OFF),
        Trigger.TILT: Response(Rung.PROTECTIVE, Rung.PROTECTIVE),
        Trigger.CAPTURE_POINT: Response(Rung.PROTECTIVE, Rung.PROTECTIVE),
        Trigger.STALE: Response(Rung.PROTECTIVE, Rung.LOWER, limits.blind_patience),
        Trigger.NOT_FINITE: Response(Rung.PROTECTIVE, Rung.LOWER, limits.blind_patience),
        Trigger.E_STOP: Response(Rung.PROTECTIVE, Rung.OFF),
        Trigger.FALLEN: Response(Rung.FALL, Rung.FALL),
    }


@dataclass
class Body:
    """What the ladder must know of the robot at a tick.

    Attributes:
        stands: both feet stand still in balance.
        lowered: it squats, its legs about to rest on their stops.
        can_lower: its joints' readings are alive.
        can_rest: its feet stand so that it stays up on its stops without power; without its inertial sensor it has not
            stepped for that.
        shared: a person may hold what its hand holds, or has a hand in its reach: it must not go down with them.
    """

    stands: bool = False
    lowered: bool = False
    can_lower: bool = True
    can_rest: bool = True
    shared: bool = False


class StopLadder:
    """Chooses the rung, tick by tick. Time is what the caller counts in [s].

    Attributes:
        rung: in force.
        triggers: what has fired since the stop began.
        started: when that was [s].
        overdue: the rung in force has taken longer than its bound.
        waits: it would lower the robot now, did not a person perhaps hold the load.
    """

    def __init__(self, limits: StopLimits) -> None:
        self.limits, self._responses = limits, make_responses(limits)
        self._bounds = {
            Rung.SLOW: limits.slow_max,
            Rung.STAND: limits.stand_max,
            Rung.PROTECTIVE: limits.protective_max,
            Rung.LOWER: limits.lower_max,
            Rung.OFF: limits.off_max,
        }
        self.release()

    def release(self) -> None:
        """Leave the ladder."""
        self.rung, self.triggers = Rung.NONE, Trigger.NONE
        self.started = self._since = 0.0
        self._safe_since: float | None = None
        self._settled = self._arrived = self.overdue = self.waits = False
        self._can_rest = True

    @property
    def is_latched(self) -> bool:
        """Whether only a human act leads out."""
        return self.rung >= Rung.STAND

    @property
    def is_settled(self) -> bool:
        """Whether the robot is safe and as far down as it goes for the time being."""
        return self._settled

    @property
    def is_over(self) -> bool:
        """Whether the stop has come as far as it goes: only a human act changes anything."""
        arrived = self.is_latched and self._settled and self.rung >= self._last
        return self.rung == Rung.FALL or self.waits or arrived

    @property
    def _last(self) -> Rung:
        last = max(response.last for trigger, response in self._responses.items() if trigger & self.triggers)
        return Rung.LOWER if last == Rung.OFF and not self._can_rest else last

    def update(self, now: float, active: Trigger, body: Body) -> Rung:
        """Take in a tick: the triggers active now and the robot's state; the rung in force."""
        self._can_rest = body.can_rest
        if active & ~self.triggers:
            self._enter(now, active & ~self.triggers)
        elif not active and not self.is_latched:
            self.release()
        if self.rung != Rung.NONE:
            self._climb_down(now, body)
        return self.rung

    def _enter(self, now: float, fresh: Trigger) -> None:
        if not self.triggers:
            self.started = now
        self.triggers |= fresh
        first = max(response.first for trigger, response in self._responses.items() if trigger & fresh)
        if first > self.rung:
            self._take(first, now)

    def _take(self, rung: Rung, now: float) -> None:
        self.rung, self._since, self._safe_since = rung, now, None
        self._settled = self._arrived = self.overdue = self.waits = False

    def _climb_down(self, now: float, body: Body) -> None:
        safe = body.lowered if self.rung == Rung.LOWER else body.stands or self.rung == Rung.OFF
        if not safe:
            self._safe_since = None
        elif self._safe_since is None:
            self._safe_since = now
        pause = self.limits.off_time if self.rung == Rung.OFF else self.limits.settle_time
        self._settled = self._safe_since is not None and now - self._safe_since >= pause
        late = now - self._since > self._bounds.get(self.rung, float("inf"))
        self._arrived = self._arrived or self._settled
        self.overdue = late and not self._arrived
        following = self._find_next(now, body, late)
        self.waits = following == Rung.LOWER and body.shared
        if following is not None and not self.waits:
            self._take(following, now)

    def _find_next(self, now: float, body: Body, late: bool) -> Rung | None:
        """The rung that is due; a robot that stands or squats unsteadily keeps balancing instead."""
        responses = [response for trigger, response in self._responses.items() if trigger & self.triggers]
        last, pause = self._last, min((r.pause for r in responses if r.last >= Rung.LOWER), default=0.0)
        if self.rung == Rung.SLOW and late:
            return Rung.STAND
        if self.rung == Rung.STAND and late and not self._settled:
            return Rung.PROTECTIVE
        if self.rung in (Rung.STAND, Rung.PROTECTIVE) and self._settled and last >= Rung.LOWER and body.can_lower:
            assert self._safe_since is not None
            if now - self._safe_since >= max(pause, self.limits.settle_time):
                return Rung.LOWER
        if self.rung == Rung.LOWER and self._settled and last >= Rung.OFF:
            return Rung.OFF
        return None


def is_mild(active: Trigger) -> bool:
    """Whether the robot may go on, only slower."""
    return not active & ~MILD
