"""One world with several robots, each with its own lane, people and props: stepped once for all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import mujoco

from robot_trials.exceptions import ConfigError, ConfigProblem, RobotFault
from robot_trials.robots.mujoco.ground.floor import add_street, remove_street
from robot_trials.robots.mujoco.physics import Physics
from robot_trials.robots.mujoco.world import (
    list_measured_frames,
    make_world_spec,
    remove_sight,
    set_solver,
)
from robot_trials.robots.place import Berth

if TYPE_CHECKING:
    from robot_trials.robots.mujoco.several.shared_robot import SharedRobot


class SharedWorld:
    """The world that moves, and the same world as it looks.

    Everything of a robot's own world is in it under the robot's name. Robots, people and props of different lanes
    touch each other as those of one do.

    Attributes:
        model, data: the simulator's own.
        looks: the same world with everything that is seen.
        robots: those that live here, in the order of their control ticks.
        ticks: control periods so far.
    """

    def __init__(self, berths: Sequence[Berth]) -> None:
        _check(berths)
        spec = _make_spec(berths)
        self.looks = spec.compile()
        measured = {f"{berth.name}/{frame}" for berth in berths for frame in list_measured_frames(berth.profile)}
        remove_sight(spec, measured)
        self.model = spec.compile()
        self.data = mujoco.MjData(self.model)
        self.robots: list[SharedRobot] = []
        self.ticks = 0
        self._physics = Physics(self.model, self.data, berths[0].profile.drive.period)

    def settle(self) -> None:
        """Bring everything where the robots' own worlds have it."""
        for robot in self.robots:
            robot.act()
        mujoco.mj_forward(self.model, self.data)

    def advance(self) -> None:
        """One control period, under what all robots were commanded.

        Raises:
            RobotFault: a robot has not yet read the period before.
        """
        for robot in self.robots:
            if robot.waits:
                raise RobotFault("the world cannot go on: a robot has not read its state", robot=robot.name)
        for robot in self.robots:
            robot.begin_period()
        self._physics.step()
        self.ticks += 1


def _check(berths: Sequence[Berth]) -> None:
    """Raise `ConfigError` where robots cannot share a world."""
    problems = []
    names = [berth.name for berth in berths]
    if len(set(names)) != len(names) or not all(names):
        problems.append(ConfigProblem(None, None, "name", ", ".join(names), "must be unique in one world"))
    periods = {berth.profile.drive.period for berth in berths}
    if len(periods) != 1:
        bound = "must be the same for all robots of one world [s]"
        problems.append(ConfigProblem(None, None, "drive.period", ", ".join(map(str, sorted(periods))), bound))
    if problems:
        raise ConfigError(problems)


def _make_spec(berths: Sequence[Berth]) -> mujoco.MjSpec:
    """Every robot's world at its place, on one street."""
    spec = mujoco.MjSpec()
    set_solver(spec)
    islands = int(mujoco.mjtDisableBit.mjDSBL_ISLAND)
    spec.option.disableflags &= ~islands  # robots apart do not wait for each other's contacts
    draws = [berth.options.draw_conditions() for berth in berths]
    height = min(berth.site.ground.lowest - draw.unevenness for berth, draw in zip(berths, draws, strict=True))
    add_street(spec, height, min(draw.friction for draw in draws))
    for berth, draw in zip(berths, draws, strict=True):
        part = make_world_spec(berth.profile, berth.site, berth.options, draw)
        remove_street(part)
        place, half = berth.place, 0.5 * berth.place.yaw
        frame = spec.worldbody.add_frame(pos=[place.x, place.y, 0.0], quat=[math.cos(half), 0.0, 0.0, math.sin(half)])
        spec.attach(part, frame=frame, prefix=f"{berth.name}/")
    return spec
