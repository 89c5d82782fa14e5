"""Brings a database to the version of the tables that this program knows, and refuses a newer one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from robot_trials.records.errors import RecordsError

NEWEST = "0002"
"""Version of the tables in `models.py`."""
MIGRATIONS = Path(__file__).with_name("migrations")
MIGRATION_LOCK = 0x7472_6961_6C73
"""Key of PostgreSQL's advisory lock while tables change."""


def upgrade(connection: Connection, place: str) -> None:
    """Make or upgrade the tables, within the connection's transaction.

    Args:
        connection: in a transaction that may write.
        place: the database as messages name it.

    Raises:
        RecordsError: the database was written by a newer program, or is not one of this project's.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    version = read_version(connection)
    if version == NEWEST:
        return
    if version is None and inspect(connection).get_table_names():
        raise RecordsError(f"{place}: holds tables of something else: name an empty database")
    if version is not None and version not in known_versions():
        raise RecordsError(
            f"{place}: its tables are of version {version}, newer than {NEWEST}, which this program knows: "
            "update robot_trials"
        )
    from alembic import command  # takes as long to import as all else: only where tables change

    configuration = _configure()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def read_version(connection: Connection) -> str | None:
    """Version of the database's tables; None before the first upgrade."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)


def known_versions() -> list[str]:
    """Versions from which this program can upgrade, newest first."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory.from_config(_configure()).walk_revisions()]


def _configure():  # type: ignore[no-untyped-def]  # its type would import alembic
    """Alembic's settings: no file, only where the migrations lie."""
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return configuration
