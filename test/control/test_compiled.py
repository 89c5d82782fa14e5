"""The cache of compiled functions follows every source that its machine code was made of."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

PACKAGE = "robot_trials_sample"
CALL = f"from {PACKAGE}.outer import twice; print(twice(1.0))"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package whose function `twice` doubles what another module's makes of a third's constant."""
    folder = tmp_path / PACKAGE
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "constants.py").write_text("STEP = 1.0\n")
    write(folder / "inner.py", "from {0}.constants import STEP\n@compiled\ndef step(x):\n    return x + STEP\n")
    write(folder / "middle.py", "from {0}.inner import step\n@compiled\ndef pass_on(x):\n    return step(x)\n")
    write(
        folder / "outer.py", "from {0}.middle import pass_on\n@compiled\ndef twice(x):\n    return 2.0 * pass_on(x)\n"
    )
    return folder


def run_call(package: Path) -> str:
    folder = package.parent
    environment = dict(os.environ) | {"PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(
        [sys.executable, "-c", CALL], env=environment, capture_output=True, text=True, check=True, cwd=folder
    )
    return done.stdout.strip()


def write(path: Path, body: str) -> None:
    path.write_text("from robot_trials_control.numeric.compiled import compiled\n" + body.format(PACKAGE))


def test_machine_code_is_kept(package: Path) -> None:
    assert run_call(package) == "4.0"
    cached = set(package.rglob("*.nbc"))
    assert cached
    assert run_call(package) == "4.0"
    assert set(package.rglob("*.nbc")) == cached


def test_a_change_in_another_module_is_compiled_in(package: Path) -> None:
    assert run_call(package) == "4.0"
    time.sleep(0.02)  # file systems keep times to some milliseconds
    write(package / "inner.py", "@compiled\ndef step(x):\n    return x + 2.0\n")
    assert run_call(package) == "6.0"


def test_a_constant_that_changes_in_a_module_without_compiled_functions_is_compiled_in(package: Path) -> None:
    assert run_call(package) == "4.0"
    time.sleep(0.02)
    (package / "constants.py").write_text("STEP = 3.0\n")
    assert run_call(package) == "8.0"
