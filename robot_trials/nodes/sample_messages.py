"""Serialised ROS messages made from one control sample, by the encoder that also writes the bag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from robot_trials.nodes.stamps import NANOSECONDS
from robot_trials.runtime.channel import ChannelInfo
from robot_trials.telemetry.cdr import compute_layout
from robot_trials.telemetry.control_topics import ControlTopic, FrameNames, make_control_topics
from robot_trials.telemetry.definitions import load_definitions
from robot_trials.telemetry.topics import TRUE_ODOM, TRUE_STATE, Topic

NOT_ON_THE_GRAPH = frozenset({TRUE_ODOM.name, TRUE_STATE.name})
"""Topics of the bag that no node publishes: a simulator's truth is for verdicts and logs only."""


def make_frame_names(info: ChannelInfo) -> FrameNames:
    """Coordinate frames of the robot behind a channel, as messages name them."""
    frames = info.frames
    return FrameNames(
        base=frames["base"],
        imu=frames["imu"],
        soles=(frames["left_foot"], frames["right_foot"]),
        payload_grip=frames["right_hand"],
        camera=frames["camera_optical"],
    )


class SampleMessages:
    """Turns control samples into messages.

    Attributes:
        topics: topics whose messages `encode` gives, in its order.
    """

    def __init__(self, info: ChannelInfo, payload_hand: int) -> None:
        self._start_time_ns = info.start_time_ns
        made = make_control_topics(info.joint_names, make_frame_names(info), payload_hand)
        self._templates = [_MessageTemplate(part) for part in made if part.topic.name not in NOT_ON_THE_GRAPH]
        self.topics: tuple[Topic, ...] = tuple(template.topic for template in self._templates)

    def encode(
        self, sample: np.ndarray, is_wanted: Callable[[Topic], bool] = lambda topic: True
    ) -> Iterator[tuple[Topic, bytes]]:
        """Messages about a control sample, structured array of shape (1,), as serialised CDR, for topics wanted."""
        civil_ns = self._start_time_ns + int(sample["state"]["time_ns"][0])
        for template in self._templates:
            if is_wanted(template.topic):
                yield template.topic, template.fill(sample, civil_ns)


class _MessageTemplate:
    """One topic's message, into which the numbers of a sample are written where they belong."""

    def __init__(self, part: ControlTopic) -> None:
        self.topic = part.topic
        layout = compute_layout(load_definitions(), part.topic.type_name, part.values)
        places = layout.fields
        form = {
            "names": list(places),
            "formats": [(place.format, place.shape) for place in places.values()],
            "offsets": [place.offset for place in places.values()],
            "itemsize": len(layout.data),
        }
        dtype = np.dtype(form)  # type: ignore[call-overload]
        self._message: Any = np.frombuffer(bytearray(layout.data), dtype=dtype)
        self._columns = [(self._message[path], source) for path, source in part.columns.items()]
        stamps = [path.removesuffix(".sec") for path in places if path.endswith("stamp.sec")]
        self._stamps = [(self._message[f"{path}.sec"], self._message[f"{path}.nanosec"]) for path in stamps]

    def fill(self, sample: np.ndarray, civil_ns: int) -> bytes:
        """The serialised message about `sample`, taken at `civil_ns` since 1970 [ns]."""
        for seconds, nanoseconds in self._stamps:
            seconds[0], nanoseconds[0] = divmod(civil_ns, NANOSECONDS)
        for target, source in self._columns:
            target[...] = source(sample)
        return self._message.tobytes()
