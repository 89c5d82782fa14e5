"""Velocity commands from the graph: checked, bounded, and passed on to the control process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from geometry_msgs.msg import Twist, TwistStamped
from rclpy.node import Node

from robot_trials.nodes.common.offers import OfferWatch
from robot_trials.nodes.common.parameters import declare
from robot_trials.nodes.common.qos import VELOCITY, to_rclpy
from robot_trials.nodes.common.stamps import from_stamp
from robot_trials.nodes.control.command_gate import CommandGate
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.layout import DRIVE_DTYPE
from robot_trials_control.records import Record


class VelocityInput:
    """Subscribes to `cmd_vel` while attached, of any reliability; a command counts where the gate lets it pass.

    Attributes:
        offers: publishers that cannot be heard.
    """

    def __init__(self, node: Node, on_command: Callable[[], None]) -> None:
        """Declare the parameters; `on_command` is told of every command that is passed on."""
        self._node, self._on_command = node, on_command
        forward = declare(node, "forward_speed_max", 0.5, "bound of cmd_vel forward or back [m/s]", (0.0, 1.5))
        side = declare(node, "side_speed_max", 0.1, "bound of cmd_vel to the sides [m/s]", (0.0, 0.5))
        turn = declare(node, "turn_rate_max", 0.4, "bound of cmd_vel's yaw rate [rad/s]", (0.0, 1.0))
        stamped = "cmd_vel is a TwistStamped, of which stale ones are dropped; false: a Twist, which has no age"
        self._stamped = declare(node, "enable_stamped_cmd_vel", True, stamped)
        age_text = "oldest stamped velocity command that still counts [s]; a stamp of 0 has no age"
        self._age_max = declare(node, "cmd_vel_age_max", 0.5, age_text, (0.05, 10.0))
        self._bound = np.array([forward, side, turn])
        self._drive = Record(np.zeros(1, DRIVE_DTYPE))
        kind = "TwistStamped" if self._stamped else "Twist"
        self.offers = OfferWatch(node, "cmd_vel", f"geometry_msgs/msg/{kind}")
        self._channel: Channel | None = None
        self._gate: CommandGate | None = None
        self._subscription: Any = None

    def attach(self, channel: Channel, gate: CommandGate) -> None:
        """Take commands for the robot behind a channel, as far as `gate` lets them pass."""
        self.detach()
        self._channel, self._gate = channel, gate
        kind, take = (TwistStamped, self._take_stamped) if self._stamped else (Twist, self._take)
        self._subscription = self._node.create_subscription(kind, "cmd_vel", take, to_rclpy(VELOCITY))

    def detach(self) -> None:
        """Take no more; idempotent."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
        self._subscription = self._channel = self._gate = None

    def _take_stamped(self, message: TwistStamped) -> None:
        """A command that was given too long ago, or in the future, is dropped."""
        stamp, now = from_stamp(message.header.stamp), self._node.get_clock().now().nanoseconds
        age = (now - stamp) * 1e-9
        if stamp != 0 and now != 0 and abs(age) > self._age_max:
            bound = f"must be within {self._age_max:g} s of /clock"
            self._refuse(f"header.stamp: {stamp * 1e-9:.3f} s is {age:.3f} s old: {bound}")
            return
        self._take(message.twist)

    def _take(self, twist: Twist) -> None:
        """Pass a command on, within bounds."""
        wanted = (twist.linear.x, twist.linear.y, twist.angular.z)
        if not all(math.isfinite(value) for value in wanted):
            self._refuse(f"{wanted}: must be finite")
            return
        if self._channel is not None and self._gate is not None and self._gate.lets_pass("cmd_vel"):
            self._drive.monotonic_ns[...] = time.monotonic_ns()
            self._drive.velocity[...] = np.clip(wanted, -self._bound, self._bound)
            self._channel.drive.write(self._drive.data)
            self._on_command()

    def _refuse(self, reason: str) -> None:
        if self._gate is not None:
            self._gate.note_ignored("cmd_vel", reason)
