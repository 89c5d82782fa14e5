"""Build the robot and the controller that a trial names: the same parts for both hosts of a trial."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from robot_trials.config import FleetMember, TrialSetup, load_parameters
from robot_trials.robots import SimOptions, load_profile, open_robot, open_robots
from robot_trials.robots.interface import Robot
from robot_trials.robots.place import Berth, Place
from robot_trials.robots.profile import RobotProfile
from robot_trials.safety.shared_load import LoadLimits
from robot_trials.safety.stop_guard import StopGuard
from robot_trials.safety.stop_limits import StopLimits, make_stop_limits
from robot_trials_control.config import ControllerConfig
from robot_trials_control.controller import WholeBodyWalkingController


@dataclass
class Assembly:
    """Robot and controller, ready for a control loop.

    Attributes:
        urdf_text: the robot description both were made from.
    """

    robot: Robot
    controller: Any
    profile: RobotProfile
    urdf_text: str

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Actuated joints in the order of every joint array."""
        return self.robot.joint_names

    def close(self) -> None:
        """Release the robot; idempotent."""
        self.robot.close()


def make_stop_guard(
    profile: RobotProfile,
    setup: TrialSetup,
    clock: Callable[[], int] | None = None,
    limits: StopLimits | None = None,
) -> StopGuard:
    """The stop ladder for a robot, whoever drives it.

    Args:
        profile: the robot.
        setup: its trial: the permit caps its speed, the announced load tells when it alone carries it.
        clock: CLOCK_MONOTONIC [ns] where it paces the loop; None in lockstep, where control ticks count.
        limits: of triggers and rungs; those of the robot's manner when None.
    """
    period_ns = round(profile.drive.period * 1e9)
    return StopGuard(
        len(profile.joint_names),
        period_ns,
        limits or make_stop_limits(profile),
        profile.torque_limit_array(profile.torque_limits.use.payload_headroom),
        clock,
        speed_cap=setup.permit.caps.speed,
        load=LoadLimits(mass=load.mass) if (load := setup.demands.load) else None,
    )


def assemble(setup: TrialSetup) -> Assembly:
    """Open the simulated robot of a trial and build the controller for it.

    Raises:
        ConfigError: profile or controller parameters are wrong, or there is no such simulator.
        RobotFault: the robot or its simulator does not start.
    """
    profile = load_profile(setup.robot_file)
    robot = open_robot(profile, setup.site, choose_options(setup))
    try:
        return _add_controller(setup, profile, robot)
    except BaseException:
        robot.close()
        raise


def assemble_fleet(members: Sequence[FleetMember]) -> list[Assembly]:
    """Open one world with the robots of several trials and build a controller for each.

    Raises:
        ConfigError: a profile or controller parameters are wrong, or a trial wants a simulator of one robot.
        RobotFault: the simulator does not start.
    """
    profiles = [load_profile(member.setup.robot_file) for member in members]
    berths = [
        Berth(member.name, profile, member.setup.site, choose_options(member.setup), Place(*member.pose))
        for member, profile in zip(members, profiles, strict=True)
    ]
    robots = open_robots(berths)
    try:
        return [
            _add_controller(member.setup, profile, robot)
            for member, profile, robot in zip(members, profiles, robots, strict=True)
        ]
    except BaseException:
        for robot in robots:
            robot.close()
        raise


def choose_options(setup: TrialSetup) -> SimOptions:
    """How the simulated robot of a trial is opened, with the things and people of its kind."""
    return SimOptions(
        seed=setup.seed,
        simulator=setup.simulator,
        gui=setup.gui,
        camera=setup.camera,
        torque_limits=setup.trial.torque_limits,
        props=setup.kind.make_props(setup),
        friction=setup.trial.world.friction,
        floor_unevenness=setup.trial.world.unevenness,
    )


def _add_controller(setup: TrialSetup, profile: RobotProfile, robot: Robot) -> Assembly:
    config = load_parameters(setup.controller_file, ControllerConfig)
    parameters = profile.to_parameters(torque_limits=setup.trial.torque_limits)
    controller = WholeBodyWalkingController(parameters, config, control_period=robot.control_period_ns * 1e-9)
    return Assembly(robot, controller, profile, profile.urdf_path.read_text(encoding="utf-8"))
