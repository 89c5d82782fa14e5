"""Small programs that speak to a graph from outside: `python -m benchmarks.process_stops.probe VERB`.

change_state NODE TRANSITION...   ask for lifecycle transitions; prints whether each was done
press RELIABILITY                 press an emergency stop once, as a publisher of that reliability
wrong_type                        offer another type of message on the stop's topic
button NAME                       a stop button's signs of life, until killed
second_fiducials                  offer fiducials beside the robot's own, until killed
walk_by_hand                      velocity commands while somebody else has the robot, for three seconds
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import rclpy
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy

TIMEOUT_S = 20.0
BUTTON_PERIOD_S = 0.1


def _wait(node: Node, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing after {TIMEOUT_S:g} s")
        rclpy.spin_once(node, timeout_sec=0.02)


def change_state(node: Node, name: str, *transitions: str) -> list[bool]:
    """Whether a lifecycle node did each of some transitions."""
    from lifecycle_msgs.srv import ChangeState

    client = node.create_client(ChangeState, f"{name}/change_state")
    _wait(node, client.service_is_ready)
    done = []
    for transition in transitions:
        request = ChangeState.Request()
        request.transition.label = transition
        future = client.call_async(request)
        _wait(node, future.done)
        done.append(bool(future.result().success))
    return done


def press(node: Node, reliability: str) -> str:
    """Press an emergency stop once, by a publisher of the given reliability."""
    from std_msgs.msg import Bool

    qos = QoSProfile(depth=1, reliability=ReliabilityPolicy[reliability.upper()])
    publisher = node.create_publisher(Bool, "e_stop", qos)
    _wait(node, lambda: publisher.get_subscription_count() > 0)
    for _ in range(5):  # a best effort may be lost
        publisher.publish(Bool(data=True))
        rclpy.spin_once(node, timeout_sec=0.05)
    return "pressed"


def wrong_type(node: Node) -> str:
    """Offer another type of message where stops are heard."""
    from std_msgs.msg import Empty

    publisher = node.create_publisher(Empty, "e_stop", 1)
    end = time.monotonic() + 4.0
    while time.monotonic() < end:
        publisher.publish(Empty())
        rclpy.spin_once(node, timeout_sec=0.1)
    return "offered"


def button(node: Node, name: str) -> None:
    """A stop button that is not pressed."""
    from robot_trials_msgs.msg import StopButton

    publisher = node.create_publisher(StopButton, "e_stop_buttons", 10)
    sequence = 0
    while True:
        sequence += 1
        publisher.publish(StopButton(name=name, sequence=sequence))
        rclpy.spin_once(node, timeout_sec=BUTTON_PERIOD_S)


def second_fiducials(node: Node) -> None:
    """Fiducials that nobody sees."""
    from robot_trials_msgs.msg import FiducialDetections

    publisher = node.create_publisher(FiducialDetections, "fiducials", 10)
    while True:
        publisher.publish(FiducialDetections())
        rclpy.spin_once(node, timeout_sec=0.1)


def walk_by_hand(node: Node) -> str:
    """Ask for a walk while a trial has the robot."""
    from geometry_msgs.msg import TwistStamped

    publisher = node.create_publisher(TwistStamped, "cmd_vel", 1)
    message, end = TwistStamped(), time.monotonic() + 3.0
    message.twist.linear.x = 0.3
    while time.monotonic() < end:
        publisher.publish(message)
        rclpy.spin_once(node, timeout_sec=0.1)
    return "asked"


VERBS: dict[str, Callable[..., Any]] = {
    "change_state": change_state,
    "press": press,
    "wrong_type": wrong_type,
    "button": button,
    "second_fiducials": second_fiducials,
    "walk_by_hand": walk_by_hand,
}


def main(verb: str, *arguments: str) -> int:
    """Run one of the programs; prints its answer as JSON."""
    rclpy.init()
    node = rclpy.create_node(f"probe_{verb}_{os.getpid()}")
    print(json.dumps(VERBS[verb](node, *arguments)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
