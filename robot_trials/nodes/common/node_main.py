"""The life of a node's process: start, spin, end in the node's own time on a signal or when its host is gone."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import rclpy
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from robot_trials.exceptions import RobotTrialsError
from robot_trials.runtime.ending import forgive_output, handle_ends, watch_host

SPIN_S = 0.05
"""Longest wait for an event before signals and `finished` are looked at [s]."""
LEAVE_S = 5.0
"""Longest time for the middleware to let go, once nothing can be lost any more [s]."""
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

    SIGINT, SIGTERM and SIGHUP do not end the process: they reach the node as `request_end`, as the end of the host
    that started it does.
    """
    forgive_output()
    rclpy.init(args=list(arguments) if arguments is not None else None, signal_handler_options=SignalHandlerOptions.NO)
    _wanted_end.clear()
    handle_ends(lambda received, _: _wanted_end.append(received))
    watch_host()
    try:
        node = make_node()
    except RobotTrialsError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        rclpy.shutdown()
        return EXIT_OK if is_end_wanted() else EXIT_FAULT
    try:
        return _spin(node)
    finally:
        handle_ends(signal.SIG_IGN)  # a second Ctrl-C must not break into what is left to do
        node.release()
        with leaving_anyway(node.exit_code):
            node.destroy_node()
            if rclpy.ok():
                rclpy.shutdown(uninstall_handlers=False)


@contextlib.contextmanager
def leaving_anyway(code: int) -> Iterator[None]:
    """End the process with `code` if what is done meanwhile hangs.

    A participant that was killed may leave a lock of the middleware's shared memory behind, on which others wait for
    ever as they leave. Where even Python is held up, the process ends with exit code 1 and says where it stood.
    """
    timer = threading.Timer(LEAVE_S, os._exit, (code,))
    timer.daemon = True
    timer.start()
    with contextlib.suppress(OSError, ValueError, AttributeError):  # no standard error to say it to
        faulthandler.dump_traceback_later(2.0 * LEAVE_S, exit=True, file=sys.__stderr__ or 2)
    try:
        yield
    finally:
        timer.cancel()
        faulthandler.cancel_dump_traceback_later()


def is_end_wanted() -> bool:
    """Whether a signal waits to be answered; for whoever waits long, in a callback or while the node is made."""
    return bool(_wanted_end)


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
