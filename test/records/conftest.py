"""Every test of the records runs on a SQLite file and on a real PostgreSQL server, which is skipped visibly."""

import tempfile
from pathlib import Path

import postgres_server
import pytest

from robot_trials.records import Records


@pytest.fixture(scope="session")
def postgres():
    """A server for all tests; in /tmp, where the path of its socket is short and its user may go."""
    reason = postgres_server.why_not()
    if reason:
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="robot_trials_pg_", dir="/tmp") as folder:
        server = postgres_server.PostgresServer(Path(folder))
        yield server
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/records.sqlite"
    return request.getfixturevalue("postgres").make_url()


@pytest.fixture
def records(url):
    opened = Records.open(url)
    yield opened
    opened.close()
