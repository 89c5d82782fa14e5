"""What perception hands over: where the robot is on the map, and who and what is around it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from robot_trials.geometry import PlanarPose, StampedPose


@dataclass(frozen=True)
class Percept:
    """What perception knows at one moment; every tick of the trial has its own.

    Attributes:
        map_to_odom: pose of odom in the map.
        map_deviation: its standard deviations [m, m, rad].
        place_deviation: standard deviations along the map's axes of where the robot is on it [m].
        localized_ns: time of the newest map fiducial used; None before the first.
        blind_time: time walked since then [s].
        blind_way: way walked since then, by odometry [m].
        targets: newest pose in odom of everybody and everything that wears a fiducial, by mount; absent before it is
            seen. A view: read it in the same tick.
        in_hand: what is attended to in the working hand, in that hand's grip frame; None while nothing is, or before
            it is seen there.
        transform_base_camera: camera's optical frame in the base link, shape (4, 4).
    """

    map_to_odom: PlanarPose = (0.0, 0.0, 0.0)
    map_deviation: tuple[float, float, float] = (math.inf, math.inf, math.inf)
    place_deviation: tuple[float, float] = (math.inf, math.inf)
    localized_ns: int | None = None
    blind_time: float = 0.0
    blind_way: float = 0.0
    targets: Mapping[str, StampedPose] = field(default_factory=dict)
    in_hand: StampedPose | None = None
    transform_base_camera: np.ndarray = field(default_factory=lambda: np.eye(4))


@dataclass(frozen=True)
class Attention:
    """What perception shall look at.

    Attributes:
        hand: index of the working hand.
        held: mount of what it holds; empty while it holds nothing.
    """

    hand: int = 1
    held: str = ""
