"""The pins: complete, exact, and the ones in use."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
LISTS = [CHECKOUT / name for name in ("requirements.txt", "requirements_test.txt", "ros_wheels/requirements.txt")]
WHEEL_TAGS = ["manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_24_x86_64", "manylinux_2_17_x86_64"]
WHEEL_TAGS += [
    "manylinux_2_12_x86_64",
    "manylinux_2_5_x86_64",
    "manylinux2014_x86_64",
    "manylinux1_x86_64",
    "linux_x86_64",
]


def pins(path: Path) -> dict[str, str]:
    """Version by package name; fails on a line that is not an exact pin."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!+]+)", line)
        assert match, f"{path.name}: not an exact pin: {line}"
        assert match[1].lower() not in found, f"{path.name}: {match[1]} is named twice"
        found[match[1].lower()] = match[2]
    return found


def is_installed(name: str) -> bool:
    """Whether a distribution is in this environment."""
    try:
        return bool(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_pins_are_exact_and_installed(path: Path) -> None:
    if path.parent.name == "ros_wheels" and not is_installed("ros-rclpy"):
        pytest.skip("a full ROS 2 install is in use")
    for name, version in pins(path).items():
        assert importlib.metadata.version(name) == version, name


def test_opencv_has_windows_or_not_but_never_twice() -> None:
    names = [name for name in pins(LISTS[0]) if name.startswith("opencv")]
    assert names == ["opencv-python"]


@pytest.mark.skipif(not os.environ.get("CI"), reason="asks the package index: run with CI=true")
def test_wheels_exist_for_python_312(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "-q", "--no-deps", "--ignore-installed"]
    command += [
        "--only-binary=:all:",
        "--no-binary=empy",
        "--python-version",
        "3.12",
        "--implementation",
        "cp",
        "--target",
        str(tmp_path),
    ]
    for tag in WHEEL_TAGS:
        command += ["--platform", tag]
    for path in LISTS:
        command += ["-r", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
