"""Why a trial is not in a plan: what would have to give way for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from robot_trials.schedule.problem.occupancy import Busy, Occupancy, first_on_grid, intersect
from robot_trials.schedule.problem.statement import Booking, Interval, Option, Refusal
from robot_trials.schedule.problem.validation import CONSTRAINTS

LISTED = 3
"""So many names or intervals are told, the rest is counted."""
RESOURCES = ("place", "robot", "marshals")


def explain_left_out(occupancy: Occupancy) -> dict[str, Refusal]:
    """A reason for each booking without an assignment, in the problem's order."""
    explainer = Explainer(occupancy)
    bookings = occupancy.problem.bookings
    return {b.name: explainer.explain(b) for b in bookings if b.name not in occupancy.assignments}


class Explainer:
    """Reasons beside a finished plan.

    Args:
        occupancy: the plan.
    """

    def __init__(self, occupancy: Occupancy) -> None:
        self.occupancy = occupancy
        self._empty = Occupancy(occupancy.problem, occupancy.step)

    def explain(self, booking: Booking) -> Refusal:
        """What refused one booking.

        First what would refuse it were it alone: exclusions made before planning, batteries, windows, shifts. Then one
        kind of resource at a time is taken as free: place, robot, marshals. The first that opens a start is the reason.
        When none does alone, trials that count more hold several of them together: priority.
        """
        if refusal := self._explain_alone(booking):
            return refusal
        options = [option for option in booking.options if self._fits_alone(booking, option)]
        if any(self._opens(booking, option, "") for option in options):
            return Refusal("search", "a start is free that the search did not come to")
        for relaxed, tell in zip(RESOURCES, (self._tell_places, self._tell_robots, self._tell_marshals), strict=True):
            opened = [option for option in options if self._opens(booking, option, relaxed)]
            if opened:
                return Refusal(relaxed, tell(booking, opened))
        return Refusal("priority", self._tell_rivals(booking, options))

    def _explain_alone(self, booking: Booking) -> Refusal | None:
        """What refuses it even in an empty plan."""
        if not booking.options:
            return join_refusals(booking.refusals)
        charged = [option for option in booking.options if self.occupancy.is_within_battery(option)]
        if not charged:
            return Refusal("battery", self._tell_battery(booking))
        fitting = [o for o in charged if self._starts_on_grid(self._empty.window_starts(o))]
        if not fitting:
            return Refusal("window", _tell_windows(charged))
        if not any(self._fits_alone(booking, option) for option in fitting):
            minutes = min(option.duration for option in fitting) / 60
            known = len(self.occupancy.problem.marshals)
            return Refusal(
                "marshals", f"needs {booking.marshals} for {minutes:g} min; never so many of {known} are on shift"
            )
        return None

    def _fits_alone(self, booking: Booking, option: Option) -> bool:
        """Whether it could be held were nothing else planned."""
        if not self.occupancy.is_within_battery(option):
            return False
        return self._starts_on_grid(self._empty.find_starts(booking, option))

    def _opens(self, booking: Booking, option: Option, relaxed: str) -> bool:
        """Whether a start is free once a kind of resource is taken as free (though not beyond its shifts)."""
        starts = self.occupancy.find_starts(booking, option, relaxed)
        if relaxed == "marshals" and booking.marshals:
            starts = intersect(starts, self._empty.marshal_starts(booking.marshals, option.duration))
        return self._starts_on_grid(starts)

    def _starts_on_grid(self, starts: list[tuple[int, int]]) -> bool:
        """Whether any start is a multiple of the step."""
        return first_on_grid(starts, self.occupancy.step) is not None

    def _tell_battery(self, booking: Booking) -> str:
        """How much is missing, at the robot that comes closest."""
        robots = self.occupancy.robots
        closest = min(booking.options, key=lambda o: (o.energy - robots[o.robot].usable_energy, o.robot, o.place))
        usable = robots[closest.robot].usable_energy
        return f"takes {closest.energy:.0f} Wh; {closest.robot} has {usable:.0f} Wh above its reserve"

    def _tell_places(self, booking: Booking, options: Sequence[Option]) -> str:
        """Who holds the places, and when."""
        busy = self.occupancy.place_busy
        return self._tell_busy(booking, options, [(o.place, busy[o.place]) for o in options])

    def _tell_robots(self, booking: Booking, options: Sequence[Option]) -> str:
        """Who holds the robots, and until when they recharge."""
        busy = self.occupancy.robot_busy
        return self._tell_busy(booking, options, [(o.robot, busy[o.robot]) for o in options])

    def _tell_busy(self, booking: Booking, options: Sequence[Option], holders: Iterable[tuple[str, Busy]]) -> str:
        """`NAME busy with TRIAL from … to …`, for what lies in the windows."""
        first = min(w.start for o in options for w in o.windows) - booking.buffer_before
        last = max(w.end for o in options for w in o.windows) + booking.buffer_after
        told = []
        for name, busy in dict(holders).items():
            inside = [f"{trial} {tell_span(a, b)}" for a, b, trial in busy if a < last and first < b]
            if inside:
                told.append(f"{name} busy with {shorten(inside, ', ')}")
        return shorten(told, "; ")

    def _tell_marshals(self, booking: Booking, options: Sequence[Option]) -> str:
        """How many would be needed, and who takes them."""
        rivals = self._find_rivals(options, lambda a: bool(a.marshals))
        names = shorten([f"{a.booking} ({len(a.marshals)})" for a in rivals], ", ")
        return f"needs {booking.marshals} at once; those on shift accompany {names}"

    def _tell_rivals(self, booking: Booking, options: Sequence[Option]) -> str:
        """Which trials it would have to displace, the most important first."""
        places, robots = {o.place for o in options}, {o.robot for o in options}
        rivals = self._find_rivals(options, lambda a: a.place in places or a.robot in robots)
        known = self.occupancy.bookings
        ranked = sorted(rivals, key=lambda a: -known[a.booking].priority)
        names = shorten([f"{a.booking} (priority {known[a.booking].priority})" for a in ranked], ", ")
        return f"priority {booking.priority}; place, robot or marshals are taken together by {names}"

    def _find_rivals(self, options, counts):  # type: ignore[no-untyped-def]
        """Planned trials within the windows, by start."""
        windows = {window for option in options for window in option.windows}
        planned = sorted(self.occupancy.assignments.values(), key=lambda a: (a.start, a.booking))
        return [a for a in planned if counts(a) and any(a.start < w.end and w.start < a.end for w in windows)]


def join_refusals(refusals: Sequence[Refusal]) -> Refusal:
    """One reason of many: the constraint that excluded most, its details first."""
    if not refusals:
        return Refusal("availability", "no robot and place were offered")
    counts = Counter(refusal.constraint for refusal in refusals)
    order = sorted(counts, key=lambda name: (-counts[name], CONSTRAINTS.index(name)))
    told = []
    for name in order:
        details = dict.fromkeys(refusal.detail for refusal in refusals if refusal.constraint == name)
        text = shorten([detail for detail in details if detail], "; ")
        told.append(text if name == order[0] else f"{name}: {text}")
    return Refusal(order[0], "; ".join(text for text in told if text))


def _tell_windows(options: Sequence[Option]) -> str:
    """The longest window beside the shortest trial."""
    shortest = min(option.duration for option in options)
    windows = [window for option in options for window in option.windows]
    if not windows:
        return f"lasts {shortest / 60:g} min; no window is open"
    longest = max(windows, key=lambda window: (window.end - window.start, -window.start))
    return f"lasts {shortest / 60:g} min; longest window {tell_interval(longest)}"


def tell_interval(interval: Interval) -> str:
    """`2026-06-15T09:00:00Z to 2026-06-15T10:30:00Z`."""
    return f"{tell_instant(interval.start)} to {tell_instant(interval.end)}"


def tell_span(start: int, end: int) -> str:
    """`from … to …`."""
    return f"from {tell_instant(start)} to {tell_instant(end)}"


def tell_instant(seconds: int) -> str:
    """`2026-06-15T09:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shorten(texts: Sequence[str], separator: str) -> str:
    """The first few, and how many more."""
    more = [f"and {len(texts) - LISTED} more"] if len(texts) > LISTED else []
    return separator.join([*texts[:LISTED], *more])
