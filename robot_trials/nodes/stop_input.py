"""What people ask of the stop ladder over the graph: an emergency stop by topic or service, and arming again."""

from __future__ import annotations

from typing import Any

import numpy as np
from rclpy.node import Node
from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from robot_trials.nodes.qos import STOP, to_rclpy
from robot_trials.runtime.channel import STOP_DTYPE, Channel
from robot_trials_control.records import Record


class StopInput:
    """Takes `e_stop` (topic), `~/e_stop` and `~/rearm` (services) while attached.

    A stop that was asked for stays asked for, by whichever way, until a person arms again; a button that still says
    stop keeps it.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._record = Record(np.zeros(1, STOP_DTYPE))
        self._pressed = False
        self._channel: Channel | None = None
        self._ends: list[Any] = []

    def attach(self, channel: Channel) -> None:
        """Take requests for the robot behind a channel."""
        self._channel = channel
        node = self._node
        self._ends = [
            node.create_subscription(Bool, "e_stop", self._take_button, to_rclpy(STOP)),
            node.create_service(Trigger, "~/e_stop", self._stop),
            node.create_service(Trigger, "~/rearm", self._rearm),
        ]

    def detach(self) -> None:
        """Take no more; idempotent."""
        if self._ends:
            subscription, *services = self._ends
            self._node.destroy_subscription(subscription)
            for service in services:
                self._node.destroy_service(service)
        self._ends, self._channel = [], None

    def _take_button(self, message: Bool) -> None:
        self._pressed = bool(message.data)
        if self._pressed:
            self._pass_on_stop("by topic")

    def _stop(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        response.success = self._pass_on_stop("by service")
        response.message = "the robot stops; ~/rearm lets it move again"
        return response

    def _rearm(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """A fresh human act: refused while the button still says stop."""
        response.success = not self._pressed and self._channel is not None
        response.message = "armed unless another reason to stop is still there: see /stop_state"
        if self._pressed:
            response.message = "e_stop still says stop: release the button first"
        elif self._channel is not None:
            self._record.e_stop[...] = 0
            self._record.rearm[...] += 1
            self._channel.stop.write(self._record.data)
            self._node.get_logger().warning("armed again")
        return response

    def _pass_on_stop(self, way: str) -> bool:
        if self._channel is None:
            return False
        if not self._record.e_stop:
            self._node.get_logger().error(f"emergency stop {way}")
        self._record.e_stop[...] = 1
        self._channel.stop.write(self._record.data)
        return True
