"""Where robots and their sites lie in a world that holds several."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from robot_trials.config.site import Site
from robot_trials.robots.options import SimOptions
from robot_trials.robots.profile import RobotProfile


@dataclass(frozen=True)
class Place:
    """Pose of a site's map in the world: x, y [m], yaw [rad]."""

    x: float = 0.0
    y: float = 0.0
    yaw: float = 0.0

    @property
    def numbers(self) -> np.ndarray:
        """x, y [m], cosine and sine of the yaw and of half of it, as compiled functions take it, shape (6,)."""
        half = 0.5 * self.yaw
        return np.array([self.x, self.y, math.cos(self.yaw), math.sin(self.yaw), math.cos(half), math.sin(half)])

    def to_world(self, point: np.ndarray) -> np.ndarray:
        """A point of the map, shape (3,) [m]."""
        x, y, cosine, sine = self.numbers[:4]
        return np.array([x + cosine * point[0] - sine * point[1], y + sine * point[0] + cosine * point[1], point[2]])

    def to_map(self, point: np.ndarray) -> np.ndarray:
        """A point of the world, shape (3,) [m]."""
        x, y, cosine, sine = self.numbers[:4]
        dx, dy = point[0] - x, point[1] - y
        return np.array([cosine * dx + sine * dy, cosine * dy - sine * dx, point[2]])


@dataclass(frozen=True)
class Berth:
    """One robot of a world with several.

    Attributes:
        name: before the name of everything that is its own in the world, with a slash between.
        profile: the robot.
        site: its lane, people and fiducials, in its own map.
        options: seed, noise, camera and what else can be chosen.
        place: of its map in the world.
    """

    name: str
    profile: RobotProfile
    site: Site
    options: SimOptions = field(default_factory=SimOptions)
    place: Place = field(default_factory=Place)
