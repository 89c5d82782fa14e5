"""Why no trial may start on a channel: nobody listens for stops or supervises, or they say what is in the way."""

from __future__ import annotations

import time

import numpy as np

from robot_trials.runtime.channel.beats import BeatReader
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.layout import BEATING, HEARTBEAT_DTYPE, STOP_DTYPE
from robot_trials_control.records import Record

FRESH_S = 1.0
"""Oldest sign of life of a node that counts as there [s]."""
NEEDED = {"stop_node": "nobody listens for stops", "safety_node": "nobody supervises"}


class StartCheck:
    """Looks at the signs of life and the words of the stop node and the supervisor."""

    def __init__(self, channel: Channel) -> None:
        self._info = channel.info
        self._all = {node: BeatReader(channel, node) for node in BEATING}
        self._readers = {node: self._all[node] for node in NEEDED}
        self._stop, self._heartbeat = channel.stop, channel.heartbeat
        self._said = Record(np.zeros(1, STOP_DTYPE)), Record(np.zeros(1, HEARTBEAT_DTYPE))

    def find_absent(self) -> list[str]:
        """Nodes without which no trial runs that are not there, a reason each."""
        now = time.monotonic()
        return [
            f"{node} is not there: {NEEDED[node]}"
            for node, reader in self._readers.items()
            if not reader.read() or now - reader.seen_at > FRESH_S or reader.is_dead
        ]

    def read_configurations(self) -> dict[str, str]:
        """Hash of the configuration that each living process has read, by its name; of those that have read any."""
        found = {"control_process": self._info.configuration_hash}
        for node, reader in self._all.items():
            reader.read()
            found[node] = "" if reader.is_dead else reader.configuration
        return {node: read for node, read in found.items() if read}

    def find_obstacles(self) -> list[str]:
        """Reasons why no trial may start; none when it may."""
        stop, heartbeat = self._said
        self._stop.read_into(stop.data)
        self._heartbeat.read_into(heartbeat.data)
        said = [bytes(record.obstacle.item()).decode(errors="ignore") for record in (stop, heartbeat)]
        return self.find_absent() + [text for text in said if text]
