"""Order of the tests: what is fast first, so that a mistake shows early."""

from __future__ import annotations

import pytest

STAGES = ("simulation", "gazebo", "ros", "browser")
"""Marks of slower tests, in the order in which they run after all others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: max((STAGES.index(m.name) + 1 for m in item.iter_markers() if m.name in STAGES), default=0))
