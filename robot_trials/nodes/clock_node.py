"""Publishes `/clock` once for all robots of a world: the time of whichever of their channels is still open."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rosgraph_msgs.msg import Clock as ClockMessage

from robot_trials.nodes.common.node_main import run_node
from robot_trials.nodes.common.parameters import attach_channel, declare
from robot_trials.nodes.common.qos import CLOCK, to_rclpy
from robot_trials.nodes.common.stamps import to_stamp
from robot_trials.nodes.control_node import CLOCK_RATE_MAX_HZ
from robot_trials.runtime.channel.channel import Channel


class ClockNode(Node):
    """Follows the newest control tick of several robots.

    Attributes:
        finished: every channel has ended.
    """

    def __init__(self) -> None:
        super().__init__("clock_node")
        self.finished = False
        self.exit_code = 0
        names = declare(self, "channels", ["robot"], "names of the shared memory of all robots of the world")
        rate_hz = declare(self, "publish_rate_hz", 50.0, "messages a second at most [Hz]", (1.0, CLOCK_RATE_MAX_HZ))
        self._channels: list[Channel] = []
        for name in names:
            channel = attach_channel(self, name)
            channel.state  # noqa: B018  attached now: its file goes when the control process ends
            self._channels.append(channel)
        self._sample = self._channels[0].make_sample()
        self._newest_ns = -1
        self._publisher = self.create_publisher(ClockMessage, "/clock", to_rclpy(CLOCK))
        self.create_timer(1.0 / rate_hz, self._publish, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def request_end(self) -> None:
        """A signal: time is told until the control process has ended."""

    def release(self) -> None:
        """Detach."""
        for channel in self._channels:
            channel.close()

    def _publish(self) -> None:
        """Tell the time, if it has gone on."""
        channel = next((channel for channel in self._channels if not channel.ended), None)
        if channel is None:
            self.finished = True
            return
        sample = self._sample
        if len(sample.state.joint_position) != len(channel.info.joint_names):
            sample = self._sample = channel.make_sample()
        if not channel.state.read_into(sample.data):
            return
        civil_ns = channel.info.start_time_ns + int(sample.state.time_ns)
        if civil_ns > self._newest_ns:
            self._newest_ns = civil_ns
            self._publisher.publish(ClockMessage(clock=to_stamp(civil_ns)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `clock_node`."""
    return run_node(ClockNode, arguments)


if __name__ == "__main__":
    sys.exit(main())
