"""The sections of a report's page, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from robot_trials.kinds.reporting import Table, Tile
from robot_trials.review.page.approval import is_told
from robot_trials.review.page.key_frames import KeyFrame
from robot_trials.review.page.stop_section import make_stop_rows
from robot_trials.review.page.words import to_words
from robot_trials.review.verdict import Verdict

IDENTITY_WORDS = {"start_time": "Start", "run_id": "Run", "git_hash": "Commit"}
VIEWS = {"quarter": "Follow", "side": "Side", "front": "Front", "top": "Top"}
SPEEDS = (0.25, 0.5, 1, 2, 4, 8)
BAR_END = 1.25
"""Share of a bound at which its bar is full; the mark in the style sheet stands at 1 / BAR_END."""


def verdict_word(verdict: Verdict) -> str:
    """Passed, failed, or neither."""
    return "No verdict" if verdict.passed is None else ("Passed" if verdict.passed else "Failed")


def make_header(
    verdict: Verdict, identity: Mapping[str, str], title: str, remarks: Sequence[str], tiles: Sequence[Tile]
) -> str:
    """Verdict, reason, what has to be said about the recording, and the numbers asked for first."""
    state = {True: "passed", False: "failed", None: "open"}[verdict.passed]
    reason = verdict.reason or "Every criterion was met."
    if verdict.ended != "unknown":
        reason = f"{reason.rstrip('.')}. The robot ended {verdict.ended}."
    told = "".join(f'<p class="remark">{escape(remark)}</p>' for remark in remarks)
    place = [to_words(identity.get(key, "")) for key in ("site", "zone")]
    place.append(identity.get("start_time", "").replace("T", " "))
    shown = "".join(
        f'<div class="tile"><b>{value:.{tile.digits}f} <small>{escape(tile.unit)}</small></b>'
        f"<span>{escape(tile.label)}</span></div>"
        for tile in tiles
        if (value := verdict.figure(tile.figure)) is not None
    )
    return f"""<header class="{state}">
<div class="badge" role="status">{verdict_word(verdict)}</div>
<div class="headline"><h1>{escape(title)}</h1><p class="place">{escape(" · ".join(part for part in place if part))}</p>
<p class="reason">{escape(reason)}</p>{told}</div>
<div class="tiles">{shown}</div>
</header>
"""


def make_replay(data: Mapping[str, Any]) -> str:
    """3D replay with its timeline."""
    if data["replay"] is None:
        return make_section("replay", "Replay", "<p>The bag holds no robot description or no motion to replay.</p>")
    views = "".join(f'<button type="button" data-view="{key}">{label}</button>' for key, label in VIEWS.items())
    speeds = "".join(f'<option value="{speed}"{" selected" * (speed == 1)}>{speed}×</option>' for speed in SPEEDS)
    body = f"""<div id="stage"><canvas id="scene" aria-label="3D replay of the trial"></canvas>
<div id="stage-note" hidden>This browser has no WebGL: the 3D replay cannot be drawn. Everything else can be read.</div>
<div class="views" role="group" aria-label="View">{views}</div><div id="stage-phase"></div></div>
<div class="transport"><button type="button" id="play" aria-label="Play">▶</button>
<output id="clock">0.0 s</output>
<div class="track"><div id="phases"></div>
<input type="range" id="scrub" min="0" max="1" step="0.01" value="0" aria-label="Time"></div>
<label>Speed <select id="speed">{speeds}</select></label></div>
<p class="hint">Drawn from the recorded joint angles and the robot's true pose. Drag to turn, scroll to zoom, click a
plot or a phase to go there; the space bar plays and stops.</p>"""
    return make_section("replay", "Replay", body)


def make_criteria(verdict: Verdict) -> str:
    """Every criterion with its number."""
    if not verdict.criteria:
        return make_section("criteria", "Criteria", "<p>No criteria were judged.</p>")
    head = (
        '<tr><th>Criterion</th><th class="number">Measured</th><th class="number">Required</th>'
        '<th class="share">Share of the bound</th><th>Result</th></tr>'
    )
    rows = "".join(_criterion_row(entry) for entry in verdict.criteria)
    return make_section("criteria", "Criteria", f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>")


def _criterion_row(entry: Mapping[str, Any]) -> str:
    """One criterion: number, bound, and how much of the bound was used."""
    sign = {"<=": "≤", ">=": "≥", "==": "="}.get(entry["comparison"], entry["comparison"])
    value, bound, passed = entry["value"], float(entry["bound"]), bool(entry["passed"])
    unit = escape(str(entry["unit"]))
    measured = "not measured" if value is None else f"{value:.4g} {unit}"
    state = "passed" if passed else "failed"
    bar = ""
    if value is not None and bound:
        share = value / bound
        width = 100 * min(1.0, max(0.0, share / BAR_END))
        bar = (
            f'<div class="bar {state}"><i style="width:{width:.1f}%"></i><u></u></div><span>{100 * share:.0f} %</span>'
        )
    return (
        f'<tr><td>{escape(str(entry["label"]))}</td><td class="number">{measured}</td>'
        f'<td class="number">{escape(sign)} {bound:g} {unit}</td><td class="share">{bar}</td>'
        f'<td><span class="result {state}">{"✓ met" if passed else "✗ not met"}</span></td></tr>'
    )


def make_plots(data: Mapping[str, Any]) -> str:
    """Places for the plots; scripts draw them."""
    cards = "".join(
        f'<figure class="card"><figcaption><b>{escape(plot["title"])}</b> '
        f'<span class="unit">[{escape(plot["unit"])}]</span><p>{escape(plot["note"])}</p></figcaption>'
        f'<div class="plot" id="plot-{escape(plot["key"])}"></div></figure>'
        for plot in data["plots"]
    )
    return make_section("plots", "Measurements", f'<div class="plots">{cards}</div>') if cards else ""


def make_table(table: Table) -> str:
    """A table of the kind's."""
    note = f'<p class="hint">{escape(table.note)}</p>' if table.note else ""
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in table.rows)
    body = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}"
    return make_section(escape(table.key), table.title, body)


def make_approval(approved: Mapping[str, str], world: Mapping[str, str]) -> str:
    """What the trial was allowed to do beside what it did, and what a simulated world drew."""
    tables = _make_pair_tables({"": approved, "Simulated world": world})
    return make_section("approval", "What was approved and what ran", tables) if approved or world else ""


def make_pictures(key_frames: Sequence[KeyFrame]) -> str:
    """Pictures of the head camera."""
    if not key_frames:
        return ""
    pictures = "".join(
        f'<figure class="picture" data-time="{frame.time:.2f}"><img alt="{escape(frame.label)}" '
        f'src="data:image/jpeg;base64,{frame.jpeg_base64}"><figcaption>{escape(frame.label)} '
        f"<span>{frame.time:.1f} s</span></figcaption></figure>"
        for frame in key_frames
    )
    return make_section("pictures", "What the robot saw", f'<div class="pictures">{pictures}</div>')


def make_stops(data: Mapping[str, Any]) -> str:
    """What the stop ladder did, where it did something."""
    return make_section("stops", "Stops", make_stop_rows(data["stops"])) if data["stops"] else ""


def make_events(data: Mapping[str, Any]) -> str:
    """Everything that was reported."""
    if not data["events"]:
        return ""
    head = '<tr><th class="number">Time</th><th>Severity</th><th>Source</th><th>What happened</th></tr>'
    rows = "".join(
        f'<tr data-time="{event["time_s"]:.2f}" class="{escape(event["severity"])}">'
        f'<td class="number">{event["time_s"]:.2f} s</td><td>{escape(event["severity"])}</td>'
        f"<td>{escape(event['label'])}</td><td>{escape(event['detail'])}</td></tr>"
        for event in data["events"]
    )
    table = f'<table class="events"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    return make_section("events", "Events", table)


def make_identity(identity: Mapping[str, str], files: Mapping[str, str], verdict: Verdict) -> str:
    """What was run, with what."""
    known = {
        IDENTITY_WORDS.get(key, to_words(key)): value for key, value in identity.items() if value and not is_told(key)
    }
    figures = {
        to_words(name): "not measured" if value is None else f"{value:.6g}" for name, value in verdict.figures.items()
    }
    titles = {"Trial": known, "Configuration files (SHA-256)": files, "All figures": figures}
    return make_section("identity", "Identity", _make_pair_tables(titles))


def _make_pair_tables(titles: Mapping[str, Mapping[str, str]]) -> str:
    """Tables of name and value beside each other, those that have any; an empty title shows none."""
    tables = "".join(
        f"<div>{f'<h3>{escape(title)}</h3>' if title else ''}<table><tbody>{_pair_rows(pairs)}</tbody></table></div>"
        for title, pairs in titles.items()
        if pairs
    )
    return f'<div class="tables">{tables}</div>'


def _pair_rows(pairs: Mapping[str, str]) -> str:
    """Rows of name and value."""
    return "".join(
        f"<tr><td>{escape(name)}</td><td><code>{escape(value)}</code></td></tr>" for name, value in pairs.items()
    )


def make_section(key: str, title: str, body: str) -> str:
    """A section with its heading."""
    return f'<section id="{key}"><h2>{escape(title)}</h2>\n{body}\n</section>\n'
