"""Everything here is about the relay; with a simulated robot for its tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from robot_fixtures import make_robot, make_some_props, profile, site  # noqa: F401
from robot_fixtures import relay_setup as trial_setup  # noqa: F401

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.relay)
