"""Whether the robot is still where and when its permit allows; what is not, stops it."""

from __future__ import annotations

from datetime import timedelta

from robot_trials.kinds.common.context import TrialContext
from robot_trials.safety.stop_triggers import Trigger

DEVIATIONS = 3.0
"""A place that may be outside by so many standard deviations of the localization counts as outside."""
BEFORE = ("", "preflight", "safe_end")
"""Phases in which the robot has not moved yet and may not know its place: a trial may end before its first step."""


class PermitWatch:
    """Looks at place and time once a tick; remembers what it has said.

    Attributes:
        area: in which the robot must stay, on the site's map.
        end_ns: when the permit ends, on the clock of the trial [ns].

    Args:
        context: the trial's blackboard; area and window are its setup's.
    """

    def __init__(self, context: TrialContext) -> None:
        setup = context.setup
        self._context = context
        self.area = setup.area
        self.end_ns = (setup.permit.ends - setup.start_time) // timedelta(microseconds=1) * 1000
        self._said = Trigger.NONE
        self._moves = False

    def update(self) -> Trigger:
        """What calls for a stop now."""
        found = Trigger.NONE
        if self._context.time_ns >= self.end_ns:
            found |= Trigger.WINDOW
        self._moves = self._moves or self._context.phase not in BEFORE
        if self._moves and self.measure_leeway() < 0.0:
            found |= Trigger.GEOFENCE
        if found & ~self._said:
            self._report(found & ~self._said)
        self._said |= found
        return found

    def measure_leeway(self) -> float:
        """From the robot's base to the area's edge, less what its place is not known to [m]."""
        x, y, _ = self._context.robot_in_map
        return self.area.measure_leeway(x, y, self._context.percept.place_deviation, DEVIATIONS)

    def _report(self, found: Trigger) -> None:
        context = self._context
        if found & Trigger.WINDOW:
            context.report("error", "permit", f"the permit ended at {context.setup.permit.ends.isoformat()}")
        if found & Trigger.GEOFENCE:
            x, y, _ = context.robot_in_map
            doubt = max(context.percept.place_deviation)
            text = f"at ({x:.2f}, {y:.2f}) m, known to {doubt:.2f} m, outside the area of {self.area.source}"
            context.report("error", "permit", text, x=x, y=y, deviation=doubt)
