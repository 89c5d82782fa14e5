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
from robot_trials.trials.fleet_host import FleetHost

COORDINATOR = "coordinator_node"
POLL_S = 0.5
RESTARTS = 20
"""Of a coordinator that has died, before the site is called off."""
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

    A coordinator that dies is started again; its robots go on meanwhile.

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
        TrialFault: ROS is missing, the simulation has ended, or the coordinator keeps dying.
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
            coordinator = host.start_node(COORDINATOR, parameters)
            starts = 1
            while not host.interrupted and not (once and journal.all_have_ended):
                time.sleep(POLL_S)
                journal.look()
                host.check_control()
                if coordinator.process.poll() is not None and not host.interrupted:
                    starts += 1
                    if starts > RESTARTS:
                        raise TrialFault(coordinator.failure or "the coordinator ended again and again")
                    tell("the coordinator has ended and is started again")
                    coordinator = host.start_node(COORDINATOR, parameters)
        journal.look()
        return journal.all_passed and (not once or journal.all_have_ended)
    finally:
        opened.close()


class _Journal:
    """Tells what becomes of the bookings of some robots."""

    def __init__(self, records: Records, robots: list[str], tell: Callable[[str], None]) -> None:
        self._records, self._robots, self._tell = records, robots, tell
        self._seen = {booking.name: self._describe(booking) for booking in self._read()}
        self._before = {booking.name for booking in self._read() if booking.state in ENDED}
        self._ended: dict[str, Booking] = {}

    @property
    def all_have_ended(self) -> bool:
        """Whether each robot has had a trial."""
        return {booking.robot for booking in self._ended.values()} >= set(self._robots)

    @property
    def all_passed(self) -> bool:
        """Whether all trials that have ended have passed."""
        return all(booking.state is BookingState.PASSED for booking in self._ended.values())

    def look(self) -> None:
        """Tell what is new."""
        for booking in self._read():
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
