"""Gathers what others ask of the stop ladder from shared memory: people's acts and the supervisor's signs of life."""

from __future__ import annotations

import numpy as np

from robot_trials.runtime.channel import HEARTBEAT_DTYPE, STOP_DTYPE, Channel
from robot_trials_control.records import Record


class StopInbox:
    """Keeps the stop ladder's record of requests up to date."""

    def __init__(self, channel: Channel, requests: Record) -> None:
        self._requests = requests
        requests.heartbeat_required[...] = 1
        self._channel = channel
        self._stop, self._beat = Record(np.zeros(1, STOP_DTYPE)), Record(np.zeros(1, HEARTBEAT_DTYPE))
        self._seen = 0, 0

    def update(self) -> bool:
        """Take in what is new; True when a person asked for something."""
        seen = self._channel.stop.sequence, self._channel.heartbeat.sequence
        if seen == self._seen:
            return False
        asked = seen[0] != self._seen[0]
        self._seen = seen
        if self._channel.stop.read_into(self._stop.data):
            self._requests.e_stop[...], self._requests.rearm[...] = self._stop.e_stop, self._stop.rearm
        if self._channel.heartbeat.read_into(self._beat.data):
            self._requests.heartbeat[...] = self._beat.count
        return asked
