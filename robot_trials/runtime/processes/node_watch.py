"""Which nodes of a robot live, by their signs of life: absent, alive, silent or dead."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from robot_trials.runtime.channel.beats import BeatReader
from robot_trials.runtime.channel.channel import Channel

OWN_PAUSE_S = 0.5
"""Who watches and was held up for longer itself does not hold the time against others [s]."""
DEAD_CHECKS = 2
"""Looks in a row that must find a process gone: one that ends on purpose has the time to say so."""


class Life(enum.Enum):
    """How a node is."""

    ABSENT = "not there"  # has never given a sign
    ALIVE = "alive"
    SILENT = "silent"  # its process lives
    DEAD = "dead"


@dataclass(frozen=True)
class Change:
    """A node that is not what it was.

    Attributes:
        node: its name.
        life: what it is now.
        text: in words.
        restarted: another process is that node now, or its process has ended.
    """

    node: str
    life: Life
    text: str
    restarted: bool = False


@dataclass
class _Node:
    """What is known of one node; times [s]."""

    reader: BeatReader
    timeout: float
    life: Life = Life.ABSENT
    count: int = 0
    pid: int = 0
    seen: float = 0.0
    gone: int = 0

    def judge(self, now: float) -> Life:
        """What it is at `now`."""
        if self.reader.read() != self.count:
            self.count, self.seen, self.gone = self.reader.count, now, 0
            return Life.ALIVE
        self.gone = self.gone + 1 if self.reader.is_dead else 0
        if self.gone >= DEAD_CHECKS or self.life == Life.DEAD:
            return Life.DEAD
        if self.life == Life.ABSENT:
            return Life.ABSENT
        return Life.SILENT if now - self.seen > self.timeout else self.life


class NodeWatch:
    """Watches the signs of life of several nodes, in wall time.

    Args:
        channel: of the robot.
        timeouts: longest time without a sign [s], by node.
    """

    def __init__(self, channel: Channel, timeouts: Mapping[str, float]) -> None:
        self._nodes = {name: _Node(BeatReader(channel, name), timeout) for name, timeout in timeouts.items()}
        self._updated: float | None = None

    @property
    def lives(self) -> dict[str, Life]:
        """How every node is."""
        return {name: node.life for name, node in self._nodes.items()}

    def find(self, *lives: Life) -> list[str]:
        """Names of nodes that are so."""
        return [name for name, node in self._nodes.items() if node.life in lives]

    def age(self, node: str, now: float) -> float:
        """Time since a node's newest sign [s]."""
        return now - self._nodes[node].seen

    def update(self, now: float) -> list[Change]:
        """Look at every node at `now`, CLOCK_MONOTONIC [s]; several times a second. What has changed."""
        held_up = 0.0 if self._updated is None else now - self._updated
        self._updated = now
        changes = []
        for name, node in self._nodes.items():
            if held_up > OWN_PAUSE_S:
                node.seen += held_up
            before, restarted = node.life, False
            node.life = node.judge(now)
            if node.life == Life.ALIVE:
                restarted, node.pid = node.pid not in (0, node.reader.pid), node.reader.pid
            if node.life != before or restarted:
                changes.append(Change(name, node.life, self._describe(name, before, now), restarted))
        return changes

    def _describe(self, name: str, before: Life, now: float) -> str:
        node = self._nodes[name]
        if node.life == Life.DEAD:
            return f"{name} died: process {node.reader.pid} is gone"
        if node.life == Life.SILENT:
            return f"{name} is silent: no sign of life for {now - node.seen:.1f} s"
        return f"{name} is alive" if before == Life.ABSENT else f"{name} is alive again: process {node.pid}"
