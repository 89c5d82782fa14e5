"""Transactions of a coordinator: only while it is the newest one, and robots hear of them once they are on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from robot_trials.records.lock import CoordinatorLock
from robot_trials.records.models import Site
from robot_trials.records.store import Records


@dataclass
class Work:
    """One transaction.

    Attributes:
        session: where records are changed.
        after: calls to make once all of it is on disk; none is made otherwise.
    """

    session: Session
    after: list[Callable[[], None]] = field(default_factory=list)


class Desk:
    """Where one site's records are read and written.

    Raises:
        RecordsError: another coordinator has the database, or it cannot be written.
    """

    def __init__(self, records: Records, site: str) -> None:
        self.site = site
        self._records = records
        self._lock = CoordinatorLock(records, site)

    @contextmanager
    def write(self) -> Iterator[Work]:
        """A transaction, then its calls.

        Raises:
            RecordsError: it was not written; no call was made.
            FencedError: another coordinator has taken over.
        """
        with self._records.write() as session:
            self._lock.check(session)
            work = Work(session)
            yield work
        for call in work.after:
            call()

    def read(self) -> AbstractContextManager[Session]:
        """A consistent view."""
        return self._records.read()

    def find_site(self, session: Session) -> Site:
        """The site's own row, which the lock has made."""
        return session.get_one(Site, self.site)

    def close(self) -> None:
        """Let another coordinator start; idempotent."""
        self._lock.release()
