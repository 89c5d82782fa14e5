"""Writes `report.html` beside a bag."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from robot_trials.clock import epoch_ns
from robot_trials.exceptions import TelemetryFault
from robot_trials.review.kind_view import KindView
from robot_trials.review.page.document import make_page
from robot_trials.review.page.key_frames import pick_key_frames
from robot_trials.review.page.plots import compute_common_plots
from robot_trials.review.recording import find_remarks, open_recording, read_stops
from robot_trials.review.replay.data import compute_replay
from robot_trials.review.verdict import load_verdict
from robot_trials.telemetry import Bag
from robot_trials.telemetry.whole_file import write_whole

REPORT_FILE = "report.html"
_HASH = "sha256:"
_SEVERITIES = {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "error"}
_TIMES = ("time_s", "start_s", "end_s")


def write_report(bag_folder: Path) -> Path:
    """Write the report of a trial: one file that needs nothing else and fetches nothing.

    A trial without a bag, or with one that cannot be read, has a page that says so.

    Args:
        bag_folder: rosbag2 directory; `verdict.json` is looked for beside it.

    Returns:
        `report.html` beside the bag.

    Raises:
        BagError: the verdict cannot be read.
        OSError: the report cannot be written.
    """
    bag_folder = Path(bag_folder)
    bag, trouble = open_recording(bag_folder)
    verdict = load_verdict(bag_folder)
    told = {**bag.custom_data, **verdict.identity}  # who judged has read the permit, and knew the goal
    kind = KindView(bag, verdict, told)
    shift = _find_shift(bag, told | bag.custom_data)
    timeline = _label(_shift(verdict.timeline, shift) or _read_timeline(bag), "phase", kind)
    stops = _shift(verdict.stops, shift) if verdict.stops is not None else read_stops(bag, shift)
    data = {
        "duration": round((bag.end_ns - bag.start_ns) * 1e-9, 3),
        "plots": kind.make_plots(compute_common_plots(bag)),
        "replay": _compute_replay(bag, kind),
        "timeline": timeline,
        "events": _label(_shift(verdict.events, shift) or _read_events(bag), "name", kind),
        "stops": stops,
    }
    tables = kind.make_tables()
    data["remarks"] = [*([trouble] if trouble else []), *find_remarks(bag, verdict, timeline), *kind.remarks]
    identity = {key: value for key, value in told.items() if not key.startswith(_HASH)}
    files = {key.removeprefix(_HASH): value for key, value in told.items() if key.startswith(_HASH)}
    page = make_page(verdict, identity, files, data, pick_key_frames(bag, timeline), kind.tiles, tables)
    return write_whole(bag_folder.parent / REPORT_FILE, page)


def _label(entries: list[dict[str, Any]], key: str, kind: KindView) -> list[dict[str, Any]]:
    """Phases or events with their name in words."""
    return [{**entry, "label": kind.name_phase(entry[key])} for entry in entries]


def _compute_replay(bag: Bag, kind: KindView) -> dict[str, Any] | None:
    """The replay, where what is left of a recording allows one."""
    try:
        return compute_replay(bag, kind.site, kind.make_scene)
    except (TelemetryFault, ValueError, IndexError, KeyError):
        return None


def _find_shift(bag: Bag, identity: Mapping[str, str]) -> float:
    """From the trial's time 0, as verdicts count, to the bag's first message, as the page counts [s]."""
    try:
        shift = (bag.start_ns - epoch_ns(datetime.fromisoformat(identity["start_time"]))) * 1e-9
    except (KeyError, ValueError):
        return 0.0
    return shift if bag.start_ns else 0.0


def _shift(value: Any, shift: float) -> Any:
    """The same with every time counted from the bag's first message."""
    if isinstance(value, list):
        return [_shift(entry, shift) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        key: entry - shift if key in _TIMES and entry is not None else _shift(entry, shift)
        for key, entry in value.items()
    }


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
