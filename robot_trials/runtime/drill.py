"""A drill: robot and controller alone in a world, told what to do by a script; no trial, no ROS, no camera.

Benches and tests of motion use it: walk here, push there, see what becomes of it. The same seed gives the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from robot_trials.config import TrialSetup, load_parameters
from robot_trials.config.site.ground import GroundSpec
from robot_trials.robots import OpenRobot, SimOptions, load_profile, open_robot
from robot_trials.robots.fall import FallWatch
from robot_trials.robots.props import PropSet
from robot_trials.runtime.assembly import make_stop_guard
from robot_trials.runtime.control.loop import Controller, ControlLoop
from robot_trials_control.config import ControllerConfig
from robot_trials_control.controller import WholeBodyWalkingController
from robot_trials_control.records import RIGHT, HandMode, MotionMode, PayloadMode, Record, make_motion_command

SETTLE_TIME = 2.2
"""Standing still at the start, while the gyro's bias is learned [s]."""
TARE_TIME = 2.0
"""Empty hand held still while the arm's torque offset is learned [s]."""
LOAD_TIME = 2.0
"""From the prop in the hand to a load that is known and a body that is quiet [s]."""


@dataclass
class DrillOptions:
    """What is drilled.

    Attributes:
        ground: the ground along x; the robot starts at x = 0 facing it, on the middle of the lane.
        carrying: whether what the trial's kind carries is there.
        controller: parameters; the trial's own when None.
        sim: simulator, seed, noise, friction, unevenness, torque limits.
        open_robot: starts the robot; another one for a robot that is not as it should be.
    """

    ground: GroundSpec = field(default_factory=GroundSpec)
    carrying: bool = True
    controller: ControllerConfig | None = None
    sim: SimOptions = field(default_factory=SimOptions)
    open_robot: OpenRobot = open_robot


class Drill:
    """A robot under its controller, advanced by script.

    Attributes:
        robot: the simulated robot; its `model` and `data` are there for judging.
        controller: under drill.
        motion: the motion command in force; change it between runs.
        stops: the stop ladder around the controller.
        stop_requests: what is asked of it from outside; set its fields between runs.
        sample: everything about the newest tick.
        falls: judges every tick.
        time: since the start [s].
    """

    def __init__(self, setup: TrialSetup, options: DrillOptions) -> None:
        profile = load_profile(setup.robot_file)
        site = setup.site._replace(
            ground=options.ground, fiducials=(), start=setup.site.start._replace(x=0.0, y=0.0, yaw=0.0)
        )
        alone = replace(setup, site=site, seed=options.sim.seed)
        props = alone.kind.make_props(alone, people=False) if options.carrying else PropSet()
        sim = replace(options.sim, props=props, camera="off")
        self.profile, self.robot = profile, options.open_robot(profile, site, sim)
        config = options.controller or load_parameters(setup.controller_file, ControllerConfig)
        parameters = profile.to_parameters(torque_limits=sim.torque_limits)
        self.controller: Controller = WholeBodyWalkingController(
            parameters, config, control_period=self.robot.control_period_ns * 1e-9
        )
        self.motion = make_motion_command()
        self.motion.mode[...] = MotionMode.STAND
        self._watchers: list[Callable[[Record], None]] = []
        self.stops = make_stop_guard(profile, setup)
        self.stops.triggers.memory.speed_cap[...] = math.inf  # a drill is no trial: nobody permits it
        self.stop_requests = self.stops.requests
        self._loop = ControlLoop(self.robot, self.controller, [self._watch], self.stops)
        self.sample = self._loop.sample
        self.falls = FallWatch(options.ground)

    @property
    def period(self) -> float:
        """Control period [s]."""
        return self.robot.control_period_ns * 1e-9

    @property
    def time(self) -> float:
        """Time since the start [s]."""
        return int(self.sample.state.time_ns) * 1e-9

    def watch(self, watcher: Callable[[Record], None]) -> None:
        """Have `watcher` see every sample from now on; it must copy what it keeps."""
        self._watchers.append(watcher)

    def run(self, seconds: float, until: Callable[[Record], bool] | None = None) -> bool:
        """Let time pass under the motion command in force.

        Args:
            seconds: at most so long [s].
            until: looked at after every tick; ends the run when true.

        Returns:
            Whether `until` became true; without it whether the robot has not fallen. A fall ends the run.
        """
        self.motion.sequence[...] += 1
        for _ in range(round(seconds / self.period)):
            self._loop.run_ticks(1, self.motion)
            if self.falls.fell:
                return False
            if until is not None and until(self.sample):
                return True
        return until is None

    def settle(self) -> bool:
        """Stand until the gyro's bias is known; with a prop, take it into the right hand and get to know its load."""
        stood = self.run(SETTLE_TIME)
        return stood and (not self.robot.has_hanging_prop or self._take_prop())

    def _take_prop(self) -> bool:
        motion = self.motion
        motion.hand_mode[RIGHT], motion.hand_position[RIGHT] = HandMode.HEADING, self.profile.manner.hands.carry
        motion.payload_hand[...] = RIGHT
        stood = self.run(1.5)
        motion.payload_mode[...] = PayloadMode.TARE
        stood = stood and self.run(TARE_TIME)
        self.robot.put_prop_in_hand(RIGHT)
        motion.hand_closed[RIGHT], motion.payload_mode[...] = 1.0, PayloadMode.TRACK
        stood = stood and self.run(LOAD_TIME)
        motion.payload_mode[...] = PayloadMode.HOLD
        return stood

    def walk(self, forward: float, left: float = 0.0, turn: float = 0.0) -> None:
        """Ask for a velocity in the heading frame [m/s, m/s, rad/s]."""
        self.motion.mode[...] = MotionMode.WALK_VELOCITY
        self.motion.walk_velocity[:] = forward, left, turn

    def walk_to(self, x: float, y: float, yaw: float, speed: float) -> None:
        """Ask for a pose in odom [m, m, rad], at `speed` [m/s]."""
        self.motion.mode[...] = MotionMode.WALK_TO
        self.motion.walk_target[:], self.motion.walk_speed[...] = (x, y, yaw), speed

    def stand(self) -> None:
        """Ask to finish the step and stand."""
        self.motion.mode[...] = MotionMode.STAND

    def close(self) -> None:
        """Release the simulator; idempotent."""
        self.robot.close()

    def _watch(self, sample: Record) -> None:
        self.falls.update(sample)
        for watcher in self._watchers:
            watcher(sample)
