"""Pictures of the head camera at the moments that matter."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

from robot_trials.telemetry import Bag

CAMERA = "/head_camera/image_raw/compressed"
FRAMES_MAX = 12
AFTER_START = 0.6
"""A phase's picture is taken this long after its start, when something can be seen of it [s]."""


@dataclass(frozen=True)
class KeyFrame:
    """One picture.

    Attributes:
        label: what it shows, in words.
        time: since the start of the bag [s].
        jpeg_base64: the picture.
    """

    label: str
    time: float
    jpeg_base64: str


def pick_key_frames(bag: Bag, timeline: list[dict[str, Any]]) -> list[KeyFrame]:
    """The first picture that shows each phase; empty where the camera was not recorded."""
    if CAMERA not in bag.topics or not len(bag.topics[CAMERA]):
        return []
    times = bag.times(CAMERA)
    wanted: dict[int, str] = {}
    for span in timeline:
        moment = min(span["start_s"] + AFTER_START, span["end_s"])
        wanted.setdefault(int(min(np.searchsorted(times, moment), len(times) - 1)), span["label"])
    chosen = dict(list(wanted.items())[:FRAMES_MAX])
    return [
        KeyFrame(chosen[row], time, base64.b64encode(bytes(message.data)).decode())
        for row, (time, message) in enumerate(bag.messages(CAMERA))
        if row in chosen
    ]
