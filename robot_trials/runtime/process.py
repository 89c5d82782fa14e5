"""The control process: owns robots, controllers and control loops, and talks to everything else by shared memory.

It outlives SIGINT, SIGTERM, SIGHUP and the death of its host as long as a robot is not safe: each of them makes the
robots finish their step and stand, and the process ends when they do. Several robots share one simulated world; each
has a channel of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from robot_trials.clock import epoch_ns
from robot_trials.config import FleetMember, load_trial_setup, member_from_json
from robot_trials.exceptions import ConfigError, ConfigProblem, FaultError
from robot_trials.runtime.assembly import Assembly, assemble, assemble_fleet, make_stop_guard
from robot_trials.runtime.channel.info import ChannelInfo
from robot_trials.runtime.channel.shared_memory import SharedMemoryError
from robot_trials.runtime.channel.trial_link import LOCKSTEP_TIMEOUT_S
from robot_trials.runtime.control.control_process import (
    EXIT_FAULT,
    EXIT_NOT_SAFE,
    NOT_SAFE,
    TICKS_PER_EXCHANGE,
    ControlProcess,
    ProcessOptions,
)
from robot_trials.runtime.control.hosted_robot import HostedRobot
from robot_trials.runtime.control.realtime import enter_realtime
from robot_trials.runtime.ending import forgive_output, handle_ends, watch_host
from robot_trials.runtime.processes.same_files import hash_roles
from robot_trials_control.warm_up import warm_up

EXIT_CONFIG = 2


@dataclass(frozen=True)
class Hosting:
    """One robot to be hosted, and the name of its shared memory."""

    member: FleetMember
    channel: str


def describe_channel(hosting: Hosting, assembly: Assembly, options: ProcessOptions) -> ChannelInfo:
    """What attaching processes must know of this robot."""
    profile, setup = assembly.profile, hosting.member.setup
    return ChannelInfo(
        channel=hosting.channel,
        pid=os.getpid(),
        joint_names=tuple(assembly.joint_names),
        control_period_ns=assembly.robot.control_period_ns,
        ticks_per_exchange=TICKS_PER_EXCHANGE,
        start_time_ns=epoch_ns(setup.start_time),
        lockstep=options.lockstep,
        camera_size=(profile.camera.width, profile.camera.height) if setup.camera == "rendered" else None,
        frames=profile.frames.by_role,
        urdf_text=assembly.urdf_text,
        configuration_hash=setup.configuration_hash,
        configuration=hash_roles(setup),
    )


def run_control_process(hostings: Sequence[Hosting], options: ProcessOptions, shared: bool = False) -> int:
    """Assemble, run to the end, release the robots; returns the exit code.

    Args:
        hostings: one robot, or several in one world.
        options: how the process runs.
        shared: whether even one robot alone stands in a world for several.
    """
    wanted_end: list[Any] = []
    handle_ends(lambda *_: wanted_end.append(True))
    watch_host()
    members = [hosting.member for hosting in hostings]
    assemblies = assemble_fleet(members) if shared else [assemble(members[0].setup)]
    try:
        process = _make_process(hostings, assemblies, options)
        handle_ends(process.request_end)
        if wanted_end:
            process.request_end()
        code = process.run()
        if code == EXIT_NOT_SAFE:
            print(f"control process: {NOT_SAFE}", file=sys.stderr)
        return code
    finally:
        handle_ends(signal.SIG_IGN)  # a second Ctrl-C must not break into what is left to do
        for assembly in assemblies:
            assembly.close()


def _make_process(
    hostings: Sequence[Hosting], assemblies: Sequence[Assembly], options: ProcessOptions
) -> ControlProcess:
    """Compile what is to be compiled, then offer every channel."""
    for controller in {assembly.profile.name: assembly.controller for assembly in assemblies}.values():
        warm_up(controller)
    realtime = enter_realtime(scheduling=not options.lockstep)
    for problem in realtime.problems:
        print(f"control process: {problem}", file=sys.stderr)
    robots: list[HostedRobot] = []
    try:
        for hosting, assembly in zip(hostings, assemblies, strict=True):
            info = describe_channel(hosting, assembly, options)
            stops = make_stop_guard(assembly.profile, hosting.member.setup, options.clock)
            robot = HostedRobot(
                assembly.robot, assembly.controller, info, realtime, stops, quiet_timeout=options.quiet_timeout
            )
            robots.append(robot)
    except BaseException:
        for robot in robots:
            robot.close("another robot of this world did not start")
        raise
    return ControlProcess(robots, options)


def _read_hosting(data: dict[str, Any]) -> Hosting:
    missing = sorted({"name", "channel", "setup"} - data.keys())
    if missing:
        rule = f"must have {', '.join(missing)}"
        raise ConfigError([ConfigProblem(None, None, "--fleet", str(data.get("name", "")), rule)])
    return Hosting(member_from_json(data), str(data["channel"]))


def read_hostings(parsed: argparse.Namespace) -> list[Hosting]:
    """Robots to host, by `--fleet` or by `--setup` and `--channel`.

    Raises:
        ConfigError: their configuration is wrong.
    """
    if parsed.fleet is not None:
        hostings = [_read_hosting(data) for data in json.loads(parsed.fleet)]
        if not hostings:
            raise ConfigError([ConfigProblem(None, None, "--fleet", parsed.fleet, "must name one robot at least")])
        return hostings
    setup = load_trial_setup(**json.loads(parsed.setup))
    return [Hosting(FleetMember(setup.robot, setup), parsed.channel)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `control_process`."""
    parser = argparse.ArgumentParser(prog="control_process", description=(__doc__ or "").split("\n\n")[0])
    robots = parser.add_mutually_exclusive_group(required=True)
    robots.add_argument("--setup", help="one robot: keyword arguments of load_trial_setup, as JSON")
    fleet_help = "robots of one world: JSON list of objects with name, channel and setup"
    robots.add_argument("--fleet", help=fleet_help)
    parser.add_argument("--channel", default="robot", help="shared memory of one robot (default: %(default)s)")
    parser.add_argument("--real-time-factor", type=float, default=0.0, metavar="F", help="0: lockstep; up to 1: paced")
    parser.add_argument("--quiet-timeout", type=float, default=LOCKSTEP_TIMEOUT_S, metavar="S", help="in lockstep [s]")
    parsed, _ = parser.parse_known_args(arguments)
    forgive_output()
    try:
        options = ProcessOptions(parsed.real_time_factor, parsed.quiet_timeout)
        return run_control_process(read_hostings(parsed), options, shared=parsed.fleet is not None)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIG
    except (FaultError, SharedMemoryError) as error:
        print(f"control process: {error}", file=sys.stderr)
        return EXIT_FAULT
    except Exception:
        traceback.print_exc()
        return EXIT_FAULT


if __name__ == "__main__":
    sys.exit(main())
