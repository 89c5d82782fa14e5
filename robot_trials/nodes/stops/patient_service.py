"""Services whose answer comes later, without a callback that waits for it.

rclpy's EventsExecutor takes no coroutines as callbacks of services, and a callback that waits keeps everything else of
its node waiting. Here a callback returns at once, and the answer is sent whenever it is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node


class LateAnswer:
    """An answer on its way; `give` it once."""

    def __init__(self, response: Any, send: Callable[[Any, Any], None]) -> None:
        self._response, self._send = response, send
        self._header: Any = None
        self._given = False

    def give(self, **fields: Any) -> None:
        """Send the answer with these fields; only the first one counts."""
        if self._given:
            return
        self._given = True
        for name, value in fields.items():
            setattr(self._response, name, value)
        if self._header is not None:
            self._send(self._response, self._header)

    def take_header(self, header: Any) -> None:
        """Whom the answer is for, as the executor tells it when the callback has returned."""
        self._header = header
        if self._given:
            self._send(self._response, header)


def create_patient_service(node: Node, kind: Any, name: str, callback: Callable[[Any, LateAnswer], None]) -> Any:
    """A service whose `callback(request, answer)` may give the answer after it has returned."""

    def begin(request: Any, response: Any) -> LateAnswer:
        answer = LateAnswer(response, send)
        callback(request, answer)
        return answer

    service = node.create_service(kind, name, begin)
    send = service.send_response
    service.send_response = lambda answer, header: answer.take_header(header)
    return service
