"""A node's sign of life, given by its executor: one that hangs gives none, and whoever watches sees it."""

from __future__ import annotations

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from robot_trials.config import TrialSetup
from robot_trials.runtime.channel.beats import BeatWriter
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.processes.same_files import require_same_files

BEAT_PERIOD_S = 0.1


class Beating:
    """A node that beats; `end` it before its channel closes, where the node goes on after that."""

    def __init__(self, node: Node, writer: BeatWriter) -> None:
        self._node, self._writer = node, writer
        self._timer = node.create_timer(BEAT_PERIOD_S, writer.beat, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def end(self) -> None:
        """Beat no more; another process may be this node."""
        self._node.destroy_timer(self._timer)
        self._writer.close()


def start_beating(node: Node, channel: Channel, name: str, setup: TrialSetup | None = None) -> Beating:
    """Beat ten times a second as `name` on a channel, from when the executor spins until the process ends.

    Args:
        node: owner of the timer.
        channel: of the robot.
        name: one of `channel.BEATING`.
        setup: what it has read, which the control process must have read too; None for a node that reads nothing.

    Raises:
        ConfigError: the control process has read something else.
        SharedMemoryError: another living process is that node already.
    """
    if setup is not None:
        require_same_files(channel.info, setup)
    return Beating(node, BeatWriter(channel, name, setup.configuration_hash if setup is not None else ""))
