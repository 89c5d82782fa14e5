"""The one entry: what it does without installing anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SETUP_STEP = """
set -euo pipefail
ROOT=$1; shift
source "$ROOT/tools/environment.sh"
source "$ROOT/tools/setup.sh"
"$@"
"""


def call(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(command), capture_output=True, text=True, check=False, env={**os.environ, **environment}, cwd="/"
    )


def test_help_names_every_verb() -> None:
    result = call(str(CHECKOUT / "run"), "--help")
    assert result.returncode == 0
    for verb in ("demo", "test", "bench", "launch", "gazebo", "link", "setup", "shell"):
        assert f"./run {verb}" in result.stdout


def test_link_names_a_missing_workspace(tmp_path: Path) -> None:
    result = call(str(CHECKOUT / "run"), "link", str(tmp_path / "ws"))
    assert result.returncode == 2
    assert f"{tmp_path}/ws/src: no such folder" in result.stderr


def test_link_puts_both_packages_into_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    for _ in range(2):  # the second call changes nothing
        result = call(str(CHECKOUT / "run"), "link", str(tmp_path))
        assert result.returncode == 0, result.stderr
    links = {path.name: path.resolve() for path in (tmp_path / "src").iterdir()}
    assert links["robot_trials"] == CHECKOUT
    assert links["robot_trials_msgs"] == CHECKOUT / "robot_trials_msgs"


def test_missing_system_packages_are_named_with_the_command(tmp_path: Path) -> None:
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "dpkg-query").write_text("#!/bin/sh\necho 'installed gcc'\n")
    (fake / "id").write_text("#!/bin/sh\necho 1000\n")
    for file in fake.iterdir():
        file.chmod(0o755)
    result = call("bash", "-c", SETUP_STEP, "-", str(CHECKOUT), "setup_system", PATH=f"{fake}:{os.environ['PATH']}")
    assert result.returncode == 1
    assert "sudo apt-get install -y python3-venv g++ make libgl1" in result.stderr


def test_environment_is_local_to_the_machine_unless_asked_otherwise() -> None:
    show = ("bash", "-c", 'echo "$ROS_AUTOMATIC_DISCOVERY_RANGE ${ROS_DOMAIN_ID:-} $OMP_NUM_THREADS"')
    wanted = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET", "ROS_DOMAIN_ID": "42"}
    result = call("bash", "-c", SETUP_STEP, "-", str(CHECKOUT), *show, **wanted, OMP_NUM_THREADS="1")
    assert result.stdout.split() == ["SUBNET", "42", "1"]


def test_bytecode_is_kept_whatever_is_usual_elsewhere() -> None:
    show = ("bash", "-c", 'echo "${PYTHONDONTWRITEBYTECODE-kept}"')
    result = call("bash", "-c", SETUP_STEP, "-", str(CHECKOUT), *show, PYTHONDONTWRITEBYTECODE="1")
    assert result.stdout.split() == ["kept"]


def test_inherited_paths_of_another_checkout_are_dropped() -> None:
    script = SETUP_STEP + 'use_checkout; echo "$AMENT_PREFIX_PATH:$LD_LIBRARY_PATH:$PYTHONPATH"'
    other = {"AMENT_PREFIX_PATH": "/other/install", "LD_LIBRARY_PATH": "/other/lib", "PYTHONPATH": "/other/python"}
    result = call("bash", "-c", script, "-", str(CHECKOUT), "true", **other, ROS_DISTRO="jazzy")
    assert "/other" not in result.stdout
    assert f"{CHECKOUT}/install" in result.stdout


@pytest.mark.parametrize(("with_install", "status"), [(True, 0), (False, 1)])
def test_a_full_install_is_told_from_wheels(with_install: bool, status: int, tmp_path: Path) -> None:
    index = tmp_path / "share" / "ament_index" / "resource_index" / "packages"
    index.mkdir(parents=True)
    (index / "rclpy").touch()
    if with_install:
        (index / "ros_environment").touch()
    sourced = {"ROS_DISTRO": "jazzy", "AMENT_PREFIX_PATH": f"/elsewhere:{tmp_path}"}
    assert call("bash", "-c", SETUP_STEP, "-", str(CHECKOUT), "ros_is_sourced", **sourced).returncode == status


FAKE_PYTEST = """#!/bin/sh
echo "$@" >>"$CALLS"
case "$*" in *"-m not ("*) exit "$FIRST" ;; *) exit "$SECOND" ;; esac
"""


@pytest.mark.parametrize(
    ("first", "second", "status", "calls"), [(0, 0, 0, 2), (1, 0, 1, 2), (0, 1, 1, 2), (2, 0, 2, 1)]
)
def test_all_tests_fail_where_one_of_both_calls_does(
    first: int, second: int, status: int, calls: int, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text(FAKE_PYTEST)
    python.chmod(0o755)
    record = tmp_path / "calls"
    script = SETUP_STEP.replace('"$@"', f'source "$ROOT/tools/tests.sh"; PYTHON={python}; "$@"')
    told = {"CALLS": str(record), "FIRST": str(first), "SECOND": str(second)}
    assert call("bash", "-c", script, "-", str(CHECKOUT), "run_pytest", **told).returncode == status
    lines = record.read_text().splitlines()
    assert len(lines) == calls
    late = "gazebo or ros or browser"
    assert f"-m not ({late})" in lines[0] and " -n " in lines[0]
    assert calls == 1 or (f"-m {late}" in lines[1] and " -n " not in lines[1])


def test_arguments_for_pytest_go_to_one_call_as_they_are(tmp_path: Path) -> None:
    script = SETUP_STEP.replace('"$@"', 'source "$ROOT/tools/tests.sh"; PYTHON=echo; "$@"')
    result = call("bash", "-c", script, "-", str(CHECKOUT), "run_pytest", "-k", "a or b", "test/control")
    assert result.stdout.splitlines() == ["-m pytest -rs -k a or b test/control"]
