"""One control period after another: read, control, write, log."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from robot_trials.robots.interface import Robot
from robot_trials.safety.stop_guard import StopGuard
from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import Record, make_control_sample

SampleSink = Callable[[Record], None]
"""Takes one `ControlSample` record at the end of its tick; it must copy what it keeps, for the record is reused."""


class Controller(Protocol):
    """The contract of every controller, ours or a third party's."""

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Joints in the order of every joint array."""

    def reset(self) -> None:
        """Forget everything; the next reading is the first."""

    def step(self, state: Record, motion: Record, command: Record, status: Record) -> None:
        """Fill `command` and `status` from the readings in `state` and the request in `motion`."""


class ControlLoop:
    """Runs a controller on a robot at the robot's own pace; one preallocated record carries each tick.

    Attributes:
        sample: everything about the newest tick.
        stops: the stop ladder, which has the last word on the motion command.
    """

    def __init__(
        self, robot: Robot, controller: Controller, sinks: Sequence[SampleSink] = (), stops: StopGuard | None = None
    ) -> None:
        if tuple(robot.joint_names) != tuple(controller.joint_names):
            raise ValueError(
                f"the robot's joints {', '.join(robot.joint_names)} are not the controller's: "
                f"{', '.join(controller.joint_names)}"
            )
        self.robot, self.controller, self.sinks = robot, controller, tuple(sinks)
        self.stops = stops or StopGuard(len(robot.joint_names), robot.control_period_ns)
        self.sample = make_control_sample(len(robot.joint_names))
        self._account = bind(account, self.sample.timing.data, 0, 0, robot.control_period_ns)

    def run_ticks(self, count: int, motion: Record) -> Record:
        """Run `count` control periods under one motion command and return the last sample.

        Raises:
            RobotFault: the robot or its simulator no longer answers.
        """
        for _ in range(count):
            self._tick(motion)
        return self.sample

    def _tick(self, motion: Record) -> None:
        sample, robot = self.sample, self.robot
        robot.read_state(sample.state)
        wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
        in_force = self.stops.update(sample.state, motion, sample.status, sample.timing)
        self.controller.step(sample.state, in_force, sample.command, sample.status)
        self.stops.write_status(sample.status)
        robot.write_command(sample.command, sample.torque_applied)
        wall, cpu = time.perf_counter_ns() - wall, time.thread_time_ns() - cpu
        self._account(sample.timing.data, wall, cpu, robot.control_period_ns)
        robot.read_truth(sample.truth)
        for sink in self.sinks:
            sink(sample)


@compiled
def account(timing: np.ndarray, wall_ns: int, cpu_ns: int, period_ns: int) -> None:
    """Add one tick to a record of `timing_fields`: a step longer than the period misses its deadline."""
    known = timing[0]
    known.tick += 1
    known.wall_ns, known.cpu_ns, known.slack_ns = wall_ns, cpu_ns, period_ns - wall_ns
    if wall_ns > period_ns:
        known.deadline_misses += 1
