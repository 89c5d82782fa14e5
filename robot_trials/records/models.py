"""Tables of the records. Every time is in seconds since 1970 (UTC) of the civil date, as the schedule's are."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Enum, ForeignKey, Index, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that later migrations can change it on SQLite, too."""

APPEND_ONLY = ("permit_acts", "trial_events", "gates", "checklists")
"""Tables whose rows are never changed nor deleted; triggers hold it."""


class PermitState(enum.StrEnum):
    """Where a permit stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    REVOKED = "revoked"


class OnMissed(enum.StrEnum):
    """What becomes of a trial that could not start in time."""

    SKIP = "skip"
    NEXT_WINDOW = "next_window"
    ASK = "ask"


class BookingState(enum.StrEnum):
    """Where a booking stands."""

    PLANNED = "planned"
    DUE = "due"
    HELD = "held"
    STARTING = "starting"
    RUNNING = "running"
    LOST = "lost"
    PASSED = "passed"
    FAILED = "failed"
    ABORTED = "aborted"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Text(), list[str]: JSON()}


def _enumeration(kind: type[enum.StrEnum], name: str) -> Any:
    """Values of an enumeration as text that the database checks."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )


class Permit(Base):
    """A permit's document and whether it is in force."""

    __tablename__ = "permits"

    number: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[str]
    sha256: Mapped[str]
    operator: Mapped[str]
    state: Mapped[PermitState] = mapped_column(_enumeration(PermitState, "state"), default=PermitState.PENDING)
    recorded_at: Mapped[float]


class PermitAct(Base):
    """Somebody recorded, approved, refused or revoked a permit. Append-only."""

    __tablename__ = "permit_acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(ForeignKey("permits.number"), index=True)
    act: Mapped[str]
    who: Mapped[str]
    at: Mapped[float]
    why: Mapped[str]
    sha256: Mapped[str]


class Booking(Base):
    """One planned trial: an occurrence with its robot, place and time, and what became of it.

    Attributes:
        name: of the occurrence.
        overrides: `trial.KEY=VALUE` that the goal carries beyond the trial's file, such as a lower speed.
        priority: the higher goes first.
        permit: number of the permit under which it runs; empty: none is asked for.
        zones: that its place takes, every one exclusively.
        marshals: who accompanies it.
        goal_id: hexadecimal UUID under which the robot knows it; written before it is sent.
        attempts: times that the goal was sent.
        taken: the robot has said that it took the goal.
        missed: it could not start in time, so that `on_missed` applies.
        held: it runs, and was told to stand.
        abort_asked: somebody wants it ended; not yet confirmed by the robot.
        reason: failed clause, what it waits for, or cause of its end.
    """

    __tablename__ = "bookings"
    __table_args__ = (CheckConstraint("planned_start <= planned_end", "times"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    trial: Mapped[str]
    overrides: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    title: Mapped[str]
    priority: Mapped[int]
    permit: Mapped[str]
    robot: Mapped[str] = mapped_column(index=True)
    place: Mapped[str]
    zones: Mapped[list[str]]
    marshals: Mapped[list[str]]
    planned_start: Mapped[float]
    planned_end: Mapped[float]
    latest_start: Mapped[float]
    latest_finish: Mapped[float]
    on_missed: Mapped[OnMissed] = mapped_column(_enumeration(OnMissed, "on_missed"))
    rehearsal: Mapped[bool] = mapped_column(default=False)
    state: Mapped[BookingState] = mapped_column(
        _enumeration(BookingState, "state"), default=BookingState.PLANNED, index=True
    )
    goal_id: Mapped[str | None] = mapped_column(Text(), unique=True)
    attempts: Mapped[int] = mapped_column(default=0)
    taken: Mapped[bool] = mapped_column(default=False)
    missed: Mapped[bool] = mapped_column(default=False)
    held: Mapped[bool] = mapped_column(default=False)
    abort_asked: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    passed: Mapped[bool | None]
    verdict: Mapped[str] = mapped_column(default="")
    bag_path: Mapped[str] = mapped_column(default="")
    report_path: Mapped[str] = mapped_column(default="")


class TrialEvent(Base):
    """A change of a booking's state, or an act on it that changed no state. Append-only."""

    __tablename__ = "trial_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    booking: Mapped[str] = mapped_column(ForeignKey("bookings.name"), index=True)
    at: Mapped[float]
    previous: Mapped[str]
    state: Mapped[str]
    cause: Mapped[str]


class Robot(Base):
    """A robot of the site.

    Attributes:
        who: who changed its service last; empty: nobody yet.
        battery: charge, 0 … 1; None before it was heard.
        last_heard: when it last said anything; None: never.
    """

    __tablename__ = "robots"

    name: Mapped[str] = mapped_column(primary_key=True)
    in_service: Mapped[bool] = mapped_column(default=True)
    who: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")
    since: Mapped[float]
    battery: Mapped[float | None]
    last_heard: Mapped[float | None]


class Lease(Base):
    """A zone that a trial has to itself; at most one active lease a zone."""

    __tablename__ = "leases"
    __table_args__ = (
        Index(
            "uq_leases_active_zone",
            "zone",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    zone: Mapped[str]
    booking: Mapped[str] = mapped_column(ForeignKey("bookings.name"), index=True)
    robot: Mapped[str]
    taken_at: Mapped[float]
    released_at: Mapped[float | None]
    released_by: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")


class Gate(Base):
    """A reading of weather or crowd. Append-only; the newest of a kind counts."""

    __tablename__ = "gates"
    __table_args__ = (Index("ix_gates_newest", "site", "kind", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str]
    kind: Mapped[str]
    value: Mapped[float]
    at: Mapped[float]
    source: Mapped[str]


class Checklist(Base):
    """The marshals of a booking have gone through their checklist. Append-only."""

    __tablename__ = "checklists"

    id: Mapped[int] = mapped_column(primary_key=True)
    booking: Mapped[str] = mapped_column(ForeignKey("bookings.name"), index=True)
    who: Mapped[str]
    at: Mapped[float]
    note: Mapped[str]


class Site(Base):
    """A site: whether it is held, and which coordinator may write.

    Attributes:
        token: of the newest coordinator; who has an older one may no longer write.
        holder: process of the newest coordinator, for people.
    """

    __tablename__ = "sites"

    name: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[int] = mapped_column(default=0)
    holder: Mapped[str] = mapped_column(default="")
    held: Mapped[bool] = mapped_column(default=False)
    who: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")
