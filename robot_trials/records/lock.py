"""One coordinator a database: a lock that dies with its process, and a token that shuts out one that only slept."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from robot_trials.records.errors import FencedError, RecordsError
from robot_trials.records.models import Site
from robot_trials.records.store import Records

LOCK_KEY = 0x636F_6F72_6469
"""Key of PostgreSQL's advisory lock of a database's coordinator."""
PATIENCE_S, POLL_S = 2.0, 0.05
"""Longest wait for that lock, and between two tries [s]."""


class CoordinatorLock:
    """The right to write as coordinator of a site, until `release` or the end of the process.

    SQLite: a locked file beside the database. PostgreSQL: an advisory lock on a connection of its own; when that
    breaks another coordinator may start, and its newer token shuts this one out.

    Attributes:
        token: grows with every coordinator that starts.

    Raises:
        RecordsError: another coordinator has the database.
    """

    def __init__(self, records: Records, site: str) -> None:
        self._site = site
        self._file: IO[str] | None = None
        self._connection: Connection | None = None
        self._lock(records)
        try:
            with records.write() as session:
                self.token = self._take_token(session)
        except RecordsError:
            self.release()
            raise

    def check(self, session: Session) -> None:
        """Make sure that no newer coordinator has started; keeps others from writing until the transaction ends.

        Raises:
            FencedError: one has.
        """
        token = session.scalar(select(Site.token).where(Site.name == self._site).with_for_update())
        if token != self.token:
            raise FencedError(f"site {self._site}: another coordinator has started; this one may no longer write")

    def release(self) -> None:
        """Let another coordinator start; idempotent."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            self._connection.invalidate()  # closes the session on the server, and its lock with it
            self._connection.close()
            self._connection = None

    def _lock(self, records: Records) -> None:
        if records.url.drivername == "sqlite":
            got = not records.url.database or self._lock_file(Path(f"{records.url.database}.coordinator"))
        else:
            self._connection = records.engine.connect()
            got = self._lock_server(self._connection)
        if not got:
            self.release()
            raise RecordsError(f"{records.place}: another coordinator is running on this database: end it first")

    def _lock_server(self, connection: Connection) -> bool:
        """A server notices a moment later that the holder of the lock is gone."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            got = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY})
            connection.commit()
            if got or time.monotonic() > deadline:
                return bool(got)
            time.sleep(POLL_S)

    def _lock_file(self, path: Path) -> bool:
        self._file = path.open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _take_token(self, session: Session) -> int:
        site = session.get(Site, self._site, with_for_update=True)
        if site is None:
            site = Site(name=self._site, token=0)
            session.add(site)
        site.token += 1
        site.holder = f"{socket.gethostname()}:{os.getpid()}"
        return site.token
