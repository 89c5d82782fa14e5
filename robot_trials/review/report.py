"""Writes `report.html` beside a bag."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from robot_trials.review.key_frames import pick_key_frames
from robot_trials.review.page import make_page
from robot_trials.review.plots import compute_plots
from robot_trials.review.replay_data import compute_replay
from robot_trials.review.sections import phase_words
from robot_trials.review.verdict import load_verdict
from robot_trials.telemetry import Bag, read_bag

REPORT_FILE = "report.html"
_HASH = "sha256:"
_SEVERITIES = {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "error"}


def write_report(bag_folder: Path) -> Path:
    """Write the report of a trial: one file that needs nothing else and fetches nothing.

    Args:
        bag_folder: rosbag2 directory; `verdict.json` is looked for beside it.

    Returns:
        `report.html` beside the bag.

    Raises:
        BagError: the bag was cut short (repair it first), or the verdict cannot be read.
        OSError: the report cannot be written.
    """
    bag_folder = Path(bag_folder)
    bag = read_bag(bag_folder)
    verdict = load_verdict(bag_folder)
    timeline = verdict.timeline or _read_timeline(bag)
    data = {
        "duration": round((bag.end_ns - bag.start_ns) * 1e-9, 3),
        "plots": [plot.to_json() for plot in compute_plots(bag, verdict)],
        "replay": compute_replay(bag),
        "timeline": [{**span, "label": phase_words(span["phase"])} for span in timeline],
        "events": verdict.events or _read_events(bag),
    }
    identity = {key: value for key, value in bag.custom_data.items() if not key.startswith(_HASH)}
    files = {key.removeprefix(_HASH): value for key, value in bag.custom_data.items() if key.startswith(_HASH)}
    page = make_page(verdict, identity, files, data, pick_key_frames(bag, timeline))
    path = bag_folder.parent / REPORT_FILE
    scratch = path.with_suffix(".html.tmp")
    scratch.write_text(page, encoding="utf-8")
    scratch.replace(path)
    return path


def _read_timeline(bag: Bag) -> list[dict[str, Any]]:
    """Phases from the bag, where no verdict tells them."""
    if "/trial/phase" not in bag.topics:
        return []
    entered = [(time, message.phase) for time, message in bag.messages("/trial/phase")]
    entered.append(((bag.end_ns - bag.start_ns) * 1e-9, ""))
    return [
        {"phase": phase, "start_s": start, "end_s": end, "result": "", "detail": ""}
        for (start, phase), (end, _) in pairwise(entered)
        if phase
    ]


def _read_events(bag: Bag) -> list[dict[str, Any]]:
    """Events from the bag, where no verdict tells them."""
    if "/trial/events" not in bag.topics:
        return []
    return [
        {
            "time_s": time,
            "name": message.source,
            "detail": message.text,
            "severity": _SEVERITIES.get(message.severity, "info"),
        }
        for time, message in bag.messages("/trial/events")
    ]
