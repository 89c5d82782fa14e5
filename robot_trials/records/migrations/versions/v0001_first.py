"""The first tables: permits, bookings, robots, leases, gates, checklists, sites, and their histories."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

HISTORIES = ("permit_acts", "trial_events", "gates", "checklists")
BOOKING_STATES = (
    *("planned", "due", "held", "starting", "running", "lost"),
    *("passed", "failed", "aborted", "refused", "expired", "cancelled"),
)


def upgrade() -> None:
    """Make them."""
    _create_permits()
    _create_bookings()
    _create_leases()
    _create_site_tables()
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table in HISTORIES:
        for act in ("UPDATE", "DELETE"):
            trigger = f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            op.execute(trigger + ("FOR EACH ROW EXECUTE FUNCTION refuse_change()" if postgresql else refuse))


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _time(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    """Seconds since 1970, or another number."""
    return [sa.Column(name, sa.Double(), nullable=nullable) for name in names]


def _count(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _flag(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Boolean(), nullable=nullable) for name in names]


def _choice(table: str, name: str, values: tuple[str, ...]) -> sa.Column[Any]:
    constraint = op.f(f"ck_{table}_{name}")
    kind = sa.Enum(*values, name=constraint, native_enum=False, create_constraint=True, length=16)
    return sa.Column(name, kind, nullable=False)


def _key(table: str, name: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(name, name=op.f(f"pk_{table}"))


def _refer(table: str, column: str, other: str, key: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.{key}"], name=op.f(f"fk_{table}_{column}_{other}"))


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _create_permits() -> None:
    state = _choice("permits", "state", ("pending", "approved", "refused", "revoked"))
    columns = _text("number", "document", "sha256", "operator")
    op.create_table("permits", *columns, state, *_time("recorded_at"), _key("permits", "number"))
    reference = _refer("permit_acts", "number", "permits", "number")
    columns = [*_count("id"), *_text("number", "act", "who", "why", "sha256"), *_time("at")]
    op.create_table("permit_acts", *columns, _key("permit_acts", "id"), reference)
    _index("permit_acts", "number")


def _create_bookings() -> None:
    op.create_table(
        "bookings",
        *_text("name", "trial", "title", "permit", "robot", "place", "reason", "verdict", "bag_path", "report_path"),
        *_time("planned_start", "planned_end", "latest_start", "latest_finish"),
        *_count("priority", "attempts"),
        *_flag("rehearsal", "taken", "missed", "held", "abort_asked"),
        *_flag("passed", nullable=True),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("zones", "marshals")),
        sa.Column("goal_id", sa.Text(), nullable=True),
        _choice("bookings", "on_missed", ("skip", "next_window", "ask")),
        _choice("bookings", "state", BOOKING_STATES),
        _key("bookings", "name"),
        sa.CheckConstraint("planned_start <= planned_end", name=op.f("ck_bookings_times")),
        sa.UniqueConstraint("goal_id", name=op.f("uq_bookings_goal_id")),
    )
    _index("bookings", "robot")
    _index("bookings", "state")
    for table, columns in (
        ("trial_events", _text("booking", "previous", "state", "cause")),
        ("checklists", _text("booking", "who", "note")),
    ):
        reference = _refer(table, "booking", "bookings", "name")
        op.create_table(table, *_count("id"), *columns, *_time("at"), _key(table, "id"), reference)
        _index(table, "booking")


def _create_leases() -> None:
    op.create_table(
        "leases",
        *_count("id"),
        *_text("zone", "booking", "robot", "released_by", "why"),
        *_time("taken_at"),
        *_time("released_at", nullable=True),
        _key("leases", "id"),
        _refer("leases", "booking", "bookings", "name"),
    )
    _index("leases", "booking")
    active = sa.text("released_at IS NULL")
    op.create_index(
        "uq_leases_active_zone", "leases", ["zone"], unique=True, sqlite_where=active, postgresql_where=active
    )


def _create_site_tables() -> None:
    op.create_table(
        "robots",
        *_text("name", "who", "why"),
        *_flag("in_service"),
        *_time("since"),
        *_time("battery", "last_heard", nullable=True),
        _key("robots", "name"),
    )
    op.create_table(
        "gates", *_count("id"), *_text("site", "kind", "source"), *_time("value", "at"), _key("gates", "id")
    )
    op.create_index("ix_gates_newest", "gates", ["site", "kind", "at"])
    op.create_table(
        "sites", *_count("token"), *_text("name", "holder", "who", "why"), *_flag("held"), _key("sites", "name")
    )
