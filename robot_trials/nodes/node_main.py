"""The life of a node's process: start, spin, end on a signal in the node's own time."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

import rclpy
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from robot_trials.exceptions import RobotTrialsError

SPIN_S = 0.05
"""Longest wait for an event before signals and `finished` are looked at [s]."""
EXIT_OK, EXIT_FAULT = 0, 1
_wanted_end: list[int] = []
"""Signals that have come and are not yet answered."""


class Endable(Protocol):
    """A node that decides itself when it is done."""

    finished: bool
    exit_code: int

    def request_end(self) -> None:
        """A signal asks for the end; the node sets `finished` when nothing is lost by ending."""

    def release(self) -> None:
        """Last call before the node is destroyed."""


def run_node(make_node: Callable[[], Node], arguments: Sequence[str] | None = None) -> int:
    """Run one node until it says that it is finished; returns the exit code.

    SIGINT and SIGTERM do not end the process: they reach the node as `request_end`.
    """
    rclpy.init(args=list(arguments) if arguments is not None else None, signal_handler_options=SignalHandlerOptions.NO)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    try:
        node = make_node()
    except RobotTrialsError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        rclpy.shutdown()
        return EXIT_FAULT
    _wanted_end.clear()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: _wanted_end.append(received))
    try:
        return _spin(node)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):  # a second Ctrl-C must not break into what is left to do
            signal.signal(number, signal.SIG_IGN)
        node.release()
        node.destroy_node()
        if rclpy.ok():
            rclpy.shutdown(uninstall_handlers=False)


def is_end_wanted() -> bool:
    """Whether a signal waits to be answered; for a callback that takes long."""
    return bool(_wanted_end)


def _leave(*_: object) -> None:
    """Signal while the node is still being made: nothing can be lost yet."""
    raise SystemExit(EXIT_OK)


def _spin(node: Endable) -> int:
    executor = EventsExecutor()
    executor.add_node(node)
    try:
        while not node.finished:
            executor.spin_once(timeout_sec=SPIN_S)
            if _wanted_end:
                _wanted_end.clear()
                node.request_end()
        return node.exit_code
    finally:
        executor.remove_node(node)
        executor.shutdown()
