"""Have Python compile, once and in one process, what every process of the graph imports when it starts."""

from __future__ import annotations

import importlib
import importlib.util
import runpy

MODULES = (
    "rclpy.action",
    "rclpy.experimental",
    "rclpy.lifecycle",
    "diagnostic_msgs.msg",
    "geometry_msgs.msg",
    "nav_msgs.msg",
    "rosgraph_msgs.msg",
    "sensor_msgs.msg",
    "std_msgs.msg",
    "std_srvs.srv",
    "robot_trials.cli.app",
    "robot_trials.cli.run",
    "robot_trials.perception.fiducials",
    "robot_trials.review",
    "robot_trials.robots.mujoco",
    "robot_trials.runtime.process",
    "robot_trials.telemetry.recorder",
    "robot_trials.trials.ros_host",
)
CONTROLLER = "robot_trials_control.warm_up"
"""Compiles the controller's fast functions into its `__pycache__`."""

if __name__ == "__main__":
    for module in MODULES:
        importlib.import_module(module)
    if importlib.util.find_spec(CONTROLLER) is not None:
        runpy.run_module(CONTROLLER, run_name="__main__")
