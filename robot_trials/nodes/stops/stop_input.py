"""Stop inputs of people over the graph: the topic `e_stop`, and buttons that must give signs of life."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from std_msgs.msg import Bool

from robot_trials.nodes.common.offers import OfferWatch
from robot_trials.nodes.common.qos import BUTTONS, STOPS, to_rclpy
from robot_trials.nodes.stops.stop_buttons import StopButtons
from robot_trials.nodes.stops.stop_telling import name_button
from robot_trials_msgs.msg import StopButton

REPORTED_MAX = 64
"""Button names that something was reported of at one time: a stranger may make up any number of them."""
RESTORE_GRACE_S = 3.0
"""Time buttons have to be heard again after the stop node began anew: discovery takes some of it [s]."""


class StopInput:
    """Hears `e_stop` and `e_stop_buttons` from publishers of any quality of service.

    A message may be heard by several subscriptions; what it asks for can be asked for twice.

    Args:
        node: owner.
        timeouts: of the site's buttons [s], by name.
        stop: called with what a stop was asked for by.
        report: called with what is wrong, once for each cause.

    Attributes:
        buttons: the site's buttons and others.
        pressed: the newest message on `e_stop` says stop.
    """

    def __init__(
        self, node: Node, timeouts: Mapping[str, float], stop: Callable[[str], None], report: Callable[[str], None]
    ) -> None:
        self.buttons = StopButtons(timeouts)
        self.pressed = False
        self._stop, self._report = stop, report
        self._reported: set[str] = set()
        quiet = SubscriptionEventCallbacks(use_default_callbacks=False)  # one of them may not match: another one does
        for profile in STOPS:
            node.create_subscription(Bool, "e_stop", self._take_bool, to_rclpy(profile), event_callbacks=quiet)
        node.create_subscription(StopButton, "e_stop_buttons", self._take_button, to_rclpy(BUTTONS))
        self._offers = [
            OfferWatch(node, "e_stop", "std_msgs/msg/Bool"),
            OfferWatch(node, "e_stop_buttons", "robot_trials_msgs/msg/StopButton"),
        ]

    @property
    def unheard(self) -> list[str]:
        """Publishers that cannot be heard, a sentence each."""
        return [problem for watch in self._offers for problem in watch.problems]

    def find_holding(self) -> list[str]:
        """What still says stop, in words."""
        topic = ["e_stop still says stop"] if self.pressed else []
        pressed = self.buttons.find_pressed(time.monotonic())
        return topic + [f"stop button {name!r} is pressed" for name in pressed]

    def check_offers(self) -> None:
        """Report publishers that cannot be heard; call it about once a second."""
        for watch in self._offers:
            for problem in watch.find_new():
                self._report(problem)

    def _take_bool(self, message: Bool) -> None:
        self.pressed = bool(message.data)
        if self.pressed:
            self._stop("topic")

    def _take_button(self, message: StopButton) -> None:
        if message.pressed:
            self._stop(name_button(message.name))
        problem = self.buttons.take(message.name, int(message.sequence), bool(message.pressed), time.monotonic())
        if problem and message.name not in self._reported and len(self._reported) < REPORTED_MAX:
            self._report(problem)
            self._reported.add(message.name)
        elif not problem:
            self._reported.discard(message.name)
