"""What the launch files share: one robot's nodes in its namespace, the control process, what their ends mean.

Launch files load it from beside themselves, by path: from a checkout the folder `launch/` hides ROS's own module.
"""

import json
import os
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_prefix
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

ENVIRONMENT = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Defaults: discovery stays on this machine, BLAS on one thread."""
NODES = ("stop_node", "perception_node", "trial_node", "safety_node", "recorder_node")
"""Nodes without a lifecycle of their own."""


def declare_arguments(arguments: dict) -> list:
    """Launch arguments from name → (default, description, choices)."""
    return [
        DeclareLaunchArgument(name, default_value=default, description=text, choices=choices)
        for name, (default, text, choices) in arguments.items()
    ]


def set_environment() -> list:
    """Defaults of the environment; what is set already stays."""
    return [SetEnvironmentVariable(name, os.environ.get(name, value)) for name, value in ENVIRONMENT.items()]


def set_patience(seconds: float) -> list:
    """Time from Ctrl-C until robots stand, bags are closed and reports are written, before launch insists [s]."""
    return [SetLaunchConfiguration(name, f"{seconds:g}") for name in ("sigterm_timeout", "sigkill_timeout")]


def describe_control(options: dict) -> ExecuteProcess:
    """The control process with its command-line options; its end is the end of the launch."""
    executable = Path(get_package_prefix("robot_trials")) / "lib" / "robot_trials" / "control_process"
    parts = [part for name, value in options.items() for part in (f"--{name}", value)]
    return ExecuteProcess(
        cmd=[str(executable), *parts],
        name="control_process",
        output="screen",
        on_exit=end_launch("control process ended"),
    )


def describe_robot(common: dict, namespace: str = "", alone: bool = True) -> list:
    """Every node of one robot.

    Args:
        common: parameters of all of them.
        namespace: of the robot; empty for one that is alone.
        alone: whether the end of a node ends the launch; beside others it ends that robot's trial only.
    """
    face = LifecycleNode(
        package="robot_trials",
        executable="control_node",
        name="control_node",
        namespace=namespace,
        output="screen",
        parameters=[common, {"autostart": False, "publish_clock": alone}],
    )
    own = {"recorder_node": {"report": True}}
    others = [
        Node(
            package="robot_trials",
            executable=name,
            name=name,
            namespace=namespace,
            output="screen",
            parameters=[common, own.get(name, {})],
            on_exit=end_launch(f"{name} ended") if alone else None,
        )
        for name in NODES
    ]
    return [*start_lifecycle(face), *others, *describe_link_frames(common, namespace)]


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


def describe_link_frames(common: dict, namespace: str) -> list:
    """Link frames for viewers, where robot_state_publisher is installed; in a namespace it has a tree of its own."""
    if not has_package("robot_state_publisher"):
        return []
    from robot_trials.config import load_trial_setup
    from robot_trials.robots import load_profile

    profile = load_profile(load_trial_setup(**json.loads(common["setup"])).robot_file)
    text = profile.urdf_path.read_text(encoding="utf-8")
    return [
        Node(
            package="robot_state_publisher",
            executable="robot_state_publisher",
            namespace=namespace,
            parameters=[{"robot_description": text, "use_sim_time": True}],
            remappings=[("/tf", "tf"), ("/tf_static", "tf_static")],
        )
    ]


def describe_client(common: dict, namespace: str = "", on_exit: list | None = None) -> Node:
    """Sends the goal of one robot."""
    return Node(
        package="robot_trials",
        executable="trial_client",
        name="trial_client",
        namespace=namespace,
        output="screen",
        parameters=[common],
        on_exit=on_exit,
    )


def end_launch(reason: str) -> list:
    """What the end of a process means: the end of all, unless that is under way."""
    return [OpaqueFunction(function=lambda context: [] if context.is_shutdown else [Shutdown(reason=reason)])]


def has_package(name: str) -> bool:
    """Whether a ROS package is installed."""
    try:
        get_package_prefix(name)
    except PackageNotFoundError:
        return False
    return True
