"""Compile, once and in one process, what every process of the graph imports, and what a tick runs."""

from __future__ import annotations

import importlib

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


def compile_control_loop() -> None:
    """Have Numba compile and cache what a tick of control, of the simulated robot and of a trial runs."""
    from robot_trials.config import load_trial_setup
    from robot_trials.exceptions import RobotFault
    from robot_trials.runtime.assembly import assemble
    from robot_trials.runtime.loop import ControlLoop
    from robot_trials.trials.trial import Trial
    from robot_trials_control.records import make_motion_command
    from robot_trials_control.warm_up import warm_up

    setup = load_trial_setup("torch_relay", camera="rendered")
    try:
        assembly = assemble(setup)
    except RobotFault:  # this machine cannot render: who asks for that is told then
        assembly = assemble(load_trial_setup("torch_relay", camera="model"))
    try:
        warm_up(assembly.controller)
        sample = ControlLoop(assembly.robot, assembly.controller).run_ticks(10, make_motion_command())
        Trial(setup, assembly.profile).tick(sample, [], int(sample.state.time_ns))
    finally:
        assembly.close()


if __name__ == "__main__":
    for module in MODULES:
        importlib.import_module(module)
    compile_control_loop()
