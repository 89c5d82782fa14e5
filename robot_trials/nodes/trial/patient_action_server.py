"""An action server whose goals take minutes without a callback that waits for them.

rclpy's EventsExecutor resumes a coroutine that awaits a future over and over, at the cost of a whole core. Here a goal
starts something, and its result is made when that something has ended; nothing waits in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.action import ActionServer, GoalResponse
from rclpy.node import Node


class PatientActionServer(ActionServer):
    """Calls `start_callback` when a goal begins to execute; `conclude` ends it whenever the result is known.

    Args:
        node: owner.
        action_type: interface of the action.
        name: of the action.
        start_callback: called with the goal handle, in the state EXECUTING; must return at once.
        judge_callback: called with a goal and its hexadecimal id; accepts it or not.
        options: further arguments of `rclpy.action.ActionServer`.
    """

    def __init__(
        self,
        node: Node,
        action_type: Any,
        name: str,
        start_callback: Callable[[Any], None],
        judge_callback: Callable[[Any, str], GoalResponse],
        **options: Any,
    ) -> None:
        self._start_callback = start_callback
        self._judged_id = ""
        super().__init__(
            node,
            action_type,
            name,
            execute_callback=start_callback,
            goal_callback=lambda goal: judge_callback(goal, self._judged_id),
            **options,
        )

    async def _execute_goal_request(self, request_header_and_message: Any) -> None:
        """Keep the goal's id, which rclpy tells no callback that judges it."""
        self._judged_id = id_of(request_header_and_message[1])
        await super()._execute_goal_request(request_header_and_message)

    def notify_execute(self, goal_handle: Any, execute_callback: Callable[[Any], Any] | None) -> None:
        """A goal has begun to execute."""
        self._start_callback(goal_handle)

    def conclude(self, goal_handle: Any, make_result: Callable[[Any], Any]) -> None:
        """Have `make_result` set the goal's terminal state and give its result, on the executor's thread."""
        super().notify_execute(goal_handle, make_result)


def id_of(goal: Any) -> str:
    """Hexadecimal id of what has a `goal_id`: a goal handle, or a request."""
    return bytes(goal.goal_id.uuid).hex()
