"""The drawing of a plan: time to the right, one row for each place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from robot_trials.schedule.output.local_time import is_ambiguous, tell_day, tell_offset, tell_time, to_local
from robot_trials.schedule.problem.statement import Assignment, Booking, Plan, Problem

NAMES, WIDTH, ROW, HEAD = 150.0, 1158.0, 30.0, 42.0
"""Width of the names, width of a drawing that needs no scrolling, height of a row and of the head [px]."""
HOUR_MIN = 22.0
"""An hour is drawn at least so wide [px]; longer plans scroll."""
TICKS = (1, 2, 3, 4, 6, 12, 24)
"""Hours between ticks to choose from."""
TICK_MIN = 46.0
"""Ticks stand at least so far apart [px]."""
LETTER = 6.6
"""Width of a letter of a bar's name, about [px]."""


@dataclass(frozen=True)
class Axis:
    """Where an instant lies.

    Attributes:
        start, end: of the drawing [s since the epoch].
        width: of the drawing, names included [px].
    """

    start: int
    end: int
    width: float

    def x(self, seconds: int) -> float:
        """[px]."""
        return NAMES + (self.width - NAMES) * (seconds - self.start) / (self.end - self.start)


def make_chart(problem: Problem, plan: Plan, zone: ZoneInfo) -> str:
    """The drawing as SVG. Only places with a trial have a row."""
    used = {a.place for a in plan.assignments}
    places = [place for place in problem.places if place.name in used]
    bookings = {booking.name: booking for booking in problem.bookings}
    axis = _make_axis(plan, bookings)
    height = HEAD + ROW * len(places)
    parts = [_make_hatch()]
    for row, place in enumerate(places):
        y = HEAD + ROW * row
        if row % 2 == 0:
            parts.append(f'<rect class="band" x="0" y="{y:g}" width="{axis.width:g}" height="{ROW:g}"/>')
        name = escape(_cut(place.title or place.name, NAMES - 12.0))
        full = escape(place.title or place.name)
        parts.append(f'<text class="row-name" x="6" y="{y + 19:g}"><title>{full}</title>{name}</text>')
    parts += _make_ticks(axis, zone, height)
    rows = {place.name: HEAD + ROW * row for row, place in enumerate(places)}
    styles = {robot.name: robot_style(i, len(problem.robots)) for i, robot in enumerate(problem.robots)}
    titles = {place.name: place.title or place.name for place in places}
    for a in sorted(plan.assignments, key=lambda a: (a.start, a.booking)):
        text = describe(a, bookings[a.booking], titles[a.place], zone)
        parts.append(_make_bar(a, bookings[a.booking], axis, rows[a.place], styles[a.robot], text))
    size = f'viewBox="0 0 {axis.width:g} {height:g}" width="{axis.width:g}" height="{height:g}"'
    return f'<svg {size} role="img" aria-label="Trials by place and time">{"".join(parts)}</svg>'


def robot_style(index: int, count: int) -> str:
    """Colour of a robot: hues around the circle, in three shades when there are many."""
    hues = min(count, 12)
    lift = (0, 14, -12)[index // 12 % 3]
    return f"--hue:{210 + 360 * (index % hues) / hues:.0f};--lift:{lift}%"


def describe(assignment: Assignment, booking: Booking, place: str, zone: ZoneInfo) -> str:
    """All about a trial, for its bar's hover text."""
    hours = f"{tell_time(assignment.start, zone)} – {tell_time(assignment.end, zone, since=assignment.start)}"
    lines = [
        booking.title or booking.name,
        f"{tell_day(assignment.start, zone)}, {hours}",
        f"{place}, kept free {booking.buffer_before / 60:g} min before and {booking.buffer_after / 60:g} min after",
        f"robot {assignment.robot}",
        f"marshals {', '.join(assignment.marshals)}" if assignment.marshals else "no marshals",
        f"priority {booking.priority}",
    ]
    return "\n".join(lines)


def _make_axis(plan: Plan, bookings: dict[str, Booking]) -> Axis:
    """From the hour before the first buffer to the hour after the last."""
    first = min(a.start - bookings[a.booking].buffer_before for a in plan.assignments)
    last = max(a.end + bookings[a.booking].buffer_after for a in plan.assignments)
    start, end = first // 3600 * 3600, -(-last // 3600) * 3600
    return Axis(start, end, max(WIDTH, NAMES + HOUR_MIN * (end - start) / 3600))


def _make_hatch() -> str:
    """The pattern of buffers."""
    line = '<line class="hatch" x1="0" y1="0" x2="0" y2="6"/>'
    pattern = (
        f'<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">{line}'
    )
    return f"<defs>{pattern}</pattern></defs>"


def _make_ticks(axis: Axis, zone: ZoneInfo, height: float) -> Iterator[str]:
    """Hours on the clock, days, and the hours that a change of the clocks repeats."""
    per_hour = (axis.width - NAMES) * 3600 / (axis.end - axis.start)
    hours = next((h for h in TICKS if h * per_hour >= TICK_MIN), TICKS[-1])
    yield f'<text class="tick" x="6" y="15">{escape(zone.key)}</text>'
    day = ""
    for seconds in _list_clock_hours(axis, zone):
        local, x = to_local(seconds, zone), axis.x(seconds)
        if tell_day(seconds, zone) != day:
            day = tell_day(seconds, zone)
            yield f'<text class="tick" x="{x + 3:.1f}" y="15">{day}</text>'
            if local.hour == 0:
                yield f'<line class="midnight" x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{height:g}"/>'
        if local.hour % hours == 0:
            label = f"{local:%H:%M}" + (f" {tell_offset(local)}" if is_ambiguous(local) else "")
            yield f'<text class="tick" x="{x + 3:.1f}" y="33">{label}</text>'
            yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="22" y2="{height:g}"/>'


def _list_clock_hours(axis: Axis, zone: ZoneInfo) -> Iterator[int]:
    """Instants at which the local clock shows a whole hour, whatever the zone's offset."""
    instant = datetime.fromtimestamp(axis.start, UTC)
    while instant.timestamp() <= axis.end:
        local = instant.astimezone(zone)
        if local.minute == 0 and local.second == 0:
            yield int(instant.timestamp())
        instant += timedelta(minutes=15)


def _make_bar(assignment: Assignment, booking: Booking, axis: Axis, y: float, style: str, text: str) -> str:
    """Buffers hatched, the trial in its robot's colour, its name where there is room."""
    start, end = axis.x(assignment.start), axis.x(assignment.end)
    before, after = (
        axis.x(assignment.start - booking.buffer_before),
        axis.x(assignment.end + booking.buffer_after),
    )
    kept = f'x="{before:.1f}" y="{y + 7:g}" width="{after - before:.1f}" height="{ROW - 14:g}" rx="2"'
    hatched = f'<rect class="buffer" {kept}/>' if after - before > end - start else ""
    bar = f'x="{start:.1f}" y="{y + 4:g}" width="{end - start:.1f}" height="{ROW - 8:g}" rx="4"'
    name = _cut(booking.title or booking.name, end - start - 8.0)
    label = f'<text class="name" x="{start + 5:.1f}" y="{y + 19:g}">{escape(name)}</text>' if name else ""
    title = f"<title>{escape(text)}</title>"
    rect = f'<rect class="robot" style="{style}" {bar}/>'
    return f'<g class="trial" tabindex="0" data-booking="{escape(booking.name)}">{title}{hatched}{rect}{label}</g>'


def _cut(text: str, width: float) -> str:
    """As much of a text as fits, nothing where not even three letters do."""
    room = int(width / LETTER)
    if len(text) <= room:
        return text
    return text[: room - 1] + "…" if room >= 4 else ""
