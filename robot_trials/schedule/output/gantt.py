"""A plan as a page that opens anywhere offline: a row for each place, a colour for each robot."""

from __future__ import annotations

from html import escape
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from robot_trials.schedule.output.gantt_chart import make_chart, robot_style
from robot_trials.schedule.output.local_time import localize_detail, tell_day
from robot_trials.schedule.problem.statement import Plan, Problem

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What a browser lets the page load: nothing but what stands in it."""


def make_gantt_page(problem: Problem, plan: Plan, zone: ZoneInfo, title: str = "Schedule") -> str:
    """The whole page.

    Args:
        problem: titles, buffers, priorities.
        plan: what is shown.
        zone: in whose local time.
        title: of the page.
    """
    styles = resources.files("robot_trials.schedule").joinpath("static", "gantt.css").read_text(encoding="utf-8")
    body = "".join(
        [_make_header(problem, plan, zone, title), _make_plan(problem, plan, zone), _make_left_out(problem, plan, zone)]
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>
{styles}
</style>
</head>
<body>
<main>
{body}
<footer>Times are local in {escape(zone.key)}. Nothing on this page is fetched from elsewhere.</footer>
</main>
</body>
</html>
"""


def write_gantt_page(file: Path, problem: Problem, plan: Plan, zone: ZoneInfo, title: str = "Schedule") -> Path:
    """Write the page."""
    file.write_text(make_gantt_page(problem, plan, zone, title), encoding="utf-8")
    return file


def _make_header(problem: Problem, plan: Plan, zone: ZoneInfo, title: str) -> str:
    """Title, days, and how good the plan is."""
    days = [tell_day(a.start, zone) for a in sorted(plan.assignments, key=lambda a: a.start)]
    span = "no trials" if not days else days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    tiles = [
        (f"{len(plan.assignments)} / {len(problem.bookings)}", "trials planned"),
        ("optimal" if plan.optimal else f"{100 * plan.gap:.1f} %", "gap to the bound"),
        (f"{plan.objective}", f"objective, of at most {plan.bound}"),
        (f"{plan.seconds:.1f} s", "to plan"),
    ]
    told = "".join(f"<div><b>{escape(value)}</b><span>{escape(name)}</span></div>" for value, name in tiles)
    heading = f"<div><h1>{escape(title)}</h1><p>{escape(span)}, {escape(zone.key)}</p></div>"
    return f'<header>{heading}<div class="tiles">{told}</div></header>\n'


def _make_plan(problem: Problem, plan: Plan, zone: ZoneInfo) -> str:
    """Legend and chart."""
    if not plan.assignments:
        return "<section><h2>Plan</h2><p>Nothing is planned.</p></section>\n"
    used = {assignment.robot for assignment in plan.assignments}
    names = [robot.name for robot in problem.robots]
    entries = [
        f'<li><i class="robot" style="{robot_style(i, len(names))}"></i>{escape(name)}</li>'
        for i, name in enumerate(names)
        if name in used
    ]
    sample = '<svg viewBox="0 0 26 14"><rect class="buffer" width="26" height="14"/></svg>'
    entries.append(f"<li>{sample}place kept free</li>")
    legend = f'<ul class="legend">{"".join(entries)}</ul>'
    return f'<section><h2>Plan</h2>{legend}<div class="chart">{make_chart(problem, plan, zone)}</div></section>\n'


def _make_left_out(problem: Problem, plan: Plan, zone: ZoneInfo) -> str:
    """Which trials are not held, and what refused each."""
    rows = []
    for booking in problem.bookings:
        if refusal := plan.left_out.get(booking.name):
            cells = (
                f"<td>{escape(booking.title or booking.name)}</td>"
                f'<td class="number">{booking.priority}</td>'
                f'<td class="why">{escape(refusal.constraint)}</td>'
                f"<td>{escape(localize_detail(refusal.detail, zone))}</td>"
            )
            rows.append(f"<tr>{cells}</tr>")
    if not rows:
        return "<section><h2>Left out</h2><p>Every trial has its place.</p></section>\n"
    head = '<tr><th>trial</th><th class="number">priority</th><th>refused by</th><th>because</th></tr>'
    table = f'<table id="left-out"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'
    return f"<section><h2>Left out ({len(rows)})</h2>{table}</section>\n"
