"""What is checked at the moment of a start; each check names the clauses that fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from robot_trials.records.gates import find_checklist, find_newest
from robot_trials.records.models import Booking, Permit, PermitState, Robot


@dataclass(frozen=True)
class Clause:
    """A condition that does not hold.

    Attributes:
        name: one word, such as permit, weather, crowd, battery.
        detail: with the value and its bound.
        may_pass: it may hold in a moment: the booking waits until its latest start. Else it is refused at once.
    """

    name: str
    detail: str
    may_pass: bool = True

    def __str__(self) -> str:
        """`weather: wind 12 m/s: must be ≤ 8`."""
        return f"{self.name}: {self.detail}"


class StartCheck(Protocol):
    """Something that a start depends on."""

    def __call__(self, session: Session, booking: Booking, now: float) -> Sequence[Clause]:
        """The clauses that fail for a booking at a moment [s since 1970]; empty when it may start."""


@dataclass(frozen=True)
class GateLimit:
    """Bounds of a gate's reading.

    Attributes:
        kind: of the reading, such as wind_speed.
        clause: that fails, such as weather or crowd.
        low: smallest value that allows a start.
        high: largest one.
        unit: for messages.
        max_age: an older reading says nothing [s].
    """

    kind: str
    clause: str
    low: float
    high: float
    unit: str
    max_age: float


def check_permit(session: Session, booking: Booking, now: float) -> list[Clause]:
    """The permit's state in the records; what it covers is checked by whoever reads its document."""
    if not booking.permit:
        return []
    permit = session.get(Permit, booking.permit)
    if permit is None:
        return [Clause("permit", f"{booking.permit}: is not recorded", may_pass=False)]
    if permit.state is PermitState.PENDING:
        return [Clause("permit", f"{booking.permit}: is pending: must be approved")]
    if permit.state is not PermitState.APPROVED:
        return [Clause("permit", f"{booking.permit}: is {permit.state}: must be approved", may_pass=False)]
    return []


def check_checklist(session: Session, booking: Booking, now: float) -> list[Clause]:
    """The marshals have confirmed theirs."""
    if find_checklist(session, booking.name) is not None:
        return []
    return [Clause("checklist", "must be confirmed by the marshals")]


@dataclass(frozen=True)
class RobotCheck:
    """The robot is in service and charged.

    Attributes:
        charge_min: smallest charge that allows a start, 0 … 1; 0 asks for none.
    """

    charge_min: float = 0.0

    def __call__(self, session: Session, booking: Booking, now: float) -> list[Clause]:
        """Service and battery of the booking's robot."""
        robot = session.get(Robot, booking.robot)
        if robot is None:
            return [Clause("robot", f"{booking.robot}: is not known", may_pass=False)]
        clauses = []
        if not robot.in_service:
            clauses.append(Clause("robot", f"{robot.name}: out of service: {robot.why}"))
        if self.charge_min > 0.0 and robot.battery is None:
            clauses.append(Clause("battery", f"{robot.name}: charge unknown: must be ≥ {self.charge_min:g}"))
        elif robot.battery is not None and robot.battery < self.charge_min:
            clauses.append(
                Clause("battery", f"{robot.name}: charge {robot.battery:.2f}: must be ≥ {self.charge_min:g}")
            )
        return clauses


@dataclass(frozen=True)
class GateCheck:
    """Newest readings of the site lie within bounds and are fresh.

    Attributes:
        site: whose readings.
        limits: every one has to hold.
        exempt: trial → gates' kinds that do not concern it.
    """

    site: str
    limits: tuple[GateLimit, ...]
    exempt: Mapping[str, Sequence[str]]

    def __call__(self, session: Session, booking: Booking, now: float) -> list[Clause]:
        """Every limit that a reading does not keep, or for which there is none."""
        exempt = self.exempt.get(booking.trial, ())
        found = (self._judge(session, limit, now) for limit in self.limits if limit.kind not in exempt)
        return [clause for clause in found if clause is not None]

    def _judge(self, session: Session, limit: GateLimit, now: float) -> Clause | None:
        reading = find_newest(session, self.site, limit.kind)
        if reading is None:
            return Clause(limit.clause, f"{limit.kind}: no reading")
        if now - reading.at > limit.max_age:
            age = f"{now - reading.at:.0f} s old: must be ≤ {limit.max_age:g} s"
            return Clause(limit.clause, f"{limit.kind}: reading is {age}")
        if limit.low <= reading.value <= limit.high:
            return None
        bound = f"≤ {limit.high:g}" if reading.value > limit.high else f"≥ {limit.low:g}"
        return Clause(limit.clause, f"{limit.kind} {reading.value:g} {limit.unit}: must be {bound}")
