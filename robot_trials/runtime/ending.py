"""What tells a process to end: SIGINT, SIGTERM, SIGHUP and SIGQUIT alike, and the death of the host that started it.

A host gives its children its process id and start time in the environment. Each child waits for that process's end on a
thread and then sends itself SIGTERM, so that everything that leads to a safe end is one path. Without a host, started
by hand, a process goes on until it is told to end or has nothing left to do.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HOST_VARIABLE = "ROBOT_TRIALS_HOST"
"""Of the environment: process id of the host, and after a colon its start time as `/proc` counts it."""
END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
POLL_S = 0.1
"""Between two looks at the process table, where the kernel does not say when a process ends."""
INTERRUPTED, HOST_GONE = "interrupted", "the process that started the graph is gone"
_host_gone = threading.Event()
_received: list[int] = []
"""Signals that meant the end, in the order in which they came."""


def describe_host() -> str:
    """This process as value of `HOST_VARIABLE` for its children."""
    return f"{os.getpid()}:{read_start_time(os.getpid())}"


def read_start_time(pid: int) -> int:
    """When a process began, in clock ticks since boot; 0 when there is none, or it is a zombie."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if words[0] in "ZX" else int(words[19])


def handle_ends(handler: Callable[..., Any] | signal.Handlers) -> None:
    """Install a handler for every signal that means the end; one that was to outlive its terminal goes on doing so."""

    def note(number: int, frame: Any) -> None:
        _received.append(number)
        handler(number, frame)  # type: ignore[operator]

    chosen = note if callable(handler) and not isinstance(handler, signal.Handlers) else handler
    for number in END_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN or handler == signal.SIG_IGN:
            signal.signal(number, chosen)


@contextlib.contextmanager
def when_told(handler: Callable[..., Any]) -> Iterator[None]:
    """What tells this process to end calls a handler while this lasts; only on the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in END_SIGNALS}
    handle_ends(handler)
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier or signal.SIG_DFL)


def watch_host() -> None:
    """Send this process SIGTERM when the host of the environment ends, or has ended; at most one watch a process."""
    pid, _, start = os.environ.get(HOST_VARIABLE, "").partition(":")
    if pid.isdecimal() and (start.isdecimal() or not start):
        threading.Thread(target=_wait_for_end, args=(int(pid), int(start or 0)), name="host", daemon=True).start()


def is_host_gone() -> bool:
    """Whether the host that started this process has died."""
    return _host_gone.is_set()


def describe_wish() -> str:
    """Why this process is to end, in words for a verdict."""
    if is_host_gone():
        return HOST_GONE
    return f"{INTERRUPTED} by {signal.Signals(_received[0]).name}" if _received else INTERRUPTED


def forgive_output() -> None:
    """From now on, words that cannot be written (a terminal or a pipe that is gone, a full disk) break nothing."""
    sys.stdout, sys.stderr = _Forgiving(sys.stdout), _Forgiving(sys.stderr)


class _Forgiving:
    """A text stream whose writing never raises `OSError`."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _wait_for_end(pid: int, start: int) -> None:
    """Until the process is gone; an id that has gone to another process is a process that is gone."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        descriptor = -1
    try:
        began = read_start_time(pid)
        alive = began != 0 and start in (0, began)
        if alive and descriptor >= 0:
            waiting = select.poll()
            waiting.register(descriptor, select.POLLIN)
            waiting.poll()
        while alive and read_start_time(pid) == began:
            time.sleep(POLL_S)
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    _leave_pipes()
    _host_gone.set()
    os.kill(os.getpid(), signal.SIGTERM)


def _leave_pipes() -> None:
    """Output went into pipes of the host: from now on it goes nowhere, rather than raise in whoever says something."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode) or stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                os.dup2(nowhere, descriptor)
    os.close(nowhere)
