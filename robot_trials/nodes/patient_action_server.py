"""An action server whose goals take minutes without a callback that waits for them.

rclpy's EventsExecutor resumes a coroutine that awaits a future over and over, at the cost of a whole core. Here a goal
starts something, and its result is made when that something has ended; nothing waits in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.action import ActionServer
from rclpy.node import Node


class PatientActionServer(ActionServer):
    """Calls `start_callback` when a goal begins to execute; `conclude` ends it whenever the result is known.

    Args:
        node: owner.
        action_type: interface of the action.
        name: of the action.
        start_callback: called with the goal handle, in the state EXECUTING; must return at once.
        options: further arguments of `rclpy.action.ActionServer`.
    """

    def __init__(
        self, node: Node, action_type: Any, name: str, start_callback: Callable[[Any], None], **options: Any
    ) -> None:
        self._start_callback = start_callback
        super().__init__(node, action_type, name, execute_callback=start_callback, **options)

    def notify_execute(self, goal_handle: Any, execute_callback: Callable[[Any], Any] | None) -> None:
        """A goal has begun to execute."""
        self._start_callback(goal_handle)

    def conclude(self, goal_handle: Any, make_result: Callable[[Any], Any]) -> None:
        """Have `make_result` set the goal's terminal state and give its result, on the executor's thread."""
        super().notify_execute(goal_handle, make_result)
