"""Every test of the records runs on a SQLite file and on a real PostgreSQL server, which is skipped visibly."""

import pytest

from robot_trials.records import Records


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
