"""Order of the tests: what is fast first, so that a mistake shows early; and the mark of those that need a relay."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from needs_relay import needs_relay

STAGES = ("simulation", "gazebo", "ros", "browser")
"""Marks of slower tests, in the order in which they run after all others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    relays = {file for file in {item.path for item in items} if needs_relay(file)}
    for item in (item for item in items if item.path in relays):
        item.add_marker(pytest.mark.relay)
    items.sort(key=find_stage)


def find_stage(item: pytest.Item) -> int:
    """Place of a test's slowest mark in `STAGES`, counted from 1; 0 without any of them."""
    return max((STAGES.index(mark.name) + 1 for mark in item.iter_markers() if mark.name in STAGES), default=0)


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server for all tests; in /tmp, where the path of its socket is short and its user may go."""
    import postgres_server

    reason = postgres_server.why_not()
    if reason:
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="robot_trials_pg_", dir="/tmp") as folder:
        server = postgres_server.PostgresServer(Path(folder))
        yield server
        server.stop()
