"""What lies in the shared memory of one robot: a record for each segment, by name under /dev/shm.

| segment | record | from → to |
|---|---|---|
| `state` | control sample, newest | control → anybody |
| `log` | control samples, every tick | control → recorder |
| `trial` | control samples, every tick | control → trial |
| `command` | exchange, newest | trial → control |
| `drive` | velocity command or walking target, newest | control node → control |
| `stop` | emergency stop, people's acts, sign of life, newest | stop node → control |
| `heartbeat` | sign of life and what was found, newest | safety node → control |
| `beat_NODE` | sign of life of one node, newest | that node → safety node, control |
| `health` | counters of the control process, newest | control → anybody |
| `frames` | camera frames (only with rendered frames) | control → perception |
| `fiducials` | observations of the sensor model | control → perception |
| `world`, `world_answer` | what a trial needs of its simulated world, and the answer, newest | trial ↔ control |
"""

from __future__ import annotations

import numpy as np

from robot_trials_control.records import Record, motion_command_fields

LOG_CAPACITY = 8192  # 16 s of control ticks at 500 Hz
TRIAL_CAPACITY = 1024  # 2 s
FRAME_CAPACITY = 4
FIDUCIAL_CAPACITY = 256

EXCHANGE_DTYPE = np.dtype(
    [
        ("tick", "i8"),  # control tick that this command answers
        ("active", "u1"),  # 1 while a trial runs, 0 when it asks nothing
        ("command", np.dtype(motion_command_fields(), align=True)),
    ],
    align=True,
)
DRIVE_ALONG, DRIVE_TO = 0, 1
DRIVE_DTYPE = np.dtype(
    [
        ("monotonic_ns", "i8"),  # CLOCK_MONOTONIC when it arrived
        ("velocity", "f8", (3,)),  # forward, left, yaw rate in the heading frame [m/s, m/s, rad/s]
        ("target", "f8", (3,)),  # x, y, yaw in odom [m, m, rad]
        ("speed", "f8"),  # on the way to it [m/s]
        ("kind", "u1"),  # DRIVE_ALONG a velocity, DRIVE_TO a target
    ],
    align=True,
)
OBSTACLE_BYTES, WHO_BYTES = 256, 96
STOP_DTYPE = np.dtype(
    [
        ("rearm", "i8"),
        ("lower", "i8"),
        ("act_ends_ns", "i8"),  # the newest act counts no longer than until then, CLOCK_MONOTONIC
        ("inputs", "i8"),
        ("asked", "u4"),
        ("e_stop", "u1"),
        ("buttons", "u4"),  # stop buttons that have been alive: bit set in the order of the site's list
        ("who", f"S{WHO_BYTES}"),  # who let the robot move again last
        ("obstacle", f"S{OBSTACLE_BYTES}"),  # why no trial may start; empty: it may
    ],
    align=True,
)
"""What the stop node hears from people and buttons: see the fields of the same names in `safety.stop_requests`."""
HEARTBEAT_DTYPE = np.dtype([("count", "i8"), ("asked", "u4"), ("obstacle", f"S{OBSTACLE_BYTES}")], align=True)
"""The supervisor's sign of life, the triggers it calls for now, and why no trial may start."""
BEAT_DTYPE = np.dtype([("count", "i8"), ("pid", "i8"), ("monotonic_ns", "i8"), ("configuration", "S64")], align=True)
"""A node's sign of life from its executor: count grows several times a second; process id; CLOCK_MONOTONIC [ns];
hash of the configuration that it has read, empty for a node that reads none."""
BEATING = ("control_node", "stop_node", "perception_node", "recorder_node", "trial_node", "safety_node")
"""Nodes of a robot that give signs of life."""
HEALTH_DTYPE = np.dtype(
    [
        ("following", "u1"),  # Following
        ("quiet_takeovers", "i8"),  # times the trial went quiet and the safe continuation took over
        ("log_overruns", "i8"),
        ("trial_overruns", "i8"),
        ("fifo", "u1"),
        ("memory_locked", "u1"),
        ("ending", "u1"),
        ("pauses", "i8"),  # times the process was held up, unasked, for longer than `pauses.PAUSE_S`
        ("pause_max", "f8"),  # longest of them [s]
        ("acts", "i8"),  # sum of the counts `rearm` and `lower` that have been judged
        ("act_refused", "u4"),  # of the newest act: 0 when it had its effect, else `safety.stop_requests.Refusal`
        ("act_triggers", "u4"),  # of the newest act: triggers that were active then
    ],
    align=True,
)
WORLD_DTYPE = np.dtype([("count", "i8"), ("enter", "u1"), ("setup", "S16384")], align=True)
"""A wish: enter the world of another trial, or put things back; keyword arguments of `load_trial_setup`, as JSON."""
WORLD_ANSWER_DTYPE = np.dtype([("count", "i8"), ("trouble", "S1024")], align=True)
"""The count of the wish that was answered, and why it could not be fulfilled; empty: it was."""
SEGMENTS = (
    *("state", "log", "trial", "command", "drive", "stop", "heartbeat", "health", "fiducials"),
    *("world", "world_answer"),
)
"""Segments of every channel, beside the nodes' signs of life and the camera's frames."""
FIDUCIAL_DTYPE = np.dtype([("time_ns", "i8"), ("tag_id", "i4"), ("transform_camera_tag", "f8", (4, 4))], align=True)


def frame_dtype(width: int, height: int) -> np.dtype:
    """One picture of the head camera: capture time, intrinsics [px], BGR image."""
    return np.dtype(
        [("time_ns", "i8"), ("camera_matrix", "f8", (3, 3)), ("image_bgr", "u1", (height, width, 3))], align=True
    )


def make_exchange() -> Record:
    """Allocate an exchange record: not active, unit quaternions."""
    exchange = Record(np.zeros(1, EXCHANGE_DTYPE))
    exchange.command.hand_orientation_xyzw[:, 3] = 1.0
    return exchange
