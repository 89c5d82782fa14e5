"""A robot and a controller that obey without physics, and a control process around them.

Run as a program it is that control process: `python runtime_doubles.py CHANNEL REAL_TIME_FACTOR [OPTION=VALUE ...]`.
"""

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from robot_trials.config import load_trial_setup
from robot_trials.exceptions import RobotFault
from robot_trials.robots.interface import CameraFrame, FiducialObservation
from robot_trials.runtime.channel.info import ChannelInfo
from robot_trials.runtime.control.control_process import TICKS_PER_EXCHANGE, ControlProcess, ProcessOptions
from robot_trials.runtime.control.hosted_robot import HostedRobot
from robot_trials.runtime.control.realtime import enter_realtime
from robot_trials.runtime.ending import handle_ends, watch_host
from robot_trials.runtime.processes.same_files import hash_roles
from robot_trials.safety.stop_guard import StopGuard
from robot_trials.safety.stop_limits import StopLimits
from robot_trials_control.records import MotionMode

JOINTS = ("l_knee", "r_knee", "r_elbow")
PERIOD_NS = 2_000_000
STOP_TICKS = 100
"""Control ticks the double takes from the wish to stand until it stands."""
START_TIME_NS = 1_800_000_000_000_000_000
PATIENT = StopLimits(heartbeat_timeout=5.0, inputs_timeout=5.0, late_slow=2.0, late_stop=2.0)
"""For graphs on a machine that is busy with others too: no process held up for a moment stops the robot."""


class DoubleRobot:
    """Counts time; dies at `fault_tick` or once `fault_file` is there, shows a frame or a fiducial every 50 ticks."""

    def __init__(self, fault_tick=0, frames=False, fault_file=""):
        self.joint_names = JOINTS
        self.control_period_ns = PERIOD_NS
        self.ticks = 0
        self.fault_tick, self.fault_file = fault_tick, fault_file
        self.frames = frames

    def read_state(self, state):
        self.ticks += 1
        asked = self.fault_file and self.ticks % 50 == 0 and os.path.exists(self.fault_file)
        if self.ticks == self.fault_tick or asked:
            raise RobotFault("the simulator died", tick=self.ticks)
        for name in ("time_ns", "joint_time_ns", "imu_time_ns", "foot_time_ns"):
            getattr(state, name)[...] = self.ticks * PERIOD_NS
        state.battery[...] = 0.9

    def write_command(self, command, torque_applied):
        torque_applied[...] = command.torque

    def read_truth(self, truth):
        truth.base_position[...] = (0.0, 0.0, 0.8)

    def read_fiducials(self):
        if self.frames or self.ticks % 50:
            return []
        return [FiducialObservation(self.ticks * PERIOD_NS, 7, np.eye(4))]

    def read_camera(self):
        if not self.frames or self.ticks % 50:
            return None
        image = np.full((48, 64, 3), self.ticks % 256, np.uint8)
        return CameraFrame(self.ticks * PERIOD_NS, image, np.eye(3))

    def close(self):
        pass


class DoubleController:
    """Walks at the wanted speed along x at once; stands `STOP_TICKS` after it was told to."""

    joint_names = JOINTS

    def __init__(self):
        self.stopping = 0

    def reset(self):
        self.stopping = 0

    def step(self, state, motion, command, status):
        walking = int(motion.mode) in (MotionMode.WALK_TO, MotionMode.WALK_VELOCITY)
        self.stopping = STOP_TICKS if walking else max(self.stopping - 1, 0)
        status.mode[...] = motion.mode
        status.walking[...] = self.stopping > 0
        status.lowered[...] = int(motion.mode) in (MotionMode.LOWER, MotionMode.OFF)
        status.base_orientation_xyzw[...] = (0, 0, 0, 1)
        if walking:
            speed = motion.walk_velocity[0] if int(motion.mode) == MotionMode.WALK_VELOCITY else motion.walk_speed
            status.base_position[0] += float(speed) * PERIOD_NS * 1e-9


def make_info(channel, lockstep=True, frames=False, pid=0):
    """What the control process of the doubles tells of itself."""
    names = ("base", "imu", "camera_optical", "left_foot", "right_foot", "left_hand", "right_hand")
    return ChannelInfo(
        channel=channel,
        pid=pid,
        joint_names=JOINTS,
        control_period_ns=PERIOD_NS,
        ticks_per_exchange=TICKS_PER_EXCHANGE,
        start_time_ns=START_TIME_NS,
        lockstep=lockstep,
        camera_size=(64, 48) if frames else None,
        frames={name: name for name in names} | {"base": "base_link"},
        urdf_text="<robot name='double'/>",
    )


def host(channel, options, **choices):
    """A double in the control process; faults and frames as of `DoubleRobot`, `patient` on a busy machine."""
    frames = choices.get("frames") == "1"
    robot = DoubleRobot(int(choices.get("fault_tick", 0)), frames, choices.get("fault_file", ""))
    info = make_info(channel, options.lockstep, frames, os.getpid())
    if choices.get("setup"):  # a file with arguments of load_trial_setup: what this process has read
        setup = load_trial_setup(**json.loads(Path(choices["setup"]).read_text()))
        info = replace(info, configuration_hash=setup.configuration_hash, configuration=hash_roles(setup))
    limits = PATIENT if choices.get("patient") == "1" else StopLimits()
    stops = StopGuard(len(JOINTS), PERIOD_NS, limits, clock=options.clock)
    realtime = enter_realtime(scheduling=False)
    return HostedRobot(robot, DoubleController(), info, realtime, stops, float(choices.get("quiet_timeout", 0.3)))


def main(channel, factor, robots="", **choices):
    """Run the control process; returns its exit code.

    With `robots`, several names with commas between, each has a channel CHANNEL_NAME; a fault is that of the last.
    """
    options = ProcessOptions(float(factor))
    names = [f"{channel}_{name}" for name in robots.split(",")] if robots else [channel]
    healthy = {key: value for key, value in choices.items() if not key.startswith("fault")}
    hosted = [host(name, options, **(choices if name == names[-1] else healthy)) for name in names]
    process = ControlProcess(hosted, options)
    handle_ends(process.request_end)
    watch_host()
    return process.run()


def wait_for(condition, timeout_s=60.0):
    """Poll until `condition()` is true; its value, or an assertion after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise AssertionError(f"did not happen within {timeout_s} s: {condition}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], **dict(option.split("=") for option in sys.argv[3:])))
