"""Commands about permits, bookings, robots and zones of a site.

What only touches records works straight on the database, whether a coordinator runs or not: a running one looks there
all the time. What a robot has to be told goes to the running coordinator.
"""

from __future__ import annotations

import enum
import getpass
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robot_trials.cli.services import Who, call_service
from robot_trials.config import load_model
from robot_trials.config.permit import Permit
from robot_trials.exceptions import ConfigError, ConfigProblem

if TYPE_CHECKING:
    from robot_trials.records import Records

app = typer.Typer(rich_markup_mode="markdown")

Database = Annotated[
    str | None,
    typer.Option(
        "--records",
        metavar="URL",
        help="Database, sqlite:///FILE or postgresql+psycopg://…: else ROBOT_TRIALS_RECORDS, or output/records.sqlite.",
    ),
]
Why = Annotated[str, typer.Option(help="Reason, for the history.")]
Node = Annotated[str, typer.Option("--node", help="Name of the coordinator's node, with its namespace.")]
Booking = Annotated[str, typer.Argument(help="Booking; leave it out for a robot or the whole site.")]
RobotOption = Annotated[str, typer.Option("--robot", help="All that this robot does; it goes out of service.")]
Moment = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="When, with its zone; now when omitted (simulations: theirs)."),
]
NODE = "/coordinator_node"


class Service(enum.StrEnum):
    """Whether a robot may be used."""

    on = "in"
    off = "out"


@app.command()
def permits(
    record: Annotated[
        list[Path] | None,
        typer.Option(help="Permit file to record first, as pending; one that has changed is pending again."),
    ] = None,
    who: Annotated[str, typer.Option(help="Person who records.")] = "",
    records: Database = None,
) -> None:
    """List recorded permits: number, state, operator, and who did what with each."""
    from robot_trials.records.permits import list_acts, list_permits, record_permit

    files = [(load_model(file, Permit).value, file.read_text(encoding="utf-8")) for file in record or ()]
    with _open(records) as opened, opened.write() as session:
        for permit, text in files:
            record_permit(session, permit.number, text, permit.operator, who or getpass.getuser(), time.time())
    with _open(records) as opened, opened.read() as session:
        for row in list_permits(session):
            print(f"{row.number}\n  {row.state}, operator {row.operator}, sha256 {row.sha256[:12]}")
            for act in list_acts(session, row.number):
                why = f": {act.why}" if act.why else ""
                print(f"  {_when(act.at)} {act.act} by {act.who}{why}")


@app.command()
def approve(
    number: str,
    who: Who,
    why: Why = "",
    evidence: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Validation report, where the permit asks for one.")
    ] = None,
    records: Database = None,
) -> None:
    """Approve a permit: only the approver whom it names, never its operator, with the evidence it asks for."""
    digest = hashlib.sha256(evidence.read_bytes()).hexdigest() if evidence else ""
    _act_on_permit(records, number, "approve", who, why, digest)


@app.command()
def refuse(number: str, who: Who, why: Why, records: Database = None) -> None:
    """Refuse a permit."""
    _act_on_permit(records, number, "refuse", who, why)


@app.command()
def revoke(number: str, who: Who, why: Why, records: Database = None) -> None:
    """Revoke an approved permit: what runs under it is aborted by the coordinator, and nothing starts."""
    _act_on_permit(records, number, "revoke", who, why)


@app.command()
def status(
    records: Database = None,
    everything: Annotated[bool, typer.Option("--all", help="Also bookings that are over.")] = False,
) -> None:
    """Show bookings, robots and taken zones as they stand in the records."""
    from robot_trials.coordination.status import view_site

    with _open(records) as opened:
        view = view_site(opened, ended_since=0.0 if everything else None)
    if view.held:
        print(f"the site is held by {view.held_by}")
    for booking in view.bookings:
        held = " (held)" if booking.held else ""
        reason = f": {booking.reason}" if booking.reason else ""
        print(f"{_when(booking.planned_start)} {booking.state}{held} {booking.name}{reason}")
        print(f"  {booking.robot} at {booking.place}, latest start {_when(booking.latest_start)}")
    for robot in view.robots:
        service = "in service" if robot.in_service else f"out of service since {_when(robot.since)}: {robot.why}"
        charge = "" if robot.battery is None else f", charge {100 * robot.battery:.0f} %"
        print(f"robot {robot.name}: {service}{charge}")
    for lease in view.leases:
        print(f"zone {lease.zone}: {lease.booking} with {lease.robot} since {_when(lease.taken_at)}")


@app.command()
def release(zone: str, who: Who, why: Why, records: Database = None) -> None:
    """Free a zone after somebody has looked: its robot fell silent, or was carried away."""
    from robot_trials.coordination.acts import release_zone

    with _open(records) as opened, opened.write() as session:
        print(release_zone(session, zone, who, why, time.time()))


@app.command()
def service(robot: str, state: Service, who: Who, why: Why = "", records: Database = None) -> None:
    """Put a robot in service, or take it out; a trial that it runs goes on."""
    from robot_trials.records.robots import set_service

    with _open(records) as opened, opened.write() as session:
        changed = set_service(session, robot, state is Service.on, who, why, time.time())
    word = "in" if state is Service.on else "out of"
    print(f"robot {robot} {'is' if changed else 'was already'} {word} service")


@app.command()
def gate(
    site: Annotated[str, typer.Argument(help="Programme, as its folder is called.")],
    kind: Annotated[str, typer.Argument(help="What was measured, such as wind_speed or crowd_ZONE.")],
    value: Annotated[float, typer.Argument(help="In the unit of the site's gate.")],
    source: Annotated[str, typer.Option(help="Who or what measured it.")],
    at: Moment = None,
    records: Database = None,
) -> None:
    """Report a reading of weather or crowd, on which starts depend."""
    from robot_trials.records.gates import report_gate

    with _open(records) as opened, opened.write() as session:
        report_gate(session, site, kind, value, _moment(at), source)
    print(f"{kind} {value:g} at {_when(_moment(at))}")


@app.command()
def confirm(
    booking: Annotated[str, typer.Argument(help="Booking.")],
    who: Who,
    note: Annotated[str, typer.Option(help="What was found.")] = "",
    records: Database = None,
) -> None:
    """Confirm a booking's checklist, after the marshals have gone through it."""
    from robot_trials.records.gates import confirm_checklist

    with _open(records) as opened, opened.write() as session:
        confirm_checklist(session, booking, who, note, time.time())
    print(f"checklist of {booking} confirmed by {who}")


@app.command()
def dispatch(booking: Annotated[str, typer.Argument(help="Booking.")], who: Who, why: Why, node: Node = NODE) -> None:
    """Make a booking due now; permit, weather, zones and all else are checked as always."""
    call_service(node, "dispatch", booking=booking, who=who, why=why)


@app.command()
def hold(who: Who, why: Why, booking: Booking = "", robot: RobotOption = "", node: Node = NODE) -> None:
    """Start nothing, and let what runs stand: a booking, a robot, or without either the whole site."""
    call_service(node, "hold", booking=booking, robot=robot, who=who, why=why)


@app.command()
def resume(who: Who, why: Why, booking: Booking = "", robot: RobotOption = "", node: Node = NODE) -> None:
    """Undo a hold, or let a site go on that was aborted."""
    call_service(node, "resume", booking=booking, robot=robot, who=who, why=why)


@app.command()
def abort(who: Who, why: Why, booking: Booking = "", robot: RobotOption = "", node: Node = NODE) -> None:
    """End what runs safely and cancel what waits: a booking, a robot, or without either the whole site."""
    call_service(node, "abort", booking=booking, robot=robot, who=who, why=why)


def _moment(text: str | None) -> float:
    """Seconds since 1970 of a date and time; now when there is none."""
    if text is None:
        return time.time()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        rule = "must be a date and time with a zone, such as 2025-11-02T09:00:00+08:00"
        raise ConfigError([ConfigProblem(None, None, "--at", text, rule)])
    return moment.timestamp()


@contextmanager
def _open(url: str | None) -> Iterator[Records]:
    from robot_trials.records import Records

    records = Records.open(url)
    try:
        yield records
    finally:
        records.close()


def _act_on_permit(url: str | None, number: str, act: str, who: str, why: str, evidence: str = "") -> None:
    from robot_trials.records.permits import act_on_permit

    with _open(url) as records, records.write() as session:
        permit = act_on_permit(session, number, act, who, why, time.time(), evidence)
    print(f"permit {number} is {permit.state}")


def _when(seconds: float) -> str:
    """A moment in this machine's time zone, with its offset."""
    return time.strftime("%Y-%m-%d %H:%M:%S%z", time.localtime(seconds))
