"""Several trials on the ROS graph: one simulated world, one clock, and each robot's nodes in its namespace.

    ros2 launch robot_trials fleet.launch.py fleet:=three_kuavos
    ros2 launch robot_trials fleet.launch.py fleet:=my_fleet.yaml start:=false

With `start:=true` the goals are sent at once, and the launch ends when every trial has, with exit code 1 if one did not
pass. Ctrl-C reaches every process: trials abort, robots come to stand, bags are closed.
"""

import json
import os
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

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
SAFE_END_S = 240.0
"""Time from Ctrl-C until all robots stand, bags are closed and reports are written, before launch insists."""
ARGUMENTS = {
    "fleet": ("three_kuavos", "fleet to run: name of a file in config/fleets, or a path", None),
    "seed": ("0", "added to the seed of every robot", None),
    "length": ("", "length of every lane instead of the fleet's and the courses' [m]", None),
    "camera": ("", "where fiducials come from, instead of the fleet's choice", ["", "rendered", "model"]),
    "real_time_factor": ("0.0", "0: the world waits for every trial tick; above 0 up to 1: paced by the clock", None),
    "output": ("", "folder with one for each robot; empty: a new one under ./output", None),
    "start": ("true", "send all goals, each after its delay, and end with the last verdict", ["true", "false"]),
}


def generate_launch_description() -> LaunchDescription:
    """Arguments first; everything else depends on their values."""
    return LaunchDescription(
        [
            *shared.declare_arguments(ARGUMENTS),
            *shared.set_environment(),
            *shared.set_patience(SAFE_END_S),
            OpaqueFunction(function=describe_fleet),
        ]
    )


def describe_fleet(context) -> list:
    """Check the configuration, then every process of the graph with its parameters."""
    values = {name: context.launch_configurations[name] for name in ARGUMENTS}
    return describe_members(load_members(values), values["real_time_factor"], start=values["start"] == "true")


def describe_members(members, real_time_factor: str, start: bool) -> list:
    """The control process with its world, the clock, and each robot's nodes; with `start`, a client for each."""
    channels = {member.name: f"launch_{os.getpid()}_{member.name}" for member in members}
    hosted = [member.to_json() | {"channel": channels[member.name]} for member in members]
    ends = shared.Ends({member.name: member.setup.output for member in members}, clients=start)
    clock = Node(
        package="robot_trials",
        executable="clock_node",
        name="clock_node",
        output="screen",
        parameters=[{"channels": list(channels.values())}],
        respawn=True,  # it keeps nothing, and all robots need it
        respawn_delay=1.0,
    )
    control = shared.describe_control({"fleet": json.dumps(hosted), "real-time-factor": real_time_factor}, ends)
    actions = [control, ends.watch(clock)]
    for member in members:
        setup = json.dumps(member.setup.arguments)
        common = {"use_sim_time": True, "channel": channels[member.name], "setup": setup}
        actions += shared.describe_robot(common, ends, member.name, alone=False)
        if start:
            own = {"start_delay": member.start_delay, "server_timeout": 90.0 * len(members)}
            actions.append(shared.describe_client(common | own, ends, member.name))
    return [*actions, ends.tell_all()]


def load_members(values: dict) -> tuple:
    """The robots of the fleet.

    Raises:
        RuntimeError: with every problem of the configuration.
    """
    from robot_trials.config import load_fleet
    from robot_trials.exceptions import ConfigError

    output = Path(values["output"] or Path("output") / time.strftime("fleet_%Y%m%dT%H%M%S"))
    try:
        fleet = load_fleet(
            values["fleet"],
            seed=int(values["seed"]),
            length=float(values["length"]) if values["length"] else None,
            camera=values["camera"] or None,
            output=output,
        )
    except ConfigError as error:
        raise RuntimeError(f"configuration:\n{error}") from error
    return fleet.members
