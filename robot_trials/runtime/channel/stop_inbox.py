"""Gathers what others ask of the stop ladder from shared memory, and their signs of life."""

from __future__ import annotations

import time

import numpy as np

from robot_trials.runtime.channel.beats import BeatReader
from robot_trials.runtime.channel.channel import ALIVE_CHECK_S, Channel
from robot_trials.runtime.channel.layout import HEARTBEAT_DTYPE, STOP_DTYPE
from robot_trials.runtime.channel.shared_memory import SharedMemoryError
from robot_trials.safety.stop_triggers import Trigger
from robot_trials_control.records import Record

INPUTS, HEARTBEAT = Trigger.INPUTS.value, Trigger.HEARTBEAT.value
GUARDIANS = {"stop_node": INPUTS, "safety_node": HEARTBEAT}
"""Nodes without which no robot may move, and what it means that one is gone."""


class StopInbox:
    """Keeps the stop ladder's record of requests up to date.

    A record that cannot be read counts as none: without new ones the ladder's watchdogs act.
    """

    def __init__(self, channel: Channel, requests: Record) -> None:
        self._requests = requests
        requests.heartbeat_required[...] = requests.inputs_required[...] = 1
        self._stop_cell, self._beat_cell = channel.stop, channel.heartbeat
        self._stop, self._beat = Record(np.zeros(1, STOP_DTYPE)), Record(np.zeros(1, HEARTBEAT_DTYPE))
        self._seen_stop = self._seen_beat = 0
        self._asked: tuple[int, ...] = ()
        self._pending = False
        self._alone = self._dead = 0
        self._guardians = {node: BeatReader(channel, node) for node in GUARDIANS}
        self._checked = 0.0

    @property
    def inputs(self) -> int:
        """Signs of life of who listens for stops; 0 before the first."""
        return int(self._requests.inputs)

    @property
    def heartbeats(self) -> int:
        """Signs of life of the supervisor; 0 before the first."""
        return int(self._requests.heartbeat)

    def update(self) -> None:
        """Take in what is new; call it before every control tick."""
        stop, beat = self._stop_cell.sequence, self._beat_cell.sequence
        if stop != self._seen_stop or beat != self._seen_beat:
            self._read(stop, beat)

    def watch_guardians(self, trial_runs: bool) -> None:
        """Stop a trial that runs without anybody who listens or watches, and a robot whose guardian's process is gone.

        A process that lives and is silent is noticed by the ladder's watchdogs; one that died, sooner, here.
        """
        if time.monotonic() - self._checked > ALIVE_CHECK_S:
            self._checked = time.monotonic()
            self._dead = sum(trigger for node, trigger in GUARDIANS.items() if self._is_dead(node))
        alone = self._dead
        if trial_runs:
            alone |= (0 if self.inputs else INPUTS) | (0 if self.heartbeats else HEARTBEAT)
        if alone != self._alone:
            self._alone = alone
            self._join()

    def _is_dead(self, node: str) -> bool:
        self._guardians[node].read()
        return self._guardians[node].is_dead

    def is_asked(self) -> bool:
        """Whether something was asked for that no control tick has seen yet."""
        self.update()
        return self._pending

    def note_tick(self) -> None:
        """A control tick has seen what was asked for."""
        self._pending = False

    def _read(self, stop: int, beat: int) -> None:
        self._seen_stop, self._seen_beat = stop, beat
        requests, said = self._requests, self._stop
        try:
            if self._stop_cell.read_into(said.data):
                requests.inputs[...], requests.e_stop[...] = said.inputs, said.e_stop
                if time.monotonic_ns() <= int(said.act_ends_ns):  # one seen too late was refused meanwhile
                    requests.rearm[...], requests.lower[...] = said.rearm, said.lower
            if self._beat_cell.read_into(self._beat.data):
                requests.heartbeat[...] = self._beat.count
        except SharedMemoryError:
            return
        self._join()

    def _join(self) -> None:
        """Triggers that anybody asks for; what differs from before is pending."""
        requests = self._requests
        requests.asked[...] = int(self._stop.asked) | int(self._beat.asked) | self._alone
        asked = (int(requests.e_stop), int(requests.rearm), int(requests.lower), int(requests.asked))
        if asked != self._asked:
            self._pending = self._pending or bool(self._asked) or any(asked)
            self._asked = asked
