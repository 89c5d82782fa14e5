"""A copy of the shipped configuration that a test may spoil."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from robot_trials.config.files.search import FOLDER_VARIABLE

SHIPPED = Path(__file__).resolve().parents[2] / "config"

Spoil = Callable[[str, str, str], Path]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped sites, courses, trials, permits and robots in a folder of their own, searched first."""
    for kind in ("sites", "courses", "trials", "permits", "robots", "controllers", "programmes"):
        if (SHIPPED / kind).is_dir():
            shutil.copytree(SHIPPED / kind, tmp_path / kind)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def spoil(config: Path) -> Spoil:
    """Replace the one place that matches a pattern in a file; returns the file."""

    def replace(file: str, pattern: str, text: str) -> Path:
        path = config / file
        changed, count = re.subn(pattern, text, path.read_text(), count=1, flags=re.MULTILINE)
        assert count == 1, f"{pattern} is not in {file}"
        path.write_text(changed)
        return path

    return replace
