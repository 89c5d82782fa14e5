"""What a programme asks of a start, as clauses of the coordinator."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from robot_trials.config.files.model import Loaded
from robot_trials.config.permit import CROWD, find_gaps
from robot_trials.config.permit import Permit as PermitSpec
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
from robot_trials.coordination.programme.trial_files import TrialFiles
from robot_trials.exceptions import ConfigError
from robot_trials.records.gates import find_newest
from robot_trials.records.models import Booking, Permit
from robot_trials.schedule.problem.expand import find_source
from robot_trials.schedule.problem.start import find_crowd_cap, find_faults


def make_checks(programme: Programme) -> tuple[StartCheck, ...]:
    """Everything that is checked at the moment of a start, in the order in which people would ask."""
    site, files = programme.site.value, TrialFiles(programme)
    limits = tuple(
        GateLimit(kind, "weather", gate.low, gate.high, gate.unit, gate.max_age) for kind, gate in site.gates.items()
    )
    return (
        check_permit,
        DocumentCheck(programme),
        SiteCheck(programme, files),
        CoverageCheck(programme, files),
        SoftwareCheck(programme, files),
        BatteryCheck(programme),
        GateCheck(programme.name, limits, {}),
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
class SiteCheck:
    """The site is still what the coordinator has read: its zones, caps and opening hours are looked up there."""

    programme: Programme
    files: TrialFiles

    def __call__(self, session: Session, booking: Booking, now: float) -> Sequence[Clause]:
        """What the site's file says now against what was read."""
        site = self.programme.site
        try:
            same = self.files.is_site_unchanged()
        except ConfigError as error:
            return [Clause("site", str(problem), may_pass=False) for problem in error.problems]
        detail = f"{site.file} has changed since the coordinator was started: start it again, and plan again"
        return [] if same else [Clause("site", detail, may_pass=False)]


@dataclass(frozen=True)
class CoverageCheck:
    """Permit and site cover the trial, as its files are now, from now to its end."""

    programme: Programme
    files: TrialFiles

    def __call__(self, session: Session, booking: Booking, now: float) -> Sequence[Clause]:
        """Clauses of permit, opening and caps that fail; those of time may hold later."""
        end, request = now + booking.planned_end - booking.planned_start, _request_of(self.programme, booking)
        try:
            wanted = self.files.find_wanted(request, booking.place)
        except ConfigError as error:
            return [Clause("trial", str(problem), may_pass=False) for problem in error.problems]
        faults = find_faults(self.programme, wanted, request, booking.robot, booking.place, now, end)
        clauses = [Clause(fault.constraint, fault.detail, may_pass=fault.constraint == "window") for fault in faults]
        booked, asked = (booking.trial, *booking.overrides), (wanted.trial, *wanted.overrides)
        if booked != asked:
            detail = f"{booking.name} is booked with {' '.join(booked)}, the programme asks for {' '.join(asked)}"
            clauses.append(Clause("trial", f"{detail}: plan again", may_pass=False))
        return clauses


@dataclass(frozen=True)
class SoftwareCheck:
    """There is software for the trial, and it is what the permit was given for."""

    programme: Programme
    files: TrialFiles

    def __call__(self, session: Session, booking: Booking, now: float) -> Sequence[Clause]:
        """The trial's whole configuration is read anew, as its robot will: files may have changed since the plan."""
        source = find_source(self.programme, booking.name)
        if source.spec.trial is None:
            return [Clause("trial", f"nothing here can start a {source.spec.kind}", may_pass=False)]
        profile = self.programme.fleet.value.robots[booking.robot].profile
        moment = datetime.fromtimestamp(now, self.programme.timezone)
        try:
            self.files.load(source.request, booking.place, profile, moment)
        except ConfigError as error:
            return [Clause("preflight", str(problem), may_pass=False) for problem in error.problems]
        return []


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
        """Newest reading of the zone, where a cap is in force; a rehearsal has no public."""
        end = now + booking.planned_end - booking.planned_start
        cap, permit = find_crowd_cap(self.programme, booking.place, now, end), _permit_of(self.programme, booking).value
        if booking.rehearsal or (cap is None and permit.caps.crowd is None):
            return []
        programme, kind = self.programme.name, f"crowd_{booking.place}"
        limit = GateLimit(
            kind, "crowd", 0.0, math.inf if cap is None else cap, "1/m²", self.programme.site.value.crowd_max_age
        )
        if clauses := GateCheck(programme, (limit,), {})(session, booking, now):
            return clauses
        reading = find_newest(session, programme, kind)
        request = _request_of(self.programme, booking)
        wanted = self.programme.wanted.get((request, booking.place))
        if reading is None or wanted is None:
            return []
        occasion = wanted.on(self.programme.fleet.value.robots[booking.robot].profile)
        gaps = find_gaps(permit, wanted.demands, replace(occasion, crowd=reading.value))
        return [Clause("crowd", f"{kind}: {permit.number}: {gap}") for gap in gaps if gap.key == CROWD]


def _request_of(programme: Programme, booking: Booking) -> str:
    return find_source(programme, booking.name).request


def _permit_of(programme: Programme, booking: Booking) -> Loaded[PermitSpec]:
    return programme.permits[find_source(programme, booking.name).spec.permit]
