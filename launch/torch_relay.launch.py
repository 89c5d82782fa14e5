"""Torch relay on the ROS graph: simulated robot, control, perception, trial, safety and recorder.

    ros2 launch robot_trials torch_relay.launch.py sim:=mujoco headless:=true
    ros2 launch robot_trials torch_relay.launch.py --show-args

Ctrl-C reaches every process. The trial aborts and the robot comes to stand, then the control process ends, then the
recorder closes the bag; the timeouts below leave time for that. They end in the same way when the launch is killed.
Exit code 1: the trial did not pass, or a process died.
"""

import json
import os
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import OpaqueFunction
from launch_ros.actions import Node


def load_shared():
    """The module beside this file, by its path: a launch file belongs to no package."""
    specification = spec_from_file_location("robot_graph", Path(__file__).resolve().parent / "robot_graph.py")
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


shared = load_shared()
SAFE_END_S = 120.0
"""Time from Ctrl-C until the robot is safe, the bag is closed and the report is written, before launch insists."""
ARGUMENTS = {
    "trial": ("torch_relay", "trial to run: name of a file in config/trials, or a path", None),
    "robot": ("", "robot profile instead of the trial's: name of a file in config/robots, or a path", None),
    "site": ("", "site instead of the trial's: name of a file in config/sites, or a path", None),
    "course": ("", "course instead of the zone's or the trial's: name of a file in config/courses, or a path", None),
    "zone": ("", "zone of the site, in which the course lies", None),
    "length": ("", "length of the lane instead of the course's [m]", None),
    "seed": ("0", "draws floor, torch, grips and sensor noise of the simulation", None),
    "sim": ("", "simulator instead of the usual one: see `robot-trials simulators`", None),
    "gui": ("false", "true opens the window of a simulator that has one", ["true", "false"]),
    "headless": ("true", "false also opens RViz with the relay layout (needs rviz2)", ["true", "false"]),
    "camera": ("rendered", "fiducials from rendered frames, or from a model of that sensor", ["rendered", "model"]),
    "real_time_factor": ("0.0", "0: the world waits for every trial tick; above 0 up to 1: paced by the clock", None),
    "output": ("", "folder for bag, verdict and report; empty: a new one under ./output", None),
    "start": ("true", "send the goal run_trial at once and end with its verdict", ["true", "false"]),
}


def generate_launch_description() -> LaunchDescription:
    """Arguments first; everything else depends on their values."""
    return LaunchDescription(
        [
            *shared.declare_arguments(ARGUMENTS),
            *shared.set_environment(),
            *shared.set_patience(SAFE_END_S),
            OpaqueFunction(function=describe_graph),
        ]
    )


def describe_graph(context) -> list:
    """Check the configuration, then every process of the graph with its parameters."""
    values = {name: context.launch_configurations[name] for name in ARGUMENTS}
    arguments = load_arguments(values)
    setup, start = json.dumps(arguments), values["start"] == "true"
    channel = f"launch_{os.getpid()}"
    common = {"use_sim_time": True, "channel": channel, "setup": setup}
    options = {"setup": setup, "channel": channel, "real-time-factor": values["real_time_factor"]}
    ends = shared.Ends({"": Path(arguments["output"])}, clients=start)
    actions = [shared.describe_control(options, ends), *shared.describe_robot(common, ends), *describe_viewer(values)]
    if start:
        actions.append(shared.describe_client(common, ends))
    return [*actions, ends.tell_all()]


def load_arguments(values: dict) -> dict:
    """Arguments that load the same trial in every process.

    Raises:
        RuntimeError: with every problem of the configuration.
    """
    from robot_trials.config import load_trial_setup
    from robot_trials.config.setup import DEFAULT_SIMULATOR
    from robot_trials.exceptions import ConfigError
    from robot_trials.robots.simulators import find_simulator

    output = Path(values["output"] or Path("output") / time.strftime("launch_%Y%m%dT%H%M%S"))
    try:
        setup = load_trial_setup(
            values["trial"],
            robot=values["robot"] or None,
            site=values["site"] or None,
            course=values["course"] or None,
            zone=values["zone"] or None,
            seed=int(values["seed"]),
            length=float(values["length"]) if values["length"] else None,
            camera=values["camera"],
            simulator=find_simulator(values["sim"] or DEFAULT_SIMULATOR).name,
            gui=values["gui"] == "true",
            output=output.resolve(),
        )
    except ConfigError as error:
        raise RuntimeError(f"configuration:\n{error}") from error
    return setup.arguments


def describe_viewer(values: dict) -> list:
    """RViz where it is wanted."""
    if values["headless"] == "true":
        return []
    layout = Path(get_package_share_directory("robot_trials")) / "config" / "rviz" / "relay.rviz"
    return [Node(package="rviz2", executable="rviz2", arguments=["-d", str(layout)], prefix=shared.find_leash())]
