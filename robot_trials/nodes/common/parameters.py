"""Parameters that nodes declare, each with a description and its bounds."""

from __future__ import annotations

import json
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor
from rclpy.node import Node

from robot_trials.config import TrialSetup, load_trial_setup
from robot_trials.nodes.common.node_main import is_end_wanted
from robot_trials.runtime.channel.channel import Channel

ATTACH_TIMEOUT_S = 120.0
"""Time a node waits for the control process: it builds the world first, which for several robots takes several times as
long as for one."""


def declare(node: Node, name: str, default: Any, description: str, bounds: tuple[float, float] | None = None) -> Any:
    """Declare a read-only parameter with its descriptor and return its value.

    Args:
        bounds: smallest and largest value of a floating-point parameter.
    """
    ranges = [FloatingPointRange(from_value=bounds[0], to_value=bounds[1])] if bounds else []
    descriptor = ParameterDescriptor(description=description, read_only=True, floating_point_range=ranges)
    return node.declare_parameter(name, default, descriptor).value


def declare_channel(node: Node) -> str:
    """Name of the shared memory that the control process offers."""
    return str(declare(node, "channel", "robot", "name of the shared memory that the control process offers"))


def attach_channel(node: Node, name: str) -> Channel:
    """Wait for the control process behind a channel; a signal ends the wait.

    Raises:
        SharedMemoryError: it does not come.
    """
    node.get_logger().info(f"waiting for the control process on channel {name!r}")
    return Channel.attach(name, ATTACH_TIMEOUT_S, is_end_wanted)


def declare_setup(node: Node) -> TrialSetup:
    """The trial this graph was started for.

    Raises:
        ConfigError: its configuration is wrong.
    """
    text = declare(node, "setup", "", "keyword arguments of robot_trials.config.load_trial_setup, as JSON")
    arguments = json.loads(text) if text else {"name": "torch_relay"}
    return load_trial_setup(**arguments)
