"""The fleet's launch file parses, checks its fleet, and gives every robot its namespace. Needs ROS's `launch`."""

import importlib.util
import json
import os
from pathlib import Path

import pytest
from test_torch_relay_launch import needs_launch

FOLDER = Path(__file__).resolve().parents[2] / "launch"


def _load():
    specification = importlib.util.spec_from_file_location("fleet_launch", FOLDER / "fleet.launch.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["fleet.launch.py", "robot_graph.py"])
def test_files_compile_even_without_launch(name):
    compile((FOLDER / name).read_text(), name, "exec")


@needs_launch
def test_fleet_is_checked_before_anything_starts(tmp_path):
    module = _load()
    values = {name: default for name, (default, _, _) in module.ARGUMENTS.items()} | {"output": str(tmp_path)}
    members = module.load_members(values | {"length": "7", "seed": "40"})
    assert [member.name for member in members] == ["kuavo_1", "kuavo_2", "kuavo_3"]
    assert [member.setup.seed for member in members] == [41, 42, 43]
    assert members[1].setup.output == tmp_path / "kuavo_2" and members[2].setup.site.lane.length == 7.0
    with pytest.raises(RuntimeError, match="three_kuavoz"):
        module.load_members(values | {"fleet": "three_kuavoz"})


@needs_launch
def test_every_robot_has_its_namespace_and_nobody_else_tells_the_time(tmp_path, monkeypatch):
    from launch import LaunchContext
    from launch.actions import ExecuteProcess
    from launch_ros.actions import LifecycleNode, Node

    module = _load()
    monkeypatch.setattr(module.shared, "get_package_prefix", lambda name: _find_prefix(name, tmp_path))
    context = LaunchContext()
    for name, (default, _, _) in module.ARGUMENTS.items():
        context.launch_configurations[name] = default
    context.launch_configurations["output"] = str(tmp_path)
    actions = module.describe_fleet(context)
    nodes = [action for action in actions if isinstance(action, Node)]
    spaces = [str(node._Node__node_namespace or "") for node in nodes]
    assert {space: spaces.count(space) for space in spaces} == {"": 1, "kuavo_1": 7, "kuavo_2": 7, "kuavo_3": 7}
    assert sum(isinstance(node, LifecycleNode) for node in nodes) == 3
    (control,) = (one for one in actions if isinstance(one, ExecuteProcess) and not isinstance(one, Node))
    words = ["".join(part.text for part in word) for word in control.cmd]
    hosted = json.loads(words[words.index("--fleet") + 1])
    assert [one["channel"] for one in hosted] == [f"launch_{os.getpid()}_kuavo_{index}" for index in (1, 2, 3)]
    assert [one["pose"] for one in hosted] == [[0.0, 0.0, 0.0], [0.0, -6.0, 0.0], [0.0, 6.0, 0.0]]


def _find_prefix(name, folder):
    from ament_index_python.packages import PackageNotFoundError

    if name != "robot_trials":
        raise PackageNotFoundError(name)
    return str(folder)
