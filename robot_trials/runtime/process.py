"""The control process: owns robot, controller and control loop, and talks to everything else through shared memory.

It ignores SIGINT and SIGTERM as long as the robot is not safe: either one makes the robot finish its step and stand,
and the process ends when it does.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from robot_trials.clock import epoch_ns
from robot_trials.config import TrialSetup, load_trial_setup
from robot_trials.exceptions import ConfigError, FaultError
from robot_trials.runtime.assembly import Assembly, assemble, make_stop_guard
from robot_trials.runtime.channel import ChannelInfo
from robot_trials.runtime.control_process import TICKS_PER_EXCHANGE, ControlProcess, ProcessOptions
from robot_trials.runtime.realtime import enter_realtime
from robot_trials.runtime.trial_link import LOCKSTEP_TIMEOUT_S
from robot_trials_control.warm_up import warm_up

EXIT_FAULT, EXIT_CONFIG = 1, 2


def describe_channel(setup: TrialSetup, assembly: Assembly, options: ProcessOptions) -> ChannelInfo:
    """What attaching processes must know of this robot."""
    profile = assembly.profile
    frames = profile.frames
    return ChannelInfo(
        channel=options.channel,
        pid=os.getpid(),
        joint_names=tuple(assembly.joint_names),
        control_period_ns=assembly.robot.control_period_ns,
        ticks_per_exchange=TICKS_PER_EXCHANGE,
        start_time_ns=epoch_ns(setup.start_time),
        lockstep=options.lockstep,
        camera_size=(profile.camera.width, profile.camera.height) if setup.camera == "rendered" else None,
        frames={
            "base": frames.base,
            "imu": frames.imu,
            "camera_optical": frames.camera_optical,
            "left_foot": frames.feet[0],
            "right_foot": frames.feet[1],
            "left_hand": frames.hands[0],
            "right_hand": frames.hands[1],
        },
        urdf_text=assembly.urdf_text,
    )


def run_control_process(setup: TrialSetup, options: ProcessOptions) -> int:
    """Assemble, run to the end, release the robot; returns the exit code."""
    wanted_end: list[Any] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: wanted_end.append(True))
    assembly = assemble(setup)
    try:
        warm_up(assembly.controller)
        realtime = enter_realtime(scheduling=not options.lockstep)
        for problem in realtime.problems:
            print(f"control process: {problem}", file=sys.stderr)
        info, stops = describe_channel(setup, assembly, options), make_stop_guard(assembly.profile, options.clock)
        process = ControlProcess(assembly.robot, assembly.controller, info, options, realtime, stops)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, process.request_end)
        if wanted_end:
            process.request_end()
        return process.run()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):  # a second Ctrl-C must not break into what is left to do
            signal.signal(number, signal.SIG_IGN)
        assembly.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `control_process`."""
    parser = argparse.ArgumentParser(prog="control_process", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--setup", required=True, help="keyword arguments of load_trial_setup, as JSON")
    parser.add_argument("--channel", default="robot", help="name of the shared memory (default: %(default)s)")
    parser.add_argument("--real-time-factor", type=float, default=0.0, metavar="F", help="0: lockstep; up to 1: paced")
    parser.add_argument("--quiet-timeout", type=float, default=LOCKSTEP_TIMEOUT_S, metavar="S", help="in lockstep [s]")
    parsed, _ = parser.parse_known_args(arguments)
    try:
        setup = load_trial_setup(**json.loads(parsed.setup))
        options = ProcessOptions(parsed.channel, parsed.real_time_factor, parsed.quiet_timeout)
        return run_control_process(setup, options)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIG
    except FaultError as error:
        print(f"control process: {error}", file=sys.stderr)
        return EXIT_FAULT
    except Exception:
        traceback.print_exc()
        return EXIT_FAULT


if __name__ == "__main__":
    sys.exit(main())
