"""`robot-trials site`: a site's coordinator with its simulated fleet, where `ros2 launch` is not at hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from robot_trials.config import Fleet, load_fleet
from robot_trials.config.programme import Programme, load_programme
from robot_trials.exceptions import ConfigError, TrialFault
from robot_trials.records import Records, choose_url
from robot_trials.records.bookings import list_bookings
from robot_trials.records.models import Booking, BookingState
from robot_trials.trials.hosts.fleet import FleetHost

COORDINATOR = "coordinator_node"
POLL_S = 0.5
RESTARTS = 20
"""Of a coordinator that dies soon each time, before a site on which no trial runs is called off."""
SOON_S = 30.0
"""A coordinator that has lived so long has not died soon [s]."""
PAUSE_MAX_S = 10.0
"""Longest pause before a coordinator that keeps dying is started again [s]."""
FAREWELL_S = 5.0
"""From the end of the control process to that of the site: trials conclude, and the coordinator hears of it [s]."""
ENDED = (BookingState.PASSED, BookingState.FAILED, BookingState.ABORTED)


def load_site(name: str, **options: Any) -> tuple[Programme, Fleet]:
    """A programme and the fleet of the same name.

    Args:
        name: of both.
        options: of `load_fleet`.

    Raises:
        ConfigError: with every problem of either, or a robot that the programme does not know.
    """
    programme, fleet = load_programme(name), load_fleet(name, **options)
    known = programme.fleet
    strange = [member.name for member in fleet.members if member.name not in known.value.robots]
    if strange:
        raise ConfigError([known.problem("robots", ", ".join(strange), f"must be there: {fleet.file} has them")])
    return programme, fleet


def run_site(
    name: str, records: str | None, once: bool, real_time_factor: float, tell: Callable[[str], None], **options: Any
) -> bool:
    """Run a site until Ctrl-C, or until every robot has had a trial.

    A coordinator that dies is started again; its robots go on meanwhile, and end the trials that run, whatever becomes
    of it.

    Args:
        name: of the programme and the fleet.
        records: database; None: the default one.
        once: end when every robot has had a trial.
        real_time_factor: as of `FleetHost`.
        tell: given a line for each change.
        options: of `load_fleet`.

    Returns:
        Whether every trial that ended has passed, and with `once` there was one for each robot.

    Raises:
        ConfigError: the site cannot be used.
        TrialFault: ROS is missing, the simulation has ended, or the coordinator keeps dying and no trial runs.
    """
    programme, fleet = load_site(name, **options)
    opened = Records.open(choose_url(records))
    url = opened.url.render_as_string(hide_password=False)
    robots = [member.name for member in fleet.members]
    parameters = {"use_sim_time": True, "site": programme.name, "programme": name, "database": url, "robots": robots}
    journal = _Journal(opened, robots, tell)
    try:
        with FleetHost.open(fleet, real_time_factor, report=True) as host, host.forwarding_interrupts():
            host.start()
            coordinator = _Coordinator(host, parameters, tell)
            while not host.interrupted and not (once and journal.all_have_ended):
                time.sleep(POLL_S)
                journal.look()
                coordinator.look()
                _check_control(host)
        journal.look()
        return journal.all_passed and (not once or journal.all_have_ended)
    finally:
        opened.close()


def _check_control(host: FleetHost) -> None:
    try:
        host.check_control()
    except TrialFault:
        time.sleep(FAREWELL_S)
        raise


class _Coordinator:
    """Keeps a coordinator running.

    Args:
        host: of its robots.
        parameters: of the node.
        tell: given a line for each change.
    """

    def __init__(self, host: FleetHost, parameters: dict[str, Any], tell: Callable[[str], None]) -> None:
        self._host, self._parameters, self._tell = host, parameters, tell
        self._deaths = 0
        self._next: float | None = None
        self._start()

    def look(self) -> None:
        """Start it again when it has died, the later the more often it has.

        Raises:
            TrialFault: it keeps dying, and no trial runs.
        """
        if not self._member.has_ended or self._host.interrupted:
            return
        now = time.monotonic()
        if self._next is None:
            self._deaths = self._deaths + 1 if now - self._started < SOON_S else 1
            self._next = now + min(0.1 * 2**self._deaths, PAUSE_MAX_S)
            self._tell("the coordinator has ended and is started again")
        if self._deaths > RESTARTS and not self._host.trials_run:
            raise TrialFault(self._member.failure or "the coordinator ended again and again")
        if now >= self._next:
            self._start()

    def _start(self) -> None:
        self._member = self._host.start_node(COORDINATOR, self._parameters)
        self._started, self._next = time.monotonic(), None


class _Journal:
    """Tells what becomes of the bookings of some robots."""

    def __init__(self, records: Records, robots: list[str], tell: Callable[[str], None]) -> None:
        self._records, self._robots, self._tell = records, robots, tell
        self._seen = {booking.name: self._describe(booking) for booking in self._read()}
        self._before = {booking.name for booking in self._read() if booking.state in ENDED}
        self._ended: dict[str, Booking] = {}
        self._unreadable = False

    @property
    def all_have_ended(self) -> bool:
        """Whether each robot has had a trial."""
        return {booking.robot for booking in self._ended.values()} >= set(self._robots)

    @property
    def all_passed(self) -> bool:
        """Whether all trials that have ended have passed."""
        return all(booking.state is BookingState.PASSED for booking in self._ended.values())

    def look(self) -> None:
        """Tell what is new; records that cannot be read now end no trial."""
        try:
            bookings = self._read()
        except Exception as error:  # of whichever database
            if not self._unreadable:
                self._tell(f"the records cannot be read: {error}")
            self._unreadable = True
            return
        self._unreadable = False
        for booking in bookings:
            words = self._describe(booking)
            if self._seen.get(booking.name) != words:
                self._seen[booking.name] = words
                self._tell(words)
            if booking.state in ENDED and booking.name not in self._before:
                self._ended[booking.name] = booking

    def _read(self) -> list[Booking]:
        with self._records.read() as session:
            return [booking for booking in list_bookings(session) if booking.robot in self._robots]

    def _describe(self, booking: Booking) -> str:
        reason = f": {booking.reason}" if booking.reason else ""
        report = f"\n  {Path(booking.report_path)}" if booking.report_path else ""
        return f"{booking.name} {booking.state} ({booking.robot}){reason}{report}"
