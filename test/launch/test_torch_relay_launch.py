"""The launch file parses and describes its arguments. Skipped where ROS's `launch` is not installed (not on PyPI)."""

import importlib.util
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[2] / "launch" / "torch_relay.launch.py"


def _has_launch():
    """From the checkout's root the folder `launch/` shadows the module as an empty namespace: look inside."""
    try:
        from launch import LaunchDescription  # noqa: F401
        from launch_ros.actions import LifecycleNode  # noqa: F401
    except ImportError:
        return False
    return True


needs_launch = pytest.mark.skipif(not _has_launch(), reason="ROS's launch and launch_ros are not installed")


def _load():
    specification = importlib.util.spec_from_file_location("torch_relay_launch", FILE)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_file_compiles_even_without_launch():
    compile(FILE.read_text(), str(FILE), "exec")


@needs_launch
def test_every_argument_has_a_description_and_a_default():
    description = _load().generate_launch_description()
    arguments = {argument.name: argument for argument in description.get_launch_arguments()}
    wanted = {"robot", "site", "trial", "seed", "real_time_factor", "output", "sim", "headless"}
    assert wanted <= set(arguments)
    for argument in arguments.values():
        assert argument.description and argument.default_value is not None, argument.name
    assert arguments["headless"].choices == ["true", "false"]


@needs_launch
def test_configuration_is_checked_before_anything_starts(tmp_path):
    module = _load()
    values = {name: default for name, (default, _, _) in module.ARGUMENTS.items()} | {"output": str(tmp_path)}
    arguments = module.load_arguments(values)
    assert Path(arguments["name"]).name == "torch_relay.yaml"
    assert arguments["output"] == str(tmp_path)
    with pytest.raises(RuntimeError, match="torch_rellay"):
        module.load_arguments(values | {"trial": "torch_rellay"})
    assert module.load_arguments(values | {"sim": "gazebo"})["simulator"] == "gazebo"
    with pytest.raises(RuntimeError, match="simulator: gazzebo: no such simulator.*gazebo"):
        module.load_arguments(values | {"sim": "gazzebo"})


@needs_launch
def test_time_to_end_safely_is_given_to_every_process():
    from launch import LaunchContext
    from launch.actions import SetLaunchConfiguration

    module = _load()
    context = LaunchContext()
    for entity in module.generate_launch_description().entities:
        if isinstance(entity, SetLaunchConfiguration):
            entity.execute(context)
    assert float(context.launch_configurations["sigterm_timeout"]) >= 30
    assert float(context.launch_configurations["sigkill_timeout"]) >= 30
