"""The cache of compiled functions follows every source that its machine code was made of."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

CALL = "import outer; print(outer.twice(1.0))"


def run_call(folder: Path) -> str:
    environment = dict(os.environ) | {"PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(
        [sys.executable, "-c", CALL], env=environment, capture_output=True, text=True, check=True, cwd=folder
    )
    return done.stdout.strip()


def write(path: Path, body: str) -> None:
    path.write_text(f"from robot_trials_control.compiled import compiled\n{body}")


def test_a_change_in_another_module_is_compiled_in(tmp_path: Path) -> None:
    write(tmp_path / "inner.py", "@compiled\ndef step(x):\n    return x + 1.0\n")
    write(tmp_path / "middle.py", "from inner import step\n@compiled\ndef pass_on(x):\n    return step(x)\n")
    write(tmp_path / "outer.py", "from middle import pass_on\n@compiled\ndef twice(x):\n    return 2.0 * pass_on(x)\n")
    assert run_call(tmp_path) == "4.0"
    cached = set(tmp_path.rglob("*.nbc"))
    assert cached
    assert run_call(tmp_path) == "4.0"
    assert set(tmp_path.rglob("*.nbc")) == cached
    time.sleep(0.02)  # file systems keep times to some milliseconds
    write(tmp_path / "inner.py", "@compiled\ndef step(x):\n    return x + 2.0\n")
    assert run_call(tmp_path) == "6.0"
