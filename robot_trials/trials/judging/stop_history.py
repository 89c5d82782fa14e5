"""Reads stops from control samples, a block of ticks at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_limits import StopLimits
from robot_trials.safety.stop_triggers import Trigger
from robot_trials.trials.judging.stops import RungSpan, Stop, TriggerTime

STILL_NS = 250_000_000
"""A robot stands still when it has done so for this long; the ladder itself waits a little longer [ns]."""


@dataclass
class _OpenStop:
    """A stop that is being read."""

    start_ns: int
    triggers: list[TriggerTime] = field(default_factory=list)
    seen: int = 0
    rungs: list[RungSpan] = field(default_factory=list)
    latched_ns: int | None = None
    latched_at: np.ndarray = field(default_factory=lambda: np.zeros(2))
    still_since: int | None = None
    still_at: np.ndarray = field(default_factory=lambda: np.zeros(2))
    stopping: tuple[float, float] | None = None
    over: bool = False
    waited: bool = False

    def close(self, end_ns: int | None) -> Stop:
        """The stop as it was."""
        time, distance = self.stopping or (math.nan, math.nan)
        return Stop(
            start_ns=self.start_ns,
            end_ns=end_ns,
            triggers=tuple(self.triggers),
            rungs=tuple(self.rungs),
            stopping_time=time,
            stopping_distance=distance,
            over=self.over,
            waited=self.waited,
        )


class StopHistory:
    """All stops of a trial.

    Args:
        limits: when a robot counts as standing still.
    """

    def __init__(self, limits: StopLimits | None = None) -> None:
        self._steady_speed = (limits or StopLimits()).steady_speed
        self._closed: list[Stop] = []
        self._open: _OpenStop | None = None

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Every stop so far, the one in force too."""
        return (*self._closed, *([self._open.close(None)] if self._open is not None else []))

    def add(self, block: np.ndarray) -> None:
        """Take in consecutive control samples, structured array of shape (n,)."""
        status = block["status"]
        rung, triggers = status["stop_rung"].astype(int), status["stop_triggers"].astype(np.int64)
        if not len(block) or (self._open is None and not rung.any()):
            return
        changes = np.flatnonzero((np.diff(rung) != 0) | (np.diff(triggers) != 0)) + 1
        edges = [0, *changes.tolist(), len(block)]
        for first, last in zip(edges, edges[1:], strict=False):
            self._take(block[first:last], Rung(rung[first]), int(triggers[first]))

    def _take(self, part: np.ndarray, rung: Rung, triggers: int) -> None:
        """Take in ticks on one rung with the same triggers."""
        times = part["state"]["time_ns"]
        start = int(times[0])
        stop = self._open
        if stop is not None and (rung == Rung.NONE or stop.seen & ~triggers):
            if stop.rungs:
                stop.rungs[-1] = RungSpan(stop.rungs[-1].rung, stop.rungs[-1].start_ns, start)
            self._closed.append(stop.close(start))
            stop = self._open = None
        if rung == Rung.NONE:
            return
        if stop is None:
            stop = self._open = _OpenStop(start)
        fresh = triggers & ~stop.seen
        stop.seen |= triggers
        stop.triggers += [TriggerTime(trigger, start) for trigger in Trigger if trigger & fresh]
        self._extend_rungs(stop, rung, start, int(times[-1]))
        stop.over |= bool(part["status"]["stop_over"].any())
        stop.waited |= bool(part["status"]["stop_waits"].any())
        if rung >= Rung.STAND and stop.stopping is None:
            self._look_for_standstill(stop, part)

    @staticmethod
    def _extend_rungs(stop: _OpenStop, rung: Rung, start_ns: int, end_ns: int) -> None:
        if stop.rungs and stop.rungs[-1].rung == rung:
            stop.rungs[-1] = RungSpan(rung, stop.rungs[-1].start_ns, end_ns)
            return
        if stop.rungs:
            stop.rungs[-1] = RungSpan(stop.rungs[-1].rung, stop.rungs[-1].start_ns, start_ns)
        stop.rungs.append(RungSpan(rung, start_ns, end_ns))

    def _look_for_standstill(self, stop: _OpenStop, part: np.ndarray) -> None:
        """Both feet stand and the centre of mass rests, as the ladder has it."""
        status, times = part["status"], part["state"]["time_ns"]
        slow = np.abs(status["com_velocity"]).max(axis=1) < self._steady_speed
        still = slow & (status["walking"] == 0)
        places = find_places(part)
        if stop.latched_ns is None:
            stop.latched_ns, stop.latched_at = int(times[0]), places[0].copy()
        for time_ns, stands, place in zip(times.tolist(), still.tolist(), places, strict=True):
            if not stands:
                stop.still_since = None
                continue
            if stop.still_since is None:
                stop.still_since, stop.still_at = time_ns, place.copy()
            if time_ns - stop.still_since >= STILL_NS:
                way = float(np.hypot(*(stop.still_at - stop.latched_at)))
                stop.stopping = (stop.still_since - stop.latched_ns) * 1e-9, way
                return


def find_places(block: np.ndarray) -> np.ndarray:
    """Where the base is: the truth where it is known, else the robot's own estimate, shape (n, 2) [m]."""
    true: np.ndarray = block["truth"]["base_position"][:, :2]
    own: np.ndarray = block["status"]["base_position"][:, :2]
    return true if np.isfinite(true).all() else own
