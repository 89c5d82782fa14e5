"""Control samples as far as a bag tells them, so that a recording is judged by the same code as a running trial."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np

from robot_trials.clock import epoch_ns
from robot_trials.telemetry import Bag, read_bag, topics
from robot_trials.trials.judging.verdict import JUDGED_JOINTS
from robot_trials_control.records import control_sample_dtype

BLOCK_TICKS = 2500
"""Ticks that are in memory at once."""
_BALANCE = ("com", "com_velocity", "zmp_margin", "walking", "mode", "torque_ratio")
_TIMING = ("qp_failures", "fault")
_STOP = {"stop_rung": "rung", "stop_triggers": "triggers", "stop_over": "over", "stop_waits": "waits"} | {
    name: name for name in ("lowered", "sensors_held")
}
_PAYLOAD = {"payload_mass": "mass", "payload_mode": "mode"}
_TRUE_STATE = ("prop_pose", "people_force", "people_hold", "robot_holds", "ground_contacts", "unwanted_contacts")
JUDGED_TOPICS = frozenset(
    topic.name
    for topic in (
        *(topics.ODOM, topics.BALANCE_STATE, topics.CONTROL_TIMING, topics.STOP_STATE, topics.PAYLOAD_STATE),
        *(topics.TRUE_ODOM, topics.TRUE_STATE, topics.TRIAL_PHASE, topics.TRIAL_EVENTS),
    )
)
"""What of a bag is read to judge it."""


def read_judged_bag(folder: Path) -> Bag:
    """A bag with what is needed to judge it.

    Raises:
        BagError: it cannot be read.
    """
    return read_bag(folder, JUDGED_TOPICS)


def find_trial_start(bag: Bag) -> int:
    """Trial time 0 since 1970 [ns]; the bag's first message where its identity does not say."""
    try:
        return epoch_ns(datetime.fromisoformat(bag.custom_data["start_time"]))
    except (KeyError, ValueError):
        return bag.start_ns


def iterate_samples(bag: Bag) -> Iterator[np.ndarray]:
    """Blocks of consecutive control samples, structured arrays of shape (n,); what the bag does not tell is 0."""
    odometry = bag.topics.get(topics.ODOM.name)
    if odometry is None or not len(odometry):
        return
    columns = _gather(bag, odometry.times_ns)
    times_ns = odometry.times_ns - find_trial_start(bag)
    for first in range(0, len(times_ns), BLOCK_TICKS):
        part = slice(first, first + BLOCK_TICKS)
        samples = np.zeros(len(times_ns[part]), dtype=control_sample_dtype(JUDGED_JOINTS))
        samples["state"]["time_ns"] = times_ns[part]
        for (group, name), values in columns.items():
            samples[group][name] = values[part]
        yield samples


def _gather(bag: Bag, times_ns: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """(group, field) → its numbers at the given times since 1970 [ns]."""
    found: dict[tuple[str, str], np.ndarray] = {}
    for topic, group, names in (
        (topics.BALANCE_STATE, "status", _BALANCE),
        (topics.CONTROL_TIMING, "status", _TIMING),
        (topics.CONTROL_TIMING, "timing", ("tick", "deadline_misses")),
        (topics.TRUE_STATE, "truth", _TRUE_STATE),
    ):
        found |= {(group, name): values for name, values in _take(bag, topic, {n: n for n in names}, times_ns).items()}
    pose = {"base_position": "pose.pose.position", "base_orientation_xyzw": "pose.pose.orientation"}
    for topic, group in ((topics.ODOM, "status"), (topics.TRUE_ODOM, "truth")):
        found |= {(group, name): values for name, values in _take(bag, topic, pose, times_ns).items()}
    for topic, paths in ((topics.STOP_STATE, _STOP), (topics.PAYLOAD_STATE, _PAYLOAD)):
        found |= {("status", name): values for name, values in _take(bag, topic, paths, times_ns).items()}
    return found


def _take(bag: Bag, topic: topics.Topic, names: dict[str, str], times_ns: np.ndarray) -> dict[str, np.ndarray]:
    """Fields of a topic at the given times: the newest message counts; before the first one everything is 0."""
    data = bag.topics.get(topic.name)
    if data is None or not len(data):
        return {}
    columns = bag.columns(topic.name)
    rows = np.searchsorted(data.times_ns, times_ns, side="right") - 1
    found = {}
    for name, path in names.items():
        if path in columns:
            values = columns[path][np.maximum(rows, 0)]
            values[rows < 0] = 0
            found[name] = values
    return found
