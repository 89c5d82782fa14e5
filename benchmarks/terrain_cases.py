"""What the terrain bench asks of a walking robot: grounds and scripts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from robot_trials.config.site.ground import BoardSpec, GroundSpec, MatSpec, RampSpec
from robot_trials.geometry import PlanarPose
from robot_trials.path import PathFollower
from robot_trials.runtime.drill import Drill
from robot_trials_control.records import Record

Script = Callable[[Drill], bool]
"""Drives a settled drill and tells whether it got where it was sent."""
PATH_PERIOD = 0.1
"""Time between two looks at the path [s]."""
BENDS: tuple[PlanarPose, ...] = ((0.0, 0.0, 0.0), (2.0, 0.0, 0.0), (3.5, 0.9, 0.0), (5.0, 0.9, 0.0), (6.2, -0.6, 0.0),
                                 (8.0, -0.6, 0.0))  # fmt: skip
"""Middle of a lane with bends of 31° and 51° [m]."""

CORNER = 2.0, 2.5
"""From the start to a corner, and on from there [m]."""


@dataclass(frozen=True)
class Case:
    """One kind of ground or way.

    Attributes:
        script: what the robot does there, torch in hand.
        ground: along x.
        friction: of the floor; drawn by the seed when None.
        path: its feet must stay within half a lane of it.
        required: whether it counts, or only stretches.
        speed_min: mean speed that has to be reached [m/s].
    """

    script: Script
    ground: GroundSpec = field(default_factory=GroundSpec)
    friction: float | None = None
    path: Sequence[PlanarPose] = ()
    required: bool = True
    speed_min: float = 0.0


def go_to(x: float, y: float, yaw: float, speed: float) -> Script:
    """Walk to a pose in odom."""

    def script(drill: Drill) -> bool:
        drill.walk_to(x, y, yaw, speed)
        return drill.run(1.5 * math.hypot(x, y) / speed + 6.0, until=_stands_there)

    return script


def go_round_a_corner(speed: float) -> Script:
    """Walk, turn left by 90° on the way, walk on, stand."""

    def script(drill: Drill) -> bool:
        x, y = CORNER
        drill.walk_to(x, 0.0, 0.0, speed)
        walked = drill.run(8.0, until=lambda sample: sample.status.base_position[0] > x - 0.4)
        drill.walk(0.3, 0.0, 0.4)
        walked = walked and drill.run(6.0, until=lambda sample: _heading(sample) > 0.5 * math.pi - 0.3)
        drill.walk_to(x, y, 0.5 * math.pi, speed)
        return walked and drill.run(2.0 * y / speed + 6.0, until=_stands_there)

    return script


def follow(path: Sequence[PlanarPose], speed: float) -> Script:
    """Walk along a path in odom and stand at its end."""

    def script(drill: Drill) -> bool:
        follower = PathFollower(path)
        for _ in range(math.ceil((2.0 * follower.length / speed + 8.0) / PATH_PERIOD)):
            x, y, _ = drill.sample.status.base_position.tolist()
            drill.walk_to(*follower.target((x, y, _heading(drill.sample))), speed)
            if not drill.run(PATH_PERIOD):
                return False
            if follower.progress > follower.length - 0.2 and _stands_there(drill.sample):
                return True
        return False

    return script


def make_boards(height: float) -> GroundSpec:
    """Boards of different lengths at distances that no step length divides."""
    edges = ((1.13, 1.27), (1.90, 2.70), (3.31, 3.53), (4.07, 4.17), (4.68, 5.81), (6.37, 6.62))
    return GroundSpec(boards=tuple(BoardSpec(x_min=a, x_max=b, height=height) for a, b in edges))


def make_slope(degrees: float) -> GroundSpec:
    """Level, then 5 m of slope, then level."""
    return GroundSpec(ramps=(RampSpec(x_min=1.5, x_max=6.5, slope_deg=degrees),))


def make_cases(km_length: float) -> dict[str, Case]:
    """Every case by name; `km_length`: length of the long way [m]."""
    mat = GroundSpec(mats=(MatSpec(x_min=1.2, x_max=5.2, sink=0.015),))
    return {
        "slope_up_8": Case(go_to(8.0, 0.0, 0.0, 0.5), make_slope(8.0)),
        "slope_down_8": Case(go_to(8.0, 0.0, 0.0, 0.5), make_slope(-8.0)),
        "boards_3cm": Case(go_to(7.5, 0.0, 0.0, 0.5), make_boards(0.03)),
        "boards_4cm": Case(go_to(7.5, 0.0, 0.0, 0.5), make_boards(0.04), required=False),
        "friction_0.4": Case(go_to(8.0, 0.0, 0.0, 0.8), friction=0.4),
        "mat": Case(go_to(6.5, 0.0, 0.0, 0.5), mat),
        "turn_90": Case(go_round_a_corner(0.5)),
        "lane_1m": Case(follow(BENDS, 0.5), path=BENDS),
        "km": Case(go_to(km_length, 0.0, 0.0, 1.08), speed_min=1.0),
    }


def _heading(sample: Record) -> float:
    """Heading of the base as estimated [rad]."""
    x, y, z, w = sample.status.base_orientation_xyzw.tolist()
    return math.atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))


def _stands_there(sample: Record) -> bool:
    return bool(sample.status.at_target)
