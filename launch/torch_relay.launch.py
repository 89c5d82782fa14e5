"""Torch relay on the ROS graph: simulated robot, control, perception, trial, safety and recorder.

    ros2 launch robot_trials torch_relay.launch.py sim:=mujoco headless:=true
    ros2 launch robot_trials torch_relay.launch.py --show-args

Ctrl-C reaches every process. The trial aborts and the robot comes to stand, then the control process ends, then the
recorder closes the bag; the timeouts below leave time for that.
"""

import json
import os
import time
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_prefix, get_package_share_directory
from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    ExecuteProcess,
    OpaqueFunction,
    RegisterEventHandler,
    SetEnvironmentVariable,
    SetLaunchConfiguration,
    Shutdown,
)
from launch.event_handlers import OnProcessStart
from launch.events import matches_action
from launch_ros.actions import LifecycleNode, Node
from launch_ros.event_handlers import OnStateTransition
from launch_ros.events.lifecycle import ChangeState
from lifecycle_msgs.msg import Transition

SAFE_END_S = "40"
"""Time from Ctrl-C until the robot stands, the bag is closed and the report is written, before launch insists."""
ARGUMENTS = {
    "trial": ("torch_relay", "trial to run: name of a file in config/trials, or a path", None),
    "robot": ("", "robot profile instead of the trial's: name of a file in config/robots, or a path", None),
    "site": ("", "site instead of the trial's: name of a file in config/sites, or a path", None),
    "length": ("", "length of the lane instead of the site's [m]", None),
    "seed": ("0", "draws floor, torch, grips and sensor noise of the simulation", None),
    "sim": ("mujoco", "simulator behind the robot", ["mujoco", "gazebo", "gz-sim"]),
    "gui": ("false", "true opens the window of a simulator that has one (sim:=gazebo)", ["true", "false"]),
    "headless": ("true", "false also opens RViz with the relay layout (needs rviz2)", ["true", "false"]),
    "camera": ("rendered", "fiducials from rendered frames, or from a model of that sensor", ["rendered", "model"]),
    "real_time_factor": ("0.0", "0: the world waits for every trial tick; above 0 up to 1: paced by the clock", None),
    "output": ("", "folder for bag, verdict and report; empty: a new one under ./output", None),
    "start": ("true", "send the goal run_trial at once and end with its verdict", ["true", "false"]),
}


def generate_launch_description() -> LaunchDescription:
    """Arguments first; everything else depends on their values."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text, choices=choices)
        for name, (default, text, choices) in ARGUMENTS.items()
    ]
    environment = [
        SetEnvironmentVariable(name, os.environ.get(name, value))
        for name, value in (
            ("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST"),
            ("OMP_NUM_THREADS", "1"),
            ("OPENBLAS_NUM_THREADS", "1"),
        )
    ]
    patience = [SetLaunchConfiguration(name, SAFE_END_S) for name in ("sigterm_timeout", "sigkill_timeout")]
    return LaunchDescription([*declared, *environment, *patience, OpaqueFunction(function=describe_graph)])


def describe_graph(context) -> list:
    """Check the configuration, then every process of the graph with its parameters."""
    values = {name: context.launch_configurations[name] for name in ARGUMENTS}
    arguments = load_arguments(values)
    channel = f"launch_{os.getpid()}"
    common = {"use_sim_time": True, "channel": channel, "setup": json.dumps(arguments)}
    executable = Path(get_package_prefix("robot_trials")) / "lib" / "robot_trials" / "control_process"
    options = {"setup": json.dumps(arguments), "channel": channel, "real-time-factor": values["real_time_factor"]}
    control = ExecuteProcess(
        cmd=[str(executable), *(part for name, value in options.items() for part in (f"--{name}", value))],
        name="control_process",
        output="screen",
        on_exit=end_launch("control process ended"),
    )
    face = LifecycleNode(
        package="robot_trials",
        executable="control_node",
        name="control_node",
        namespace="",
        output="screen",
        parameters=[common, {"autostart": False}],
    )
    actions = [control, *start_lifecycle(face), *describe_nodes(common), *describe_viewers(values)]
    if values["start"] == "true":
        actions.append(describe_client(common))
    return actions


def load_arguments(values: dict) -> dict:
    """Arguments that load the same trial in every process.

    Raises:
        RuntimeError: with every problem of the configuration.
    """
    from robot_trials.config import load_trial_setup
    from robot_trials.exceptions import ConfigError

    output = Path(values["output"] or Path("output") / time.strftime("launch_%Y%m%dT%H%M%S"))
    try:
        setup = load_trial_setup(
            values["trial"],
            robot=values["robot"] or None,
            site=values["site"] or None,
            seed=int(values["seed"]),
            length=float(values["length"]) if values["length"] else None,
            camera=values["camera"],
            simulator=values["sim"],
            gui=values["gui"] == "true",
            output=output.resolve(),
        )
    except ConfigError as error:
        raise RuntimeError(f"configuration:\n{error}") from error
    return setup.arguments


def start_lifecycle(node: LifecycleNode) -> list:
    """Start the node, configure it once its process runs, activate it once it is configured."""

    def change(transition: int) -> EmitEvent:
        return EmitEvent(event=ChangeState(lifecycle_node_matcher=matches_action(node), transition_id=transition))

    configure = OnProcessStart(target_action=node, on_start=[change(Transition.TRANSITION_CONFIGURE)])
    activate = OnStateTransition(
        target_lifecycle_node=node,
        start_state="configuring",
        goal_state="inactive",
        entities=[change(Transition.TRANSITION_ACTIVATE)],
    )
    return [RegisterEventHandler(activate), RegisterEventHandler(configure), node]


def describe_nodes(common: dict) -> list:
    """Every node without a lifecycle of its own."""
    own = {"recorder_node": {"report": True}}
    return [
        Node(
            package="robot_trials",
            executable=name,
            name=name,
            output="screen",
            parameters=[common, own.get(name, {})],
            on_exit=end_launch(f"{name} ended"),
        )
        for name in ("perception_node", "trial_node", "safety_node", "recorder_node")
    ]


def describe_client(common: dict) -> Node:
    """Sends the goal; its end is the end of the launch."""
    return Node(
        package="robot_trials",
        executable="trial_client",
        name="trial_client",
        output="screen",
        parameters=[common],
        on_exit=end_launch("trial ended"),
    )


def end_launch(reason: str) -> list:
    """What the end of a process means: the end of all, unless that is under way."""
    return [OpaqueFunction(function=lambda context: [] if context.is_shutdown else [Shutdown(reason=reason)])]


def describe_viewers(values: dict) -> list:
    """Link frames for viewers where robot_state_publisher is installed, and RViz where it is wanted."""
    viewers = []
    if has_package("robot_state_publisher"):
        from robot_trials.config import find_config
        from robot_trials.robots import load_profile

        profile = load_profile(find_config("robots", values["robot"] or "kuavo"))
        text = profile.urdf_path.read_text(encoding="utf-8")
        parameters = [{"robot_description": text, "use_sim_time": True}]
        viewers.append(Node(package="robot_state_publisher", executable="robot_state_publisher", parameters=parameters))
    if values["headless"] == "false":
        layout = Path(get_package_share_directory("robot_trials")) / "config" / "rviz" / "relay.rviz"
        viewers.append(Node(package="rviz2", executable="rviz2", arguments=["-d", str(layout)]))
    return viewers


def has_package(name: str) -> bool:
    """Whether a ROS package is installed."""
    try:
        get_package_prefix(name)
    except PackageNotFoundError:
        return False
    return True
