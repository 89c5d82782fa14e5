"""The page of a report, with styles and scripts inside, so that it opens anywhere offline."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any

from robot_trials.kinds.reporting import Table, Tile
from robot_trials.review.page import sections
from robot_trials.review.page.approval import list_approved, list_world
from robot_trials.review.page.key_frames import KeyFrame
from robot_trials.review.page.words import to_words
from robot_trials.review.verdict import Verdict

SCRIPTS = (
    "uPlot.iife.min.js",
    "three.min.js",
    "plots.js",
    "figures.js",
    "person.js",
    "ground.js",
    "replay.js",
    "report.js",
)
STYLES = ("uPlot.min.css", "report.css")
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""What a browser lets the page load: nothing but what stands in it."""


def read_static(name: str) -> str:
    """A file that ships with this package."""
    return resources.files("robot_trials.review").joinpath("static", name).read_text(encoding="utf-8")


def make_page(
    verdict: Verdict,
    identity: Mapping[str, str],
    files: Mapping[str, str],
    data: Mapping[str, Any],
    key_frames: Sequence[KeyFrame],
    tiles: Sequence[Tile] = (),
    tables: Sequence[Table] = (),
) -> str:
    """The whole page.

    Args:
        verdict: of the trial.
        identity: of the trial, from the bag.
        files: configuration file → SHA-256.
        data: what the scripts need: `duration`, `plots`, `replay`, `timeline`, `events`, `stops`; and `remarks`.
        key_frames: pictures to show.
        tiles: numbers to show first.
        tables: further sections.
    """
    names = [to_words(identity[key]) for key in ("trial", "robot") if identity.get(key)]
    title = " · ".join(names) or "Trial"
    body = "".join(
        [
            sections.make_header(verdict, identity, title, data["remarks"], tiles),
            sections.make_replay(data),
            sections.make_stops(data),
            sections.make_criteria(verdict),
            sections.make_approval(list_approved(identity, verdict), list_world(identity)),
            sections.make_plots(data),
            *(sections.make_table(table) for table in tables),
            sections.make_pictures(key_frames),
            sections.make_events(data),
            sections.make_identity(identity, files, verdict),
        ]
    )
    return _make_document(f"{title} – {sections.verdict_word(verdict)}", body, data)


def _make_document(title: str, body: str, data: Mapping[str, Any]) -> str:
    """An HTML document that needs no other file.

    Args:
        title: of the browser's window.
        body: HTML to show.
        data: what the scripts need.
    """
    styles = "\n".join(read_static(name) for name in STYLES)
    scripts = "\n".join(f"<script>\n{read_static(name)}\n</script>" for name in SCRIPTS)
    content = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
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
<footer>Made from the files beside this page. Nothing on it is fetched from elsewhere.</footer>
</main>
<script type="application/json" id="report-data">{content}</script>
{scripts}
</body>
</html>
"""
