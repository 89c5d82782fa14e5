"""What differs for gz-sim: physics, system plugins, and where it is found."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from robot_trials.exceptions import RobotFault
from robot_trials.robots.gazebo import gz_sim
from robot_trials.robots.gazebo.sdf import WorldNames

NAMES = WorldNames("robot", ("hip", "knee"), ("base", "torch"), ("sole",), ("hand",), ("slab_0", "slab_1"))


def empty_world() -> ElementTree.Element:
    return ElementTree.fromstring('<sdf version="1.7"><world name="trial"/></sdf>')


def test_physics_is_dart_with_its_system() -> None:
    root = empty_world()
    gz_sim.add_physics(root, 0.001)
    physics = root.find("world/physics")
    assert physics is not None and physics.get("type") == "dart"
    assert float(physics.findtext("max_step_size", "")) == 0.001
    assert float(physics.findtext("real_time_factor", "")) == 0.0
    systems = [plugin.get("name") for plugin in root.iterfind("world/plugin")]
    assert systems == ["gz::sim::systems::Physics"]


def test_plugin_is_named_by_its_class_and_keeps_its_settings() -> None:
    root = empty_world()
    gz_sim.add_plugin(root, NAMES, "/tmp/link", 2)
    (plugin,) = root.iterfind("world/plugin")
    assert (plugin.get("name"), plugin.get("filename")) == ("robot_trials::ControlLink", "robot_trials_gz_sim")
    assert [element.text for element in plugin.iterfind("joint")] == ["hip", "knee"]
    assert [element.text for element in plugin.iterfind("body")] == ["robot::base", "torch::torch"]
    assert plugin.findtext("socket") == "/tmp/link"


def test_a_machine_without_gz_sim_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RobotFault, match="gz-sim is not there"):
        gz_sim.find_gz_sim()


def test_a_gz_sim_without_the_plugin_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    command = tmp_path / "gz"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(gz_sim.PLUGINS_VARIABLE, str(tmp_path))
    with pytest.raises(RobotFault, match="lacks the project's plugin"):
        gz_sim.find_gz_sim()
    (tmp_path / "librobot_trials_gz_sim.so").touch()
    first, second = gz_sim.find_gz_sim(), gz_sim.find_gz_sim()
    assert first.server[:2] == ("gz", "sim")
    assert first.environment["GZ_SIM_SYSTEM_PLUGIN_PATH"] == str(tmp_path)
    assert first.environment["GZ_PARTITION"] != second.environment["GZ_PARTITION"]  # two runs do not hear each other


def test_inertia_no_body_has_is_split_and_keeps_its_sum() -> None:
    root = ElementTree.fromstring(
        '<sdf><world name="trial"><link><inertial><inertia><ixx>0.02</ixx><ixy>0.001</ixy><ixz>0</ixz>'
        "<iyy>0.003</iyy><iyz>0.0002</iyz><izz>0.004</izz></inertia></inertial></link></world></sdf>"
    )
    before = read_matrix(root, "inertia/i", "xyz")
    gz_sim.split_inertias(root)
    body, added = read_matrix(root, "inertia/i", "xyz"), read_matrix(root, "fluid_added_mass/", "pqr")
    np.testing.assert_allclose(body + added, before, atol=1e-15)
    moments = np.linalg.eigvalsh(body)
    assert moments[0] > 0.0 and moments[1] <= moments[2] < moments[0] + moments[1]
    np.testing.assert_allclose(np.linalg.eigvalsh(added)[:2], 0.0, atol=1e-12)  # about one axis only


@pytest.mark.parametrize("least", [0.02, 0.0001])
def test_inertia_of_a_body_is_left_alone(least: float) -> None:
    root = ElementTree.fromstring(
        "<sdf><link><inertial><inertia><ixx>0.02</ixx><ixy>0</ixy><ixz>0</ixz>"
        f"<iyy>0.02</iyy><iyz>0</iyz><izz>{least}</izz></inertia></inertial></link></sdf>"
    )
    gz_sim.split_inertias(root)
    assert root.find(".//fluid_added_mass") is None
    assert root.findtext(".//ixx") == "0.02"


def read_matrix(root: ElementTree.Element, prefix: str, letters: str) -> np.ndarray:
    inertial = root.find(".//inertial")
    assert inertial is not None
    matrix = np.zeros((3, 3))
    for row, column in zip(*np.triu_indices(3), strict=True):
        value = float(inertial.findtext(f"{prefix}{letters[row]}{letters[column]}", "nan"))
        matrix[row, column] = matrix[column, row] = value
    return matrix
