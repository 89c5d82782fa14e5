"""A robot that shares its world with others and meets the same `Robot` contract as one alone."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from robot_trials.config.site import Site
from robot_trials.exceptions import RobotFault
from robot_trials.robots.mujoco.body.contacts import Contacts, OwnContacts
from robot_trials.robots.mujoco.cameras.scene_camera import OverviewCamera
from robot_trials.robots.mujoco.robot import MujocoRobot
from robot_trials.robots.mujoco.several.shared_world import SharedWorld
from robot_trials.robots.mujoco.several.twin import Twin
from robot_trials.robots.mujoco.view import View
from robot_trials.robots.mujoco.world import list_measured_frames, make_world_spec, remove_sight
from robot_trials.robots.options import SimOptions
from robot_trials.robots.place import Berth
from robot_trials.robots.profile import RobotProfile
from robot_trials_control.records import Record


class SharedRobot(MujocoRobot):
    """A simulated robot beside others.

    Its `model` and `data` are its own world in its own map, kept like its part of the shared one.

    Attributes:
        name: of the robot in the shared world.
        world: the shared world.
    """

    def __init__(self, world: SharedWorld, berth: Berth) -> None:
        self.name, self.world, self._berth = berth.name, world, berth
        super().__init__(berth.profile, berth.site, berth.options)
        self._twin = Twin(self.model, self.data, (world.model, world.data), self._prefix, berth.place)
        self._overview: OverviewCamera | None = None

    @property
    def waits(self) -> bool:
        """Whether the world has gone on since this robot was last read."""
        return not self._closed and self._ticks != self.world.ticks

    def read_state(self, state: Record) -> None:
        """Fill in the sensor readings of the next control period; the first robot that asks lets the world go on.

        Raises:
            RobotFault: the simulation diverged or is closed, or another robot has not read this period yet.
        """
        if self._closed:
            raise RobotFault("the simulator is closed", tick=self._ticks)
        if self._ticks == self.world.ticks:
            self.world.advance()
        self._twin.read()
        self._end_period(state)

    def begin_period(self) -> None:
        """Let drives, hands and people act for the next control period of the shared world."""
        if self._closed:  # nobody reads it any more, but its people live on
            self._twin.read()
        self._begin_period()
        self._twin.write()

    def act(self) -> None:
        """Bring what is this robot's in the shared world to where its own world has it."""
        self._twin.write()

    def follow(self) -> None:
        """Bring its own world to where the shared one is."""
        self._twin.read()

    def reset_props(self) -> None:
        """Not in a world of several robots.

        Raises:
            ValueError: always.
        """
        raise ValueError("things in a world of several robots cannot be put back: start the graph again")

    def enter_world(self, site: Site, options: SimOptions) -> None:
        """Not in a world of several robots.

        Raises:
            ValueError: always.
        """
        raise ValueError("a world of several robots is only for the trials that it was made for: start it again")

    def render_overview(self, width: int = 960, height: int = 540) -> np.ndarray:
        """Picture of all robots of the world, shape (height, width, 3), RGB."""
        if self._overview is None or self._overview.size != (width, height):
            self._overview = OverviewCamera(self.view, [robot.view for robot in self.world.robots], width, height)
        return self._overview.render()

    def close(self) -> None:
        """Release renderers; the world goes on with this robot as it is. Idempotent."""
        super().close()
        if self._overview is not None:
            self._overview.close()
            self._overview = None

    @property
    def _prefix(self) -> str:
        return f"{self.name}/"

    def _make_models(
        self, profile: RobotProfile, site: Site, options: SimOptions
    ) -> tuple[mujoco.MjModel, mujoco.MjModel | None]:
        spec = make_world_spec(profile, site, options, self.conditions)
        remove_sight(spec, list_measured_frames(profile))
        return spec.compile(), None

    def _make_view(self, looks: mujoco.MjModel | None) -> View:
        return View(self.world.looks, self.world.data, self._prefix, self._berth.place)

    def _make_contacts(self) -> Contacts:
        return OwnContacts(self.world.model, self.world.data, self._prefix)


def open_shared_world(berths: Sequence[Berth]) -> list[SharedRobot]:
    """Start one world with several robots, each standing in its nominal posture at its site's start.

    Raises:
        ConfigError: names are not unique, or control periods differ.
        ValueError: MuJoCo refuses a description.
    """
    world = SharedWorld(berths)
    world.robots = [SharedRobot(world, berth) for berth in berths]
    world.settle()
    for robot in world.robots:
        robot.follow()
    return world.robots
