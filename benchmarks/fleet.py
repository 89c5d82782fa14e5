"""Several robots in one world: how fast it runs with one, two, three walking, and that nobody falls.

Robots walk beside each other in one process, controllers and sensors included, without trials, cameras and ROS. The
simulated time over the process's own time does not depend on what else the machine does; that over wall time does.
Bounds are for one core and say only that a world with three robots can be worked with.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmarks.harness import Figure, at_least, at_most, printed, progress_bar

if TYPE_CHECKING:
    from robot_trials.config import FleetMember
    from robot_trials.runtime.control.loop import ControlLoop

WALK_TIME, QUICK_TIME = 10.0, 3.0
"""Simulated, of which all but the first part is timed [s]."""
SETTLE_TIME = 2.2
"""Standing first, while the gyros' biases are learned [s]."""
SPEED = 0.5
"""Commanded [m/s]."""
APART = 6.0
"""Between two lanes [m]."""
CPU_FACTOR_MIN = {1: 1.5, 2: 0.8, 3: 0.5}
"""Simulated time over processor time, by number of robots."""
CHUNK = 50
"""Control ticks between two updates of the progress bar."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--robots", type=int, nargs="+", default=[1, 2, 3], metavar="N", help="in one world (1 2 3)")
    parser.add_argument("--seconds", type=float, default=None, metavar="S", help=f"of walking ({WALK_TIME:g})")


def run(options: argparse.Namespace) -> list[Figure]:
    """Walk with each number of robots."""
    seconds = options.seconds or (QUICK_TIME if options.quick else WALK_TIME)
    figures: list[Figure] = []
    for count in options.robots:
        figures += walk(count, seconds)
    return figures


def walk(count: int, seconds: float) -> list[Figure]:
    """Figures of `count` robots that walk for `seconds` [s]."""
    from robot_trials.robots.fall import FallWatch
    from robot_trials.runtime.assembly import assemble_fleet, make_stop_guard
    from robot_trials.runtime.control.loop import ControlLoop
    from robot_trials_control.records import MotionMode, make_motion_command

    members = _make_members(count)
    assemblies = assemble_fleet(members)
    motion = make_motion_command()
    try:
        falls = [FallWatch(member.setup.site.ground) for member in members]
        loops = [
            ControlLoop(one.robot, one.controller, [fall.update], make_stop_guard(one.profile, member.setup))
            for one, fall, member in zip(assemblies, falls, members, strict=True)
        ]
        motion.mode[...] = MotionMode.STAND
        _run(loops, motion, SETTLE_TIME, f"{count} settle")
        motion.mode[...], motion.walk_velocity[0] = MotionMode.WALK_VELOCITY, SPEED
        motion.sequence[...] += 1
        wall, cpu = _run(loops, motion, seconds, f"{count} walk")
    finally:
        for assembly in assemblies:
            assembly.close()
    return [
        printed(f"real_time_factor_{count}", seconds / wall, "1"),
        at_least(f"cpu_time_factor_{count}", seconds / cpu, "1", CPU_FACTOR_MIN.get(count, 0.0)),
        at_most(f"falls_{count}", sum(fall.fell for fall in falls), "1", 0),
    ]


def _make_members(count: int) -> list[FleetMember]:
    """Robots on lanes beside each other."""
    from robot_trials.config import FleetMember, load_trial_setup

    return [
        FleetMember(
            f"robot_{index}",
            load_trial_setup("torch_relay", seed=index, overrides=[f"course.pose={{x: 0.0, y: {APART * index}}}"]),
        )
        for index in range(count)
    ]


def _run(loops: Sequence[ControlLoop], motion: object, seconds: float, label: str) -> tuple[float, float]:
    """Let all walk in step; wall and processor time [s]."""
    ticks = round(seconds * 1e9) // loops[0].robot.control_period_ns
    wall, cpu = time.perf_counter(), time.process_time()
    with progress_bar(label, ticks) as advance:
        for tick in range(ticks):
            for loop in loops:
                loop.run_ticks(1, motion)  # type: ignore[arg-type]
            if tick % CHUNK == 0:
                advance(CHUNK)
    return time.perf_counter() - wall, time.process_time() - cpu
