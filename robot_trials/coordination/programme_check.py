"""What a programme asks of a start, as clauses of the coordinator."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from robot_trials.config import load_trial_setup
from robot_trials.config.model import Loaded
from robot_trials.config.permit import Permit as PermitSpec
from robot_trials.config.permit import check_hashes
from robot_trials.config.programme import Programme
from robot_trials.coordination.clauses import (
    Clause,
    GateCheck,
    GateLimit,
    RobotCheck,
    StartCheck,
    check_checklist,
    check_permit,
)
from robot_trials.exceptions import ConfigError
from robot_trials.records.models import Booking, Permit
from robot_trials.schedule.expand import find_source
from robot_trials.schedule.start import find_crowd_cap, find_faults


def make_checks(programme: Programme) -> tuple[StartCheck, ...]:
    """Everything that is checked at the moment of a start, in the order in which people would ask."""
    site = programme.site.value
    limits = tuple(
        GateLimit(kind, "weather", gate.low, gate.high, gate.unit, gate.max_age) for kind, gate in site.gates.items()
    )
    return (
        check_permit,
        DocumentCheck(programme),
        CoverageCheck(programme),
        SoftwareCheck(programme),
        BatteryCheck(programme),
        GateCheck(site.name, limits, {}),
        CrowdCheck(programme),
        check_checklist,
    )


@dataclass(frozen=True)
class DocumentCheck:
    """The permit that was approved is the one that lies here."""

    programme: Programme

    def __call__(self, session: Session, booking: Booking, now: float) -> Sequence[Clause]:
        """Hash of the file against that of the recorded document."""
        file = _permit_of(self.programme, booking).file
        recorded = session.get(Permit, booking.permit)
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if recorded is None or recorded.sha256 == found:
            return []
        detail = f"{booking.permit}: {file} has changed since it was recorded: plan again and have it approved"
        return [Clause("permit", detail, may_pass=False)]


@dataclass(frozen=True)
class CoverageCheck:
    """Permit and site cover the trial from now to its end."""

    programme: Programme

    def __call__(self, session: Session, booking: Booking, now: float) -> Sequence[Clause]:
        """Clauses of permit, opening and caps that fail; those of time may hold later."""
        end = now + booking.planned_end - booking.planned_start
        faults = find_faults(
            self.programme, find_source(self.programme, booking.name).request, booking.robot, booking.place, now, end
        )
        return [Clause(fault.constraint, fault.detail, may_pass=fault.constraint == "window") for fault in faults]


@dataclass(frozen=True)
class SoftwareCheck:
    """There is software for the trial, and it is what the permit was given for."""

    programme: Programme

    def __call__(self, session: Session, booking: Booking, now: float) -> Sequence[Clause]:
        """The trial's whole configuration is read anew: files may have changed since the plan."""
        request = find_source(self.programme, booking.name).spec
        zone = self.programme.site.value.zones[booking.place]
        robot = self.programme.fleet.value.robots[booking.robot]
        if request.trial is None:
            return [Clause("trial", f"nothing here can start a {request.kind}", may_pass=False)]
        try:
            setup = load_trial_setup(request.trial, robot=robot.profile, site=zone.course)
        except ConfigError as error:
            return [Clause("preflight", str(problem), may_pass=False) for problem in error.problems]
        faults = check_hashes(_permit_of(self.programme, booking), setup.configuration)
        return [Clause("permit", str(fault), may_pass=False) for fault in faults]


@dataclass(frozen=True)
class BatteryCheck:
    """The robot is in service and has charge for the trial and the reserve after it."""

    programme: Programme

    def __call__(self, session: Session, booking: Booking, now: float) -> Sequence[Clause]:
        """Charge as last heard against what the trial takes."""
        unit = self.programme.fleet.value.robots[booking.robot]
        request = find_source(self.programme, booking.name).spec
        energy = unit.energy.of(booking.planned_end - booking.planned_start, request.distance)
        needed = unit.battery.reserve + energy / unit.battery.capacity
        return RobotCheck(charge_min=round(needed, 3))(session, booking, now)


@dataclass(frozen=True)
class CrowdCheck:
    """Fewer people around than zone and permit allow."""

    programme: Programme

    def __call__(self, session: Session, booking: Booking, now: float) -> Sequence[Clause]:
        """Newest reading of the zone, where a cap is in force."""
        end = now + booking.planned_end - booking.planned_start
        cap = find_crowd_cap(self.programme, find_source(self.programme, booking.name).request, booking.place, now, end)
        if cap is None or booking.rehearsal:
            return []
        site = self.programme.site.value
        limit = GateLimit(f"crowd_{booking.place}", "crowd", 0.0, cap, "1/m²", site.crowd_max_age)
        return GateCheck(site.name, (limit,), {})(session, booking, now)


def _permit_of(programme: Programme, booking: Booking) -> Loaded[PermitSpec]:
    return programme.permits[find_source(programme, booking.name).spec.permit]
