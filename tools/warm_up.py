"""Compile once, before they are needed, what every process of the graph imports and what a tick runs.

Two processes share the work: what the controller and what the world compile has nothing in common.
"""

from __future__ import annotations

import importlib
from concurrent.futures import ProcessPoolExecutor

from robot_trials_control.records import Record

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
    "robot_trials.trials.hosts.ros",
)


def compile_controller() -> None:
    """Have Numba compile and cache what a tick of control runs."""
    from robot_trials.config import load_parameters, load_trial_setup
    from robot_trials.robots import load_profile
    from robot_trials_control.config import ControllerConfig
    from robot_trials_control.controller import WholeBodyWalkingController
    from robot_trials_control.warm_up import warm_up

    setup = load_trial_setup("torch_relay")
    profile = load_profile(setup.robot_file)
    config = load_parameters(setup.controller_file, ControllerConfig)
    warm_up(WholeBodyWalkingController(profile.to_parameters(), config, profile.drive.period))


def compile_world() -> None:
    """Have Python compile what all import, and Numba what a tick of the simulated robot and of a trial runs."""
    for module in MODULES:
        importlib.import_module(module)
    from robot_trials.config import load_trial_setup
    from robot_trials.exceptions import RobotFault
    from robot_trials.robots import SimOptions, load_profile, open_robot
    from robot_trials.runtime.control.loop import ControlLoop
    from robot_trials.trials.trial import Trial
    from robot_trials_control.records import make_motion_command

    setup = load_trial_setup("torch_relay")
    profile = load_profile(setup.robot_file)
    try:
        robot = open_robot(profile, setup.site, SimOptions(camera="rendered", props=setup.kind.make_props(setup)))
    except RobotFault:  # this machine cannot render: who asks for that is told then
        robot = open_robot(profile, setup.site, SimOptions(camera="model", props=setup.kind.make_props(setup)))
    try:
        sample = ControlLoop(robot, IdleController(profile.joint_names)).run_ticks(10, make_motion_command())
        Trial(setup, profile).tick(sample, [], int(sample.state.time_ns))
    finally:
        robot.close()


class IdleController:
    """Commands nothing and believes that it stands upright at the origin."""

    def __init__(self, joint_names: tuple[str, ...]) -> None:
        self.joint_names = joint_names

    def reset(self) -> None:
        """Nothing to forget."""

    def step(self, state: Record, motion: Record, command: Record, status: Record) -> None:
        """One control period."""
        status.base_orientation_xyzw[3] = status.foot_pose[:, 6] = status.hand_pose[:, 6] = 1.0


if __name__ == "__main__":
    with ProcessPoolExecutor() as pool:
        for job in [pool.submit(compile_controller), pool.submit(compile_world)]:
            job.result()
