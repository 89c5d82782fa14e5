"""The recording behind a report: whole, cut short, or not there at all, and what has to be said about it."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

from robot_trials.exceptions import TelemetryFault
from robot_trials.review.verdict import Verdict
from robot_trials.telemetry import Bag, BagError, read_bag, topics
from robot_trials.telemetry.bag.topic_data import TopicData
from robot_trials.trials.judging.bag_samples import iterate_samples
from robot_trials.trials.judging.stop_history import StopHistory

EARLY_END_S = 1.0
"""A recording that ends so long before the trial did was cut short [s]."""
GAPS_MAX = 5
"""Gaps in the control ticks that are told one by one."""


def open_recording(folder: Path) -> tuple[Bag, str]:
    """The bag, and what is wrong with it; one without messages where it cannot be read."""
    if not any(folder.glob("*.mcap")):
        return _make_empty(folder), "There is no recording: this page is made from the verdict alone."
    try:
        bag = read_bag(folder)
    except (BagError, OSError) as error:
        return _make_empty(folder), f"The recording cannot be read: {error}."
    missing = {topic.name: _nothing(topic.type_name) for topic in topics.TOPICS if topic.name not in bag.topics}
    bag.topics.update(missing)
    return bag, ""


def read_site(bag: Bag) -> dict[str, Any]:
    """What `/site_description` says of place and course; empty where there is none that can be read."""
    text = read_first_text(bag, topics.SITE_DESCRIPTION.name)
    try:
        site = json.loads(text) if text else {}
    except ValueError:
        return {}
    return site if isinstance(site, dict) else {}


def read_first_text(bag: Bag, topic: str) -> str:
    """Text of the first message of a `std_msgs/String` topic; empty where there is none."""
    if topic not in bag.topics:
        return ""
    return next((str(message.data) for _, message in bag.messages(topic)), "")


def find_remarks(bag: Bag, verdict: Verdict, timeline: list[dict[str, Any]]) -> list[str]:
    """What a reader must know about the recording: that it ends early, that control ticks are missing."""
    remarks = []
    if verdict.afterwards:
        remarks.append("The verdict was made afterwards from what was recorded: who ran the trial was gone.")
    duration = (bag.end_ns - bag.start_ns) * 1e-9
    ended = max((span["end_s"] for span in timeline), default=0.0)
    if bag.end_ns and ended - duration > EARLY_END_S:
        remarks.append(f"The recording ends at {duration:.1f} s, {ended - duration:.1f} s before the trial did.")
    return [*remarks, *_describe_gaps(bag)]


def read_stops(bag: Bag, shift: float) -> list[dict[str, Any]]:
    """Stops from the bag, where no verdict tells them; times from the bag's first message on [s]."""
    history = StopHistory()
    try:
        for block in iterate_samples(bag):
            block["state"]["time_ns"] -= round(shift * 1e9)
            history.add(block)
    except (TelemetryFault, ValueError, IndexError, struct.error):  # of an earlier version, with other messages
        return []
    return [stop.to_json() for stop in history.stops]


def _describe_gaps(bag: Bag) -> list[str]:
    """Control ticks that the bag lacks."""
    timing = bag.columns(topics.CONTROL_TIMING.name)
    if not timing:
        return []
    ticks, times = timing["tick"], bag.times(topics.CONTROL_TIMING.name)
    missing = np.diff(ticks) - 1
    places = np.flatnonzero(missing > 0)
    remarks = [
        f"{missing[place]} control ticks are missing between {times[place]:.3f} s and {times[place + 1]:.3f} s."
        for place in places[:GAPS_MAX]
    ]
    rest = places[GAPS_MAX:]
    if len(rest):
        remarks.append(f"{missing[rest].sum()} more control ticks are missing, in {len(rest)} places.")
    return remarks


def _make_empty(folder: Path) -> Bag:
    return Bag(folder, {}, {topic.name: _nothing(topic.type_name) for topic in topics.TOPICS})


def _nothing(type_name: str) -> TopicData:
    return TopicData(type_name, np.empty(0, dtype=np.int64))
