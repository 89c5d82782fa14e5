"""The section of a report about stops: what caused each, how it went, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

RUNG_WORDS = {
    "SLOW": "slower",
    "STAND": "stand",
    "PROTECTIVE": "protective stop",
    "LOWER": "squat",
    "OFF": "power off",
    "FALL": "fallen",
}
HEAD = (
    '<tr><th class="number">Begins</th><th>Caused by</th><th>Rungs</th><th class="number">Stood still</th>'
    '<th class="number">Way until then</th><th>Ended on</th><th>What people did</th></tr>'
)


def make_stop_rows(stops: list[Mapping[str, Any]]) -> str:
    """A table of all stops; empty where there was none."""
    if not stops:
        return ""
    rows = "".join(_make_row(stop) for stop in stops)
    return (
        f'<table class="events stops"><thead>{HEAD}</thead><tbody>{rows}</tbody></table>'
        '<p class="hint">Stood still: time from the first rung on which the robot is to stand until both feet stand '
        "and its centre of mass rests. Way: of its base meanwhile. Not a safety-rated emergency stop.</p>"
    )


def _make_row(stop: Mapping[str, Any]) -> str:
    causes = "<br>".join(
        f"{escape(entry['words'])} <small>{entry['time_s']:.2f} s</small>" for entry in stop["triggers"]
    )
    rungs = "<br>".join(
        f"{RUNG_WORDS.get(span['rung'], escape(span['rung']))} "
        f"<small>{span['start_s']:.2f} s to {span['end_s']:.2f} s</small>"
        for span in stop["rungs"]
    )
    acts = [f"{escape(act['text'])} <small>{act['time_s']:.2f} s</small>" for act in stop["acts"]]
    if stop["waited_for_person"]:
        acts.insert(0, "went no lower while a person may have held the load")
    return (
        f'<tr data-time="{stop["start_s"]:.2f}"><td class="number">{stop["start_s"]:.2f} s</td><td>{causes}</td>'
        f'<td>{rungs}</td><td class="number">{_number(stop["stopping_time_s"], "s")}</td>'
        f'<td class="number">{_number(stop["stopping_distance_m"], "m")}</td>'
        f"<td>{_describe_end(stop)}</td><td>{'<br>'.join(acts) or '–'}</td></tr>"
    )


def _describe_end(stop: Mapping[str, Any]) -> str:
    rung = RUNG_WORDS.get(stop["final_rung"], escape(stop["final_rung"]))
    if stop["end_s"] is not None:
        return f"{rung}, free again at {stop['end_s']:.2f} s"
    return f"{rung}, {'at rest' if stop['over'] else 'not finished'} when the record ends"


def _number(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.2f} {unit}"
