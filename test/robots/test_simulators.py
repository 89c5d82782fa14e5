"""A simulator is chosen by its name: those of this package, those of others, and none that is not there."""

from __future__ import annotations

import subprocess
import sys

import pytest
from greeting import load_greeting

from robot_trials.exceptions import ConfigError
from robot_trials.robots import Berth, SimOptions, load_profile, open_robot, open_robots
from robot_trials.robots.simulators import find_simulator, list_broken_simulators, list_simulators

BRINGS = """
class Still:
    name, title, has_window, renews_worlds, shares_worlds = "still", "Nothing moves", False, False, {shares}
    def find_missing(self):
        return ""
    def open_robot(self, profile, site, options):
        return "robot", profile.name, options.seed
    def open_robots(self, berths):
        return [berth.name for berth in berths]
SIMULATOR = Still()
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a package with a module `simulator` that is found by its entry point."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def install(code: str) -> None:
        (tmp_path / "stillness").mkdir()
        (tmp_path / "stillness" / "__init__.py").touch()
        (tmp_path / "stillness" / "simulator.py").write_text(code)
        info = tmp_path / "stillness-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stillness\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[robot_trials.simulators]\nstill = stillness.simulator:SIMULATOR\n")

    yield install
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture(scope="module")
def parts():
    setup = load_greeting()
    return load_profile(setup.robot_file), setup.site


def berth(parts, name, simulator):
    return Berth(name, *parts, SimOptions(simulator=simulator, camera="off"))


def test_those_of_this_package_can_be_used():
    assert {"mujoco", "gazebo", "gz-sim"} <= set(list_simulators()) and not list_broken_simulators()
    assert all(simulator.name == name and simulator.title for name, simulator in list_simulators().items())
    assert find_simulator("mujoco").find_missing() == ""


def test_to_list_them_loads_none_of_them():
    code = (
        "import sys; from robot_trials.robots.simulators import list_simulators\n"
        "assert len(list_simulators()) >= 3; assert 'mujoco' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_unknown_one_is_refused_with_those_that_are_known(parts):
    with pytest.raises(ConfigError, match=r"simulator: bullet: no such simulator.*gazebo.*gz-sim.*mujoco"):
        open_robot(*parts, SimOptions(simulator="bullet"))


def test_one_of_another_package_is_found_by_its_entry_point(install, parts):
    install(BRINGS.format(shares=True))
    assert open_robot(*parts, SimOptions(simulator="still", seed=7)) == ("robot", parts[0].name, 7)
    assert open_robots([berth(parts, "left", "still"), berth(parts, "right", "still")]) == ["left", "right"]


def test_one_that_lacks_part_of_the_contract_is_told_what(install):
    install("class S:\n    name = 'still'\nSIMULATOR = S()")
    with pytest.raises(ConfigError, match=r"simulator 'still' of stillness.simulator:SIMULATOR lacks .*find_missing"):
        find_simulator("still")
    assert "mujoco" in list_simulators()


def test_several_robots_need_one_simulator_that_holds_them(install, parts):
    install(BRINGS.format(shares=True))
    with pytest.raises(ConfigError, match="right: simulator: gazebo: must be mujoco or still beside others"):
        open_robots([berth(parts, "left", "mujoco"), berth(parts, "right", "gazebo")])
    with pytest.raises(ConfigError, match="right: simulator: still: must be mujoco, as of the first robot"):
        open_robots([berth(parts, "left", "mujoco"), berth(parts, "right", "still")])


def test_gazebo_that_is_not_there_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("ROBOT_TRIALS_GAZEBO", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    assert "./run gazebo" in find_simulator("gazebo").find_missing()
    assert "no command on the path" in find_simulator("gz-sim").find_missing()


def test_the_command_line_lists_them_and_refuses_others(tmp_path):
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "robot_trials.cli", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    listed = call("simulators")
    assert listed.returncode == 0 and "MuJoCo" in listed.stdout and "gz-sim" in listed.stdout
    output = tmp_path / "run"
    refused = call("run", "torch_relay", "--sim", "bullet", "--output", str(output))
    assert refused.returncode == 2 and "no such simulator" in refused.stderr and not output.exists()
