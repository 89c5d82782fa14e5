"""Requests that change a lifecycle node's state: none of them may end the node, and a shutdown can be refused.

rclpy finalizes a node whose `on_shutdown` fails, and breaks on a transition id that its state does not have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lifecycle_msgs.msg import Transition
from rclpy.lifecycle import LifecycleNode

SHUTDOWNS = (
    Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
    Transition.TRANSITION_INACTIVE_SHUTDOWN,
    Transition.TRANSITION_ACTIVE_SHUTDOWN,
)


def guard_transitions(node: LifecycleNode, refuses_shutdown: Callable[[], bool] = lambda: False) -> None:
    """Judge requests before rclpy does; `refuses_shutdown()` says why itself."""
    service = node._service_change_state
    change = service.callback

    def judge(request: Any, response: Any) -> Any:
        wanted = request.transition
        is_shutdown = wanted.label == "shutdown" or (not wanted.label and wanted.id in SHUTDOWNS)
        if is_shutdown and refuses_shutdown():
            response.success = False
            return response
        try:
            return change(request, response)
        except Exception as error:  # a transition that this state does not have
            name = wanted.label or wanted.id
            node.get_logger().error(f"transition {name} refused: {str(error).splitlines()[0]}")
            response.success = False
            return response

    service.callback = judge
