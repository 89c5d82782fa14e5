"""Which Gazebo is taken, and how long tests wait for one that is being set up."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from gazebo_setup import wait_for_setup

from robot_trials.exceptions import RobotFault
from robot_trials.robots.gazebo.install import GazeboInstall, find_gazebo, gazebo_folder

PLUGIN = "librobot_trials_gazebo_classic.so"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, on a machine without Gazebo."""
    monkeypatch.delenv("ROBOT_TRIALS_GAZEBO", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "robot_trials"


def touch(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        file.chmod(0o755)


def test_without_any_the_error_says_how_to_get_one(cache: Path) -> None:
    with pytest.raises(RobotFault, match="fetch it with `./run gazebo`") as fault:
        find_gazebo()
    assert fault.value.numbers["path"] == str(cache / "gazebo-classic-11")


def test_its_window_never_gets_the_plugins_of_opencv(monkeypatch: pytest.MonkeyPatch) -> None:
    install = GazeboInstall(("gzserver",), ("gzclient",), {"GAZEBO_PLUGIN_PATH": "/ours"})
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", "/somewhere/site-packages/cv2/qt/plugins")
    monkeypatch.setenv("QT_QPA_FONTDIR", "/of/the/user")
    environment = install.make_environment()
    assert "QT_QPA_PLATFORM_PLUGIN_PATH" not in environment
    assert (environment["QT_QPA_FONTDIR"], environment["GAZEBO_PLUGIN_PATH"]) == ("/of/the/user", "/ours")


def test_one_without_the_plugin_says_how_to_build_it(cache: Path) -> None:
    touch(gazebo_folder() / "usr/bin/gzserver")
    with pytest.raises(RobotFault, match="lacks the project's plugin; build it with `./run gazebo`"):
        find_gazebo()


def test_the_fetched_one_runs_by_its_own_loader(cache: Path) -> None:
    folder = gazebo_folder()
    assert folder == cache / "gazebo-classic-11"
    touch(folder / "usr/bin/gzserver", folder / "robot_trials" / PLUGIN)
    found = find_gazebo()
    assert found.server[0] == f"{folder}/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
    assert found.server[-1] == f"{folder}/usr/bin/gzserver"
    assert found.environment["GAZEBO_PLUGIN_PATH"] == f"{folder}/robot_trials"


def test_an_installed_one_comes_before_the_fetched_one_but_after_the_named_one(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = gazebo_folder()
    touch(folder / "usr/bin/gzserver", folder / "robot_trials" / PLUGIN)
    touch(tmp_path / "bin/gzserver", cache / "gazebo-classic-11-plugin" / PLUGIN)
    found = find_gazebo()
    assert found.server == ("gzserver",)
    assert found.environment["GAZEBO_PLUGIN_PATH"] == f"{folder}-plugin"
    monkeypatch.setenv("ROBOT_TRIALS_GAZEBO", str(folder))
    assert find_gazebo().server[-1] == f"{folder}/usr/bin/gzserver"


def test_a_setup_that_runs_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "gazebo"
    script = 'echo locked; sleep 0.6; echo "no network" >"$0.failed"'
    setup = subprocess.Popen(["flock", tmp_path, "bash", "-c", script, folder], stdout=subprocess.PIPE)
    assert setup.stdout is not None and setup.stdout.readline() == b"locked\n"
    start = time.monotonic()
    assert wait_for_setup(folder, patience=0.1) == "it is not through after 0.1 s"
    assert wait_for_setup(folder, patience=20.0) == "no network"
    assert 0.3 < time.monotonic() - start < 10.0
    setup.communicate()


def test_nobody_to_wait_for(tmp_path: Path) -> None:
    assert wait_for_setup(tmp_path / "nowhere" / "gazebo") == ""
    assert wait_for_setup(tmp_path / "gazebo") == ""
