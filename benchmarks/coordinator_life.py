"""A coordinator's process that can be killed at any moment, its records, and the process of the robots."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from sqlalchemy import select

from benchmarks.harness import BenchmarkError, end_with_parent
from robot_trials.coordination.states import SENT, WAITING
from robot_trials.records import Records
from robot_trials.records.bookings import NewBooking, add_booking, list_bookings
from robot_trials.records.models import Booking, BookingState, Site

SITE = "bench"
START_S = 60.0
"""Longest start of a process on a busy machine [s]."""
SLACK_S = 3600.0
"""Nothing expires: what is not run is lost [s]."""


class CoordinatorLife:
    """One coordinator after another on the same records.

    Processes are forked from a server that has imported everything already: each is a process of its own with its own
    DDS participant, and starts in a moment.
    """

    def __init__(self, folder: Path, url: str, robots: Sequence[str]) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["robot_trials.nodes.coordinator_node", "psycopg"])
        self._log = folder / "coordinator.log"
        self._arguments = ["--ros-args", "-p", f"site:={SITE}", "-p", f"database:={url}"]
        self._arguments += ["-p", f"robots:=[{','.join(robots)}]", "-p", "charge_min:=0.0"]
        self._arguments += ["-p", "require_checklist:=false"]
        self._process: multiprocessing.process.BaseProcess | None = None
        self._token = 0
        self.records = Records.open(url)

    def start(self, die_unsent: bool = False) -> None:
        """Start one; with `die_unsent`, it is killed when a goal is on disk and about to be sent."""
        self._token = self._read_token()
        arguments = (self._arguments, str(self._log), die_unsent)
        self._process = self._context.Process(target=run_coordinator, args=arguments)
        self._process.start()

    def kill(self) -> None:
        """SIGKILL; idempotent."""
        if self._process is not None and self._process.pid is not None:
            try:
                os.kill(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._process.join()
        self._process = None

    def is_alive(self) -> bool:
        """Whether one runs."""
        return self._process is not None and self._process.is_alive()

    def wait_until_it_writes(self) -> None:
        """Wait until the coordinator has taken the records over."""
        deadline = time.monotonic() + START_S
        while True:
            alive = self.is_alive()
            if self._read_token() != self._token:
                return
            if not alive or time.monotonic() > deadline:
                raise BenchmarkError(f"the coordinator does not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    def wait_until_all_ended(self, timeout_s: float) -> None:
        """Wait until no booking waits or runs.

        Raises:
            BenchmarkError: some do not end, or the coordinator has ended.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            with self.records.read() as session:
                left = list_bookings(session, (*WAITING, *SENT))
            if not left:
                return
            if not self.is_alive() or time.monotonic() > deadline:
                states = ", ".join(f"{booking.name} {booking.state}: {booking.reason}" for booking in left)
                raise BenchmarkError(f"not ended: {states}\n{self._log.read_text()[-2000:]}")
            time.sleep(0.2)

    def count_waiting(self) -> int:
        """Bookings that are not yet sent."""
        with self.records.read() as session:
            return len(list_bookings(session, WAITING))

    def is_sending(self) -> bool:
        """Whether a goal is on disk that no robot has answered yet."""
        with self.records.read() as session:
            starting = select(Booking.name).where(Booking.state == BookingState.STARTING)
            return session.scalars(starting.limit(1)).first() is not None

    def book(self, name: str, robot: str, zone: str, start: float) -> None:
        """A booking due at `start` [s since 1970]."""
        times = (start, start + SLACK_S, start + SLACK_S, start + 2 * SLACK_S)
        with self.records.write() as session:
            add_booking(session, NewBooking(name, "torch_relay", robot, zone, (zone,), *times), time.time())

    def _read_token(self) -> int:
        with self.records.read() as session:
            site = session.get(Site, SITE)
            return site.token if site is not None else 0


class RobotsProcess:
    """Process of all robots, while entered."""

    def __init__(self, folder: Path, robots: Sequence[str], shortest: float, longest: float) -> None:
        module = "benchmarks.scripted_robots"
        self._command = [sys.executable, "-m", module, str(folder), ",".join(robots), str(shortest), str(longest)]

    def __enter__(self) -> RobotsProcess:
        """Start, and wait until they offer their action."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            raise BenchmarkError("the robots do not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End them."""
        self._process.kill()
        self._process.communicate()


def run_coordinator(arguments: list[str], log: str, die_unsent: bool) -> None:
    """In its own process: a coordinator until it is killed."""
    end_with_parent()
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    from robot_trials.nodes.coordinator_node import main
    from robot_trials.nodes.site.link_dispatcher import LinkDispatcher

    if die_unsent:
        LinkDispatcher.send = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]
    sys.exit(main(arguments))
