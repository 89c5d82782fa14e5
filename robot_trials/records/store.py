"""Opens the database of the records, and runs transactions in it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from robot_trials.records.errors import RecordsError
from robot_trials.records.migrate import upgrade

URL_VARIABLE = "ROBOT_TRIALS_RECORDS"
DEFAULT_URL = "sqlite:///output/records.sqlite"
"""Below the working folder, beside the recordings."""
BUSY_S = 10.0
"""Longest wait for another process's transaction [s]."""
BUSY_POLL_S = 0.01


def choose_url(url: str | None = None) -> str:
    """The database that is meant: the one named, `ROBOT_TRIALS_RECORDS`, or a file below `output/`."""
    return url or os.environ.get(URL_VARIABLE) or DEFAULT_URL


class Records:
    """A database of records. Use `open`.

    Attributes:
        place: the database as messages name it, without a password.
        engine: its connections.
        url: where it is.
    """

    def __init__(self, engine: Engine, url: URL) -> None:
        self.engine = engine
        self.url = url
        self.place = url.render_as_string(hide_password=True)
        self._reading = engine.execution_options(read_only=True)

    @classmethod
    def open(cls, url: str | None = None) -> Records:
        """Open a database, make or upgrade its tables.

        Args:
            url: `sqlite:///FILE` or `postgresql+psycopg://USER@HOST/NAME`; see `choose_url` when omitted.

        Raises:
            RecordsError: it cannot be reached or written, or was written by a newer program.
        """
        parsed = _parse(choose_url(url))
        records = cls(_make_engine(parsed), parsed)
        try:
            with _named_errors(records.place), records.engine.begin() as connection:
                upgrade(connection, records.place)
        except RecordsError:
            records.close()
            raise
        return records

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction; all of it is on disk when the block has ended, or none of it.

        Raises:
            RecordsError: it could not be written.
        """
        with _named_errors(self.place), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view; nothing that is changed in it is written.

        Raises:
            RecordsError: it could not be read.
        """
        with _named_errors(self.place), Session(self._reading, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _parse(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise RecordsError(f"{text}: no URL of a database: sqlite:///FILE or postgresql+psycopg://…") from None
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        place = url.render_as_string(hide_password=True)
        raise RecordsError(f"{place}: {url.drivername}: must be sqlite or postgresql+psycopg")
    return url


def _make_engine(url: URL) -> Engine:
    if url.drivername != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if url.database:
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordsError(f"{url.database}: {error.strerror}") from error
    engine = create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """Survive a loss of power after each commit; let this module say when a transaction begins."""
    connection.isolation_level = None
    _enter_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Write-ahead log; SQLite does not wait by itself while another process sets up the same new file."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(BUSY_POLL_S)


def _begin_sqlite(connection: Connection) -> None:
    """Who writes takes the write lock at once: a reader that turns writer would be refused."""
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def _named_errors(place: str) -> Iterator[None]:
    """Errors of the database as this project's, with the database named."""
    try:
        yield
    except DBAPIError as error:
        raise RecordsError(f"{place}: {' '.join(str(error.orig).split())}") from error
    except SQLAlchemyError as error:
        raise RecordsError(f"{place}: {' '.join(str(error).split())}") from error
