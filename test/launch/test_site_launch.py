"""The site's launch file parses, checks programme and fleet, and starts a coordinator beside them. Needs `launch`."""

import importlib.util
import shutil
from pathlib import Path

import pytest
from test_fleet_launch import _find_prefix
from test_torch_relay_launch import needs_launch

from robot_trials.config.files.search import FOLDER_VARIABLE

ROOT = Path(__file__).resolve().parents[2]


def load():
    specification = importlib.util.spec_from_file_location("site_launch", ROOT / "launch" / "site.launch.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_file_compiles_even_without_launch():
    compile((ROOT / "launch" / "site.launch.py").read_text(), "site.launch.py", "exec")


@needs_launch
def test_coordinator_stands_beside_a_graph_for_each_robot(tmp_path, monkeypatch):
    from launch import LaunchContext
    from launch_ros.actions import LifecycleNode, Node

    module = load()
    monkeypatch.setattr(module.shared, "get_package_prefix", lambda name: _find_prefix(name, tmp_path))
    context = LaunchContext()
    for name, (default, _, _) in module.ARGUMENTS.items():
        context.launch_configurations[name] = default
    context.launch_configurations["output"] = str(tmp_path)
    nodes = [action for action in module.describe_site(context) if isinstance(action, Node)]
    spaces = [str(node._Node__node_namespace or "") for node in nodes]
    assert {space: spaces.count(space) for space in spaces} == {"": 2, "kuavo_1": 6, "kuavo_2": 6, "kuavo_3": 6}
    assert sum(isinstance(node, LifecycleNode) for node in nodes) == 4


@needs_launch
def test_a_robot_that_the_programme_does_not_know_is_refused(tmp_path, monkeypatch):
    folder = Path(shutil.copytree(ROOT / "config", tmp_path / "config"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    file = folder / "fleets" / "shenzhen_demo.yaml"
    file.write_text(file.read_text().replace("name: kuavo_3", "name: kuavo_4"))
    with pytest.raises(RuntimeError, match=r"robots.yaml:\d+: robots: kuavo_4: must be there: the fleet has them"):
        load().check_robots("shenzhen_demo", ["kuavo_1", "kuavo_4"])
