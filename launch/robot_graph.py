"""What the launch files share: one robot's nodes in its namespace, the control process, what their ends mean.

Launch files load it from beside themselves, by path: from a checkout the folder `launch/` hides ROS's own module.
"""

import json
import os
import shutil
import signal
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
    TimerAction,
)
from launch.event_handlers import OnProcessStart, OnShutdown
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
    """Defaults of the environment; what is set already stays. The processes learn who started them, and end with it."""
    from robot_trials.runtime.ending import HOST_VARIABLE, describe_host

    defaults = [SetEnvironmentVariable(name, os.environ.get(name, value)) for name, value in ENVIRONMENT.items()]
    return [*defaults, SetEnvironmentVariable(HOST_VARIABLE, describe_host())]


def set_patience(seconds: float) -> list:
    """Time from Ctrl-C until robots are safe, bags are closed and reports are written, before launch insists [s]."""
    return [SetLaunchConfiguration(name, f"{seconds:g}") for name in ("sigterm_timeout", "sigkill_timeout")]


class Ends:
    """What the ends of processes mean: a death is written down and reacted to, and the launch fails with its words.

    A robot reacts itself to what dies: it stands or squats, its trial aborts. The launch waits for that, for a bounded
    time, then ends everything. An error that a handler raises is how a launch ends with an exit code other than 0.

    Args:
        outputs: output folder of each robot by namespace.
        clients: whether clients send the goals, and their results are waited for.
    """

    def __init__(self, outputs: dict, clients: bool) -> None:
        self._outputs, self._clients = outputs, clients
        self._running = set(outputs)
        self._words, self._actions = [], []

    def watch(self, action: ExecuteProcess) -> ExecuteProcess:
        """Tell this process to end when the launch ends, also where no terminal does."""
        self._actions.append(action)
        return action

    def tell_all(self) -> RegisterEventHandler:
        """At the end every process is told to end; a second time does no harm."""
        return RegisterEventHandler(OnShutdown(on_shutdown=[OpaqueFunction(function=self._signal_all)]))

    def of_control(self):
        """The end of the control process is the end of all, once the trial nodes have concluded."""
        return lambda event, context: self._judge("control_process", list(self._outputs), event.returncode, context)

    def of_node(self, name: str, namespace: str):
        """The end of a node is for its robot to react to."""
        return lambda event, context: self._judge(name, [namespace], event.returncode, context)

    def of_client(self, namespace: str):
        """The end of the last trial is the end of all."""
        return lambda event, context: self._count(namespace, event.returncode, context)

    def _judge(self, name: str, namespaces: list, code: int, context) -> list:
        from robot_trials.runtime.processes.exits import describe_exit, note_exit
        from robot_trials.trials.hosts.graph_deaths import OTHERS_REACTION_S, REACTION_S

        if context.is_shutdown:
            if name == "control_process" and code != 0:
                raise RuntimeError(describe_exit(name, code))
            return []
        for namespace in namespaces:
            note_exit(self._outputs[namespace], name, code)
        self._words.append(describe_exit(name, code))
        if namespaces != list(self._outputs):
            return []  # the other robots go on
        patience = REACTION_S.get(name, OTHERS_REACTION_S) if self._clients else REACTION_S["control_process"]
        return [TimerAction(period=patience, actions=[OpaqueFunction(function=self._fail)])]

    def _count(self, namespace: str, code: int, context) -> list:
        from robot_trials.runtime.processes.exits import describe_exit, note_exit

        self._running.discard(namespace)
        if code < 0:
            note_exit(self._outputs[namespace], "trial_client", code)
        if code != 0:
            words = f"the trial{f' of {namespace}' if namespace else ''} did not pass"
            self._words.append(words if code > 0 else describe_exit("trial_client", code))
        if context.is_shutdown or (not self._running and self._words):
            return self._fail(context)
        return [] if self._running else [Shutdown(reason="trial ended")]

    def _fail(self, context) -> list:
        if self._words:
            raise RuntimeError("; ".join(self._words))
        return []

    def _signal_all(self, context) -> None:
        for action in self._actions:
            details = action.process_details
            if details is not None and "pid" in details and action.return_code is None:
                os.kill(details["pid"], signal.SIGINT)


def describe_control(options: dict, ends: Ends) -> ExecuteProcess:
    """The control process with its command-line options."""
    executable = Path(get_package_prefix("robot_trials")) / "lib" / "robot_trials" / "control_process"
    parts = [part for name, value in options.items() for part in (f"--{name}", value)]
    control = ExecuteProcess(
        cmd=[str(executable), *parts], name="control_process", output="screen", on_exit=ends.of_control()
    )
    return ends.watch(control)


def describe_robot(common: dict, ends: Ends, namespace: str = "", alone: bool = True) -> list:
    """Every node of one robot.

    Args:
        common: parameters of all of them.
        ends: what their ends mean.
        namespace: of the robot; empty for one that is alone.
        alone: whether its control_node tells the time.
    """
    face = LifecycleNode(
        package="robot_trials",
        executable="control_node",
        name="control_node",
        namespace=namespace,
        output="screen",
        parameters=[common, {"autostart": False, "publish_clock": alone}],
        on_exit=ends.of_node("control_node", namespace),
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
            on_exit=ends.of_node(name, namespace),
        )
        for name in NODES
    ]
    for node in (face, *others):
        ends.watch(node)
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
            prefix=find_leash(),
            remappings=[("/tf", "tf"), ("/tf_static", "tf_static")],
        )
    ]


def describe_client(common: dict, ends: Ends, namespace: str = "") -> Node:
    """Sends the goal of one robot."""
    client = Node(
        package="robot_trials",
        executable="trial_client",
        name="trial_client",
        namespace=namespace,
        output="screen",
        parameters=[common],
        on_exit=ends.of_client(namespace),
    )
    return ends.watch(client)


def find_leash() -> str | None:
    """Prefix for programs of others, which do not look after their host: they end when the launch is killed."""
    return "setpriv --pdeathsig TERM" if shutil.which("setpriv") else None


def has_package(name: str) -> bool:
    """Whether a ROS package is installed."""
    try:
        get_package_prefix(name)
    except PackageNotFoundError:
        return False
    return True
