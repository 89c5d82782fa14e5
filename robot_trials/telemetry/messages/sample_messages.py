"""Messages of one control sample at a time: what a node publishes of the newest one, as the bag would hold it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np

from robot_trials.telemetry.messages.control_topics import make_control_topics
from robot_trials.telemetry.messages.frames import FrameNames
from robot_trials.telemetry.messages.template import MessageTemplate
from robot_trials.telemetry.topics import Topic


class SampleMessages:
    """Turns control samples into messages.

    Attributes:
        topics: topics whose messages `encode` gives, in its order.

    Args:
        joint_names: of the joint arrays, in order.
        frames: names for the headers.
        payload_hand: LEFT or RIGHT.
        start_time_ns: civil time of trial time 0, since 1970 [ns].
        left_out: names of topics that are not wanted.
    """

    def __init__(
        self,
        joint_names: Sequence[str],
        frames: FrameNames,
        payload_hand: int,
        start_time_ns: int,
        left_out: Collection[str] = (),
    ) -> None:
        self._start_time_ns = start_time_ns
        made = make_control_topics(tuple(joint_names), frames, payload_hand)
        self._templates = [MessageTemplate(part) for part in made if part.topic.name not in left_out]
        self.topics: tuple[Topic, ...] = tuple(template.topic for template in self._templates)

    def encode(
        self, sample: np.ndarray, is_wanted: Callable[[Topic], bool] = lambda topic: True
    ) -> Iterator[tuple[Topic, bytes]]:
        """Messages about a control sample, structured array of shape (1,), as serialised CDR, for topics wanted."""
        civil_ns = self._start_time_ns + int(sample["state"]["time_ns"][0])
        for template in self._templates:
            if is_wanted(template.topic):
                yield template.topic, template.fill(sample, civil_ns)
